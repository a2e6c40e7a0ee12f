"""The oracle between setup and teardown: a detached process on the owner's machine.

`$HETAL_OWNER/oracle.json` names the process: number, start time and run. The start time tells the process from a later
one with the same number.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from hetal_airflow.exit_codes import require_success
from hetal_airflow.owner import FOLDER_VARIABLE, Owner

LISTENING = b"listening on https://"
SECONDS_TO_START = 300
SECONDS_TO_STOP = 30


class OracleProcess:
    """The oracle of an owner. There is at most one: it has the secret key in memory, and a port."""

    def __init__(self, owner: Owner):
        self._owner = owner
        self._file = owner.folder / "oracle.json"

    def start(self) -> None:
        """Starts the oracle and returns when it listens. One that already runs for this run is left as it is.

        Started again after it ended, the oracle goes on from its log, with the same certificate and token.

        :raises AirflowFailException: if an oracle of another run is there, or this one ends with a code that stays
        :raises AirflowException: if a retry may help
        """
        running = self._running()
        if running is not None:
            if running["run"] == self._owner.run_id:
                print(f"oracle: process {running['pid']} already runs for this run")
                return
            raise AirflowFailException(
                f"oracle: expected none of another run, actual process {running['pid']} of run {running['run']};"
                f" end it with: kill {running['pid']}"
            )
        log = self._owner.log("oracle")
        with log.open("ab") as output:
            before = output.tell()
            process = subprocess.Popen(
                self._owner.command_line("oracle"),
                cwd=self._owner.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A session of its own: what ends this task and its process group does not end the oracle.
                start_new_session=True,
            )
        self._write({"pid": process.pid, "started": _start_ticks(process.pid), "run": self._owner.run_id})
        end = time.monotonic() + SECONDS_TO_START
        while LISTENING not in log.read_bytes()[before:]:
            status = process.poll()
            if status is not None:
                self._file.unlink()
                # Exit code 0 is an error here, too: the oracle should run.
                require_success("oracle", status or 70, self._owner.where("oracle"))
            if time.monotonic() > end:
                self.stop()
                raise AirflowException(
                    f"oracle: expected it to listen within {SECONDS_TO_START} s, actual not yet; stopped;"
                    f" {self._owner.where('oracle')}"
                )
            time.sleep(0.2)
        self._owner.share_token()
        print(f"oracle: process {process.pid} listens; {self._owner.where('oracle')}")

    def stop(self) -> None:
        """Ends the oracle of this run, if it runs. On SIGTERM the oracle overwrites the secret key in its memory."""
        running = self._running()
        if running is None:
            print("oracle: has ended already")
        elif running["run"] != self._owner.run_id:
            raise AirflowFailException(
                f"oracle: expected that of run {self._owner.run_id}, actual process {running['pid']} of run"
                f" {running['run']}; left alone"
            )
        else:
            self._end(running)
            print(f"oracle: process {running['pid']} stopped")
        self._file.unlink(missing_ok=True)

    def _end(self, running: dict) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(running["pid"], number)
            end = time.monotonic() + SECONDS_TO_STOP
            while time.monotonic() < end:
                if _start_ticks(running["pid"]) != running["started"]:
                    return
                time.sleep(0.1)
        raise AirflowException(f"oracle: expected process {running['pid']} to end, actual still running")

    def _running(self) -> dict | None:
        try:
            known = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except ValueError as e:
            raise AirflowFailException(
                f"${FOLDER_VARIABLE}/{self._file.name}: expected the process of the oracle, actual a damaged file;"
                " end the oracle, if one runs, and remove the file"
            ) from e
        return known if _start_ticks(known["pid"]) == known["started"] else None

    def _write(self, process: dict) -> None:
        partial = self._file.with_suffix(".partial")
        partial.write_text(json.dumps(process), encoding="utf-8")
        partial.replace(self._file)


def _start_ticks(pid: int) -> int | None:
    """Clock ticks from the start of the system to that of the process; None if it has ended (Linux)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # Z and X: ended, and not yet waited for by the process that started it.
    return None if fields[0] in "ZX" else int(fields[19])
