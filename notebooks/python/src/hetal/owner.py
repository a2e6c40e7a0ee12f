"""The data owner: keys, encryption, the oracle, decryption. Never give this process or its files to the cluster."""

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from pyspark.sql import SparkSession

from hetal.data import labeled, unlabeled
from hetal.endpoint import OracleEndpoint
from hetal.errors import translated
from hetal.jvm import java, java_path, protect_process
from hetal.results import Epoch, Matrix, PlainModel, epochs_of
from hetal.settings import Settings

StrPath = str | os.PathLike[str]


class _Closing(ABC):
    """Closed by `close` or a `with` statement."""

    @abstractmethod
    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True)
class Evaluation:
    """A model beside the same training in the clear, on the test rows.

    Attributes:
        accuracy: of the model that was trained on ciphertexts, 0 to 1.
        accuracy_plain: of the plain training: same minibatches, schedule and early stopping.
        largest_weight_difference: between the two models.
    """

    accuracy: float
    accuracy_plain: float
    largest_weight_difference: float


class DataOwner(_Closing):
    """The party that holds the data and the secret key; a thin layer over `org.hetal.owner.DataOwner`.

    Every call can be repeated after the process was killed. Close it, or use it in a `with` statement: closing
    overwrites the secret key in memory.
    """

    def __init__(self, view: Any, owner: Any, settings: Any, data: Any) -> None:
        """Use `generate` or `open`."""
        self._view = view
        self._owner = owner
        self._settings = settings
        self._data = data

    @classmethod
    def generate(
        cls,
        folder: StrPath,
        X: ArrayLike,
        y: ArrayLike,
        settings: Mapping[str, str] | Settings,
        spark: SparkSession | None = None,
    ) -> Self:
        """Plans the training of the rows and makes a key pair.

        Args:
            folder: made with mode 0700; gets the secret key, the plan and the records.
            X: [rows, columns] finite numbers; they are split by the settings.
            y: 0 to classes - 1, one per row.
            settings: such as `{"data.classes": "10", "parameters": "n16_l12"}`.
            spark: gives the Java machine; default: the active session or `hetal.local_session()`.

        Raises:
            DataError: when rows or settings are refused.
            HetalError: when the folder has a secret key.
        """
        view = java(spark, owner=True)
        java_settings, data = labeled(view, _settings(settings), X, y)
        protect_process(view, java_settings)
        with translated():
            plan = view.org.hetal.owner.Plan.of(java_settings, data)
            owner = view.org.hetal.owner.DataOwner.generate(plan, java_path(view, folder))
        return cls(view, owner, java_settings, data)

    @classmethod
    def open(
        cls,
        folder: StrPath,
        X: ArrayLike,
        y: ArrayLike,
        settings: Mapping[str, str] | Settings,
        spark: SparkSession | None = None,
    ) -> Self:
        """Opens what `generate` made, with the same rows and settings; other arguments as there."""
        view = java(spark, owner=True)
        java_settings, data = labeled(view, _settings(settings), X, y)
        protect_process(view, java_settings)
        with translated():
            owner = view.org.hetal.owner.DataOwner.open(java_settings, java_path(view, folder))
        return cls(view, owner, java_settings, data)

    @property
    def key_id(self) -> str:
        """Identifies the key pair: 32 hexadecimal digits."""
        with translated():
            return str(self._owner.keyId())

    def write_evaluation_keys(self, folder: StrPath) -> int:
        """Writes the evaluation keys for the cluster; returns their bytes, 0 when they were there."""
        with translated():
            return int(self._owner.writeEvaluationKeys(os.fspath(folder)).bytes())

    def encrypt(self, folder: StrPath) -> int:
        """Encrypts the minibatches with labels and the validation rows without; returns the number of minibatches."""
        with translated():
            return int(self._owner.encrypt(self._data, os.fspath(folder)).minibatches())

    def encrypt_rows(self, X: ArrayLike, folder: StrPath) -> int:
        """Encrypts rows to predict, prepared as those of the data set; returns their number."""
        with translated():
            rows = unlabeled(self._view, self._settings, X)
            return int(self._owner.encryptRows(rows, os.fspath(folder)).rows())

    def start_oracle(self, endpoint: OracleEndpoint, run_id: str = "default") -> "RunningOracle":
        """Starts the oracle, which answers the cluster once per epoch over HTTPS.

        Args:
            endpoint: where it listens; certificate and token are written there for the cluster.
            run_id: the only run that is answered.
        """
        view = self._view
        with translated():
            options = view.org.hetal.owner.OracleOptions().setEndpoint(endpoint.java(view)).setRunId(run_id)
            return RunningOracle(self._owner.startOracle(options, self._data), endpoint)

    def decrypt(self, model: StrPath) -> PlainModel:
        """The model in the clear, from the folder that the cluster saved it to."""
        with translated():
            decrypted = self._owner.decrypt(os.fspath(model))
        return PlainModel.of(self._view, decrypted)

    def evaluate(self, model: StrPath) -> Evaluation:
        """The model on the test rows, beside the same training in the clear."""
        with translated():
            result = self._owner.evaluate(self._owner.decrypt(os.fspath(model)), self._data)
            return Evaluation(result.accuracyEncrypted(), result.accuracyPlain(), result.largestWeightDifference())

    def decrypt_predictions(self, folder: StrPath) -> Matrix:
        """The probability of each class of rows that the cluster predicted, [rows, classes]."""
        with translated():
            predictions = self._owner.decryptPredictions(os.fspath(folder))
            return np.array([list(row) for row in predictions.probabilities()], dtype=np.float64)

    def close(self) -> None:
        """Overwrites the secret key in memory with zeros."""
        self._owner.close()


class RunningOracle(_Closing):
    """An oracle that listens until it is closed, by `close` or a `with` statement."""

    def __init__(self, oracle: Any, endpoint: OracleEndpoint) -> None:
        """Use `DataOwner.start_oracle`."""
        self._oracle = oracle
        with translated():
            #: where it listens, with the port that was free if 0 was asked for
            self.endpoint = endpoint.at(oracle.endpoint().port())

    def close(self) -> None:
        """Stops listening."""
        self._oracle.close()


def oracle_answers(log: StrPath, spark: SparkSession | None = None) -> list[Epoch]:
    """Loss and accuracy of each epoch, from the log of an oracle.

    Args:
        log: by default `oracle-RUN.jsonl` in the owner's folder.
        spark: gives the Java machine.
    """
    view = java(spark, owner=True)
    with translated():
        return epochs_of(view.org.hetal.owner.OracleAnswers.read(java_path(view, log)))


def _settings(given: Mapping[str, str] | Settings) -> Settings:
    return given if isinstance(given, Settings) else Settings(given)
