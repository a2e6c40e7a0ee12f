"""The name of a training run."""

from __future__ import annotations

import hashlib
import re

_LONGEST = 48  # of the part that people read; HETAL allows 64 characters in all


def hetal_run_id(dag_run_id: str) -> str:
    """The setting `run-id` for a DAG run: letters, digits and dashes, the same for each attempt.

    The digest keeps apart DAG runs whose names differ only in characters that a run-id does not allow.
    """
    readable = re.sub(r"[^A-Za-z0-9]+", "-", dag_run_id).strip("-")[:_LONGEST]
    digest = hashlib.sha256(dag_run_id.encode()).hexdigest()[:12]
    return f"{readable}-{digest}".lstrip("-")
