"""What a training gives, in Python's types."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hetal.errors import translated
from hetal.jvm import java_path

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Epoch:
    """Validation metrics of one epoch; only the data owner knows them.

    Attributes:
        epoch: from 1.
        loss: mean cross-entropy of the validation rows, natural logarithm.
        accuracy: share of the validation rows that are classified right, 0 to 1.
        largest_logit: largest magnitude of a logit.
        best: whether it is the best epoch so far.
    """

    epoch: int
    loss: float
    accuracy: float
    largest_logit: float
    best: bool


def epochs_of(metrics: Iterable[Any]) -> list[Epoch]:
    """Metrics of Java as those of Python."""
    return [
        Epoch(
            epoch=each.epoch(),
            loss=each.loss(),
            accuracy=each.accuracy(),
            largest_logit=each.largestLogit(),
            best=each.decision().best(),
        )
        for each in metrics
    ]


@dataclass(frozen=True)
class PlainModel:
    """A softmax regression in the clear, for raw rows.

    Attributes:
        coef: coefficients, [classes, columns].
        intercept: [classes].
        run_id: the run that trained it.
        best_epoch: the epoch of these weights, from 1.
    """

    coef: Matrix
    intercept: Matrix
    run_id: str
    best_epoch: int

    @classmethod
    def of(cls, view: Any, model: Any) -> "PlainModel":
        """A model of Java. The numbers are the same, bit for bit."""
        with tempfile.TemporaryDirectory(prefix="hetal-") as folder, translated():
            model.save(java_path(view, folder))
            with np.load(Path(folder) / "model.npz") as arrays:
                return cls(arrays["coefficients"], arrays["intercepts"].reshape(-1), model.runId(), model.bestEpoch())

    def logits(self, X: ArrayLike) -> Matrix:
        """The logits of raw rows, [rows, classes]."""
        logits: Matrix = np.asarray(X, dtype=np.float64) @ self.coef.T + self.intercept
        return logits

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """The class of each raw row, from 0."""
        classes: NDArray[np.int64] = np.argmax(self.logits(X), axis=1).astype(np.int64)
        return classes

    def predict_proba(self, X: ArrayLike) -> Matrix:
        """The probability of each class, [rows, classes]."""
        logits = self.logits(X)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities: Matrix = powers / powers.sum(axis=1, keepdims=True)
        return probabilities

    def score(self, X: ArrayLike, y: ArrayLike) -> float:
        """The share of rows whose class is the label, 0 to 1."""
        return float(np.mean(self.predict(X) == np.asarray(y)))
