"""HETAL on Spark from Python: train a classifier on encrypted data.

* `HetalClassifier` explores a training in one process, in the scikit-learn style.
* `hetal.owner.DataOwner` is the party that has the data and the secret key.
* `hetal.cluster` trains and predicts on ciphertexts; it needs only the cluster's jar.
"""

from hetal.classifier import HetalClassifier
from hetal.errors import DataError, HetalError, RetryLaterError
from hetal.jvm import local_session
from hetal.results import Epoch, PlainModel
from hetal.settings import Settings

__all__ = [
    "DataError",
    "Epoch",
    "HetalClassifier",
    "HetalError",
    "PlainModel",
    "RetryLaterError",
    "Settings",
    "local_session",
]
