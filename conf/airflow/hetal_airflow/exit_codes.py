"""Exit codes of HETAL's commands, and whether Airflow tries again."""

from __future__ import annotations

from airflow.sdk.exceptions import AirflowException, AirflowFailException

MEANINGS = {
    64: "the command line is wrong",
    65: "the input is missing, damaged, or of other parameters or keys",
    70: "a fault of the program",
    73: "the result could not be written, or another process has the run",
    75: "something is away or used up for now",
    78: "settings, security or the machine do not allow it",
}
RETRY = 75


def retries(status: int) -> bool:
    """Whether the same command may succeed later: it says so itself, or a signal ended it.

    Python reports death by signal N as -N, a shell as 128 + N; Java exits with 143 = 128 + 15 after SIGTERM.
    """
    return status == RETRY or status < 0 or status > 128


def require_success(command: str, status: int, details: str) -> None:
    """Returns if the exit code is 0.

    :param command: for the message
    :param status: exit code
    :param details: where to read what the command said
    :raises AirflowFailException: for a code that a retry cannot change: the task fails at once
    :raises AirflowException: for a code that a retry may change: the task fails when it has no retries left
    """
    if status == 0:
        return
    if retries(status):
        meaning = MEANINGS.get(status, "ended by a signal")
        raise AirflowException(f"hetal {command}: exit code {status}: {meaning}; may be tried again; {details}")
    meaning = MEANINGS.get(status, "not a code of hetal")
    raise AirflowFailException(f"hetal {command}: exit code {status}: {meaning}; not tried again; {details}")
