"""What tasks tell each other: the URI of a file and its digest, and nothing else.

The file is the manifest of a folder: it holds the digests of all other files there, which HETAL checks itself.
"""

from __future__ import annotations

import hashlib

from airflow.sdk import ObjectStoragePath
from airflow.sdk.exceptions import AirflowFailException


def sha256(uri: str) -> str:
    with ObjectStoragePath(uri).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def artifact(uri: str) -> dict[str, str]:
    """For XCom.

    :raises AirflowFailException: if there is no such file
    """
    try:
        return {"uri": uri, "sha256": sha256(uri)}
    except FileNotFoundError as e:
        raise AirflowFailException(f"{uri}: expected a file, actual none") from e


def require(expected: dict[str, str]) -> None:
    """Checks that this worker sees the file that another task wrote.

    :raises AirflowFailException: if the file is missing or has other bytes
    """
    actual = artifact(expected["uri"])
    if actual != expected:
        raise AirflowFailException(
            f"{expected['uri']}: SHA-256: expected {expected['sha256']}, actual {actual['sha256']};"
            " something else wrote the file after the task that reported it"
        )
