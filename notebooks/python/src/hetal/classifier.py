"""A classifier in the scikit-learn style that trains on ciphertexts, to explore."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from hetal.data import labeled
from hetal.errors import translated
from hetal.jvm import java, protect_process
from hetal.results import Matrix, PlainModel, epochs_of
from hetal.settings import Settings

_SIMULATOR = "insecure_simulator_"


class HetalClassifier(ClassifierMixin, BaseEstimator):
    """Softmax regression that is trained on ciphertexts in this process.

    The process holds the secret key, the ciphertexts and the data, so nothing is protected from anyone: use it to find
    a schedule and to see what a training costs. `hetal.owner` and `hetal.cluster` are for real use. It runs in the Java
    machine of the active Spark session, or of `hetal.local_session()` when there is none.

    Parameters:
        parameters: the CKKS parameter set. `insecure_simulator_n12_l12` computes on doubles in milliseconds per
            iteration, `insecure_n10_l12` on ciphertexts that protect nothing, `auto` at 128-bit security
            (the fastest of the secure sets, such as `n16_l14`).
        epochs: passes over the rows.
        batch_rows: rows of a minibatch.
        learning_rate: factor of the mean gradient of a minibatch.
        patience: epochs without a better validation loss after which the training stops.
        logit_range: 32, 64, 128 or 256: magnitude that no logit may exceed.
        validation_fraction: share of the rows for early stopping, above 0.
        centering: subtract the mean of each column first; training then needs fewer steps.
        settings: further settings by name, such as `{"data.bias": "0.3"}`; the parameters above win.

    Attributes:
        classes_: labels, sorted.
        coef_: coefficients for raw rows, [classes, columns], with all digits; docs/security.md says what to publish.
        intercept_: [classes].
        epochs_: validation metrics of each epoch (`hetal.Epoch`).
        plain_epochs_: those of the same training in the clear, with the same minibatches and schedule.
        largest_weight_difference_: between the two models, for prepared rows.
        softmax_error_: largest error of a probability of the encrypted softmax.
        bootstraps_per_iteration_: what an iteration costs.
        reason_: why the training ended.
    """

    def __init__(
        self,
        parameters: str = "insecure_simulator_n12_l12",
        *,
        epochs: int = 10,
        batch_rows: int = 1024,
        learning_rate: float = 1.0,
        patience: int = 3,
        logit_range: int = 128,
        validation_fraction: float = 0.1666,
        centering: bool = True,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.parameters = parameters
        self.epochs = epochs
        self.batch_rows = batch_rows
        self.learning_rate = learning_rate
        self.patience = patience
        self.logit_range = logit_range
        self.validation_fraction = validation_fraction
        self.centering = centering
        self.settings = settings

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Makes keys, encrypts, trains on ciphertexts, decrypts, and trains in the clear.

        Args:
            X: [rows, columns] finite numbers.
            y: labels of 2 to 64 classes, one per row.

        Returns:
            this.

        Raises:
            DataError: when rows or parameters are refused; the message says why.
        """
        rows, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        self.classes_, indexes = np.unique(labels, return_inverse=True)
        view = java(owner=True)
        settings, data = labeled(view, self._settings(len(self.classes_)), rows, indexes.astype(np.int64))
        protect_process(view, settings)
        with translated():
            result = view.org.hetal.owner.EncryptedTraining.inOneJvm(settings, data).withSoftmaxError().run()
            model = PlainModel.of(view, result.model())
            self.epochs_ = epochs_of(result.epochs())
            self.plain_epochs_ = epochs_of(result.plain().epochs())
            self.largest_weight_difference_: float = result.largestWeightDifference()
            self.softmax_error_: float = result.softmaxError().getAsDouble()
            self.bootstraps_per_iteration_: int = result.plan().bootstrapsPerIteration()
            self.reason_: str = result.reason()
        self.coef_, self.intercept_ = model.coef, model.intercept
        self.model_ = model
        return self

    def _settings(self, classes: int) -> Settings:
        values = {
            **(self.settings or {}),
            "backend": "simulator" if self.parameters.startswith(_SIMULATOR) else "native",
            "parameters": self.parameters,
            "data.classes": str(classes),
            "data.centering": str(self.centering).lower(),
            "data.validation-fraction": str(self.validation_fraction),
            "data.test-fraction": "0",
            "training.epochs": str(self.epochs),
            "training.batch-rows": str(self.batch_rows),
            "training.learning-rate": str(self.learning_rate),
            "training.patience": str(self.patience),
            "training.logit-range": str(self.logit_range),
        }
        return Settings(values)

    def decision_function(self, X: ArrayLike) -> Matrix:
        """The logits of rows, [rows, classes]; with two classes the second's less the first's, [rows]."""
        logits = self._logits(X)
        return logits[:, 1] - logits[:, 0] if len(self.classes_) == 2 else logits

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The label of each row."""
        labels: NDArray[Any] = self.classes_[np.argmax(self._logits(X), axis=1)]
        return labels

    def predict_proba(self, X: ArrayLike) -> Matrix:
        """The probability of each class, [rows, classes]."""
        check_is_fitted(self)
        return self.model_.predict_proba(validate_data(self, X, dtype=np.float64, reset=False))

    def _logits(self, X: ArrayLike) -> Matrix:
        check_is_fitted(self)
        return self.model_.logits(validate_data(self, X, dtype=np.float64, reset=False))
