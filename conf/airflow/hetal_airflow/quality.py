"""Decides whether a model is good enough to be published."""

from __future__ import annotations

import json
from pathlib import Path

from airflow.sdk.exceptions import AirflowFailException


def check(evaluation: Path, *, minimum_accuracy: float, maximum_accuracy_loss: float) -> None:
    """The message says which condition failed. The figures stay in the owner's file.

    :param evaluation: what `hetal evaluate --json` wrote
    :param minimum_accuracy: share of right classes on the test rows, 0 to 1
    :param maximum_accuracy_loss: how much less the model may have than the same training without encryption
    :raises AirflowFailException: if the model is not good enough
    """
    figures = json.loads(evaluation.read_text(encoding="utf-8"))
    accuracy, plain = figures["accuracy_encrypted"], figures["accuracy_plain"]
    failed = []
    if not accuracy >= minimum_accuracy:
        failed.append(f"accuracy: expected at least {minimum_accuracy}, actual less")
    if not plain - accuracy <= maximum_accuracy_loss:
        failed.append(f"accuracy below that without encryption: expected at most {maximum_accuracy_loss}, actual more")
    if failed:
        raise AirflowFailException(f"quality gate: {'; '.join(failed)}; the figures are in {evaluation.name}")
    print("quality gate: passed")
