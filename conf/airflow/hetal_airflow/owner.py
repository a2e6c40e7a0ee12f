"""Runs the data owner's commands on a worker of the owner's queue.

What a command prints may hold values of the data, losses and accuracies. It goes to a file in the owner's folder; the
task's log, which Airflow shows to others, gets the exit code.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

from airflow.sdk.exceptions import AirflowFailException

from hetal_airflow.exit_codes import require_success

FOLDER_VARIABLE = "HETAL_OWNER"
COMMAND_VARIABLE = "HETAL_COMMAND"


def local(uri: str) -> Path:
    """The path of a file: URI."""
    return Path(uri.removeprefix("file://"))


class Owner:
    """The owner's folder, $HETAL_OWNER, and the owner's commands for one run."""

    def __init__(self, training_conf: str, settings: dict[str, str]):
        folder = os.environ.get(FOLDER_VARIABLE, "")
        if not folder:
            raise AirflowFailException(
                f"{FOLDER_VARIABLE}: expected the data owner's folder in the environment of the worker, actual none;"
                " is this a worker of the owner's queue?"
            )
        self.folder = Path(folder)
        self.run_folder = self.folder / "runs" / settings["run-id"]
        self.model = self.run_folder / "model"
        self.evaluation = self.run_folder / "evaluation.json"
        self._training_conf = training_conf
        self._settings = settings | {
            "paths.secret-key": str(self.folder / "secret.key"),
            "paths.private": str(self.folder / "private"),
            "paths.model": str(self.model),
            "oracle.log": str(self.run_folder / "oracle.jsonl"),
        }

    @property
    def run_id(self) -> str:
        return self._settings["run-id"]

    def check(self) -> None:
        """What every command needs is there.

        :raises AirflowFailException: naming what is not
        """
        mode = stat.S_IMODE(self.folder.stat().st_mode) if self.folder.is_dir() else None
        if mode is None or mode & 0o077:
            actual = "no folder" if mode is None else f"mode {mode:04o}"
            raise AirflowFailException(f"${FOLDER_VARIABLE}: expected a folder with mode 0700, actual {actual}")
        if not (self.folder / "owner.conf").is_file():
            raise AirflowFailException(f"${FOLDER_VARIABLE}: expected owner.conf in it, actual none")
        if shutil.which(self.command_line("plan")[0]) is None:
            raise AirflowFailException(
                f"{COMMAND_VARIABLE}: expected the command hetal, on the PATH or named by this variable, actual none"
            )
        shared = self._settings["paths.key-bundle"].rpartition("/")[0]
        if not shared.startswith("file:///") or not local(shared).is_dir():
            raise AirflowFailException(
                f"variable hetal_shared: expected the file: URI of a folder that both sides see, actual {shared}"
            )

    def share_run_folder(self) -> None:
        """Makes the folder of the run, where the cluster's user makes `run`; it has the shared folder's group."""
        folder = local(self._settings["paths.run"]).parent
        folder.mkdir(parents=True, exist_ok=True)
        shutil.chown(folder, group=folder.parent.parent.stat().st_gid)
        folder.chmod(0o2770)

    def share_token(self) -> None:
        """Lets the group read the oracle's token, which the oracle writes for its own user."""
        local(self._settings["oracle.token-file"]).chmod(0o640)

    def command_line(self, command: str, *options: str) -> list[str]:
        """The words of a command with all settings. Secrets are in files: an argument names them at most."""
        words = [os.environ.get(COMMAND_VARIABLE, "hetal"), command, "--config", self._training_conf]
        words += ["--config", str(self.folder / "owner.conf")]
        for name, value in self._settings.items():
            words += ["--set", f"{name}={value}"]
        return [*words, *options]

    def log(self, command: str) -> Path:
        """Where the output of a command goes."""
        folder = self.run_folder / "logs"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder / f"{command}.log"

    def where(self, command: str) -> str:
        """The log of a command as a message may name it."""
        return f"its output is in ${FOLDER_VARIABLE}/{self.log(command).relative_to(self.folder)}"

    def run(self, command: str, *options: str) -> None:
        """Runs a command to its end.

        :raises AirflowException: as :func:`require_success` does
        """
        with self.log(command).open("ab") as log:
            done = subprocess.run(
                self.command_line(command, *options),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        require_success(command, done.returncode, self.where(command))
        print(f"hetal {command}: done; {self.where(command)}")
