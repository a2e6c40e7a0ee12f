"""Processes of the tests: started in sessions of their own, and ended with everything that they started."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what: str, seen: Callable[[], object], seconds: float) -> object:
    """The first value that counts as true; fails when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = seen()
        if value:
            return value
        time.sleep(0.2)
    raise AssertionError(f"expected within {seconds} s: {what}")


def state(pid: int) -> str:
    """The state letter of a process as in /proc; "" without one."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return ""


def is_alive(pid: int) -> bool:
    return state(pid) not in ("", "Z", "X")


def session(leader: int) -> list[int]:
    """All processes of a session."""
    members = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader:
            members.append(int(stat.parent.name))
    return members


class Service:
    """A program that runs until it is stopped. Its output goes to a file."""

    def __init__(self, command: list[str], log: Path, environment: dict[str, str]):
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                cwd=log.parent,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_for_output(self, text: str, seconds: float = 120) -> None:
        def said() -> bool:
            output = self.log.read_text(encoding="utf-8", errors="replace")
            assert self.process.poll() is None, output
            return text in output

        wait_for(f"{text} in {self.log}", said, seconds)

    def stop(self) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            for pid in session(self.process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            end = time.monotonic() + 10
            while time.monotonic() < end and any(is_alive(pid) for pid in session(self.process.pid)):
                self.process.poll()
                time.sleep(0.1)
        self.process.wait(10)


def everything_about(pid: int) -> str:
    """Arguments, environment and open files of a process; "" if it has ended."""
    folder = Path(f"/proc/{pid}")
    try:
        texts = [(folder / name).read_bytes().decode(errors="replace") for name in ("cmdline", "environ", "maps")]
        files = list((folder / "fd").iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return ""
    for file in files:
        # A file may be closed meanwhile.
        with contextlib.suppress(OSError):
            texts.append(str(file.readlink()))
    return "\n".join(texts)
