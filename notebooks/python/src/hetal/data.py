"""Rows of NumPy as rows of Java."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hetal.errors import DataError, translated
from hetal.jvm import java_path
from hetal.settings import Settings

_FEATURES = "data.train.features"


def labeled(view: Any, settings: Settings, X: ArrayLike, y: ArrayLike) -> tuple[Any, Any]:
    """The settings and the rows with their labels, as the data owner reads them.

    The rows go through a `.npy` file in a folder that only this user can read, and that is deleted before this returns.

    Args:
        view: of Java's classes.
        settings: with `data.classes`; they may not name files of training rows.
        X: [rows, columns] finite numbers.
        y: 0 to classes - 1, one per row.

    Returns:
        settings and `LabeledData` of Java.

    Raises:
        DataError: at the first bad value.
    """
    file = settings.values.get(_FEATURES)
    if file is not None:
        raise DataError(
            f"{_FEATURES}: expected none, since the rows are given, actual {file}",
            "org.hetal.config.SettingsException",
        )
    with tempfile.TemporaryDirectory(prefix="hetal-") as name:
        folder = Path(name)
        np.save(folder / "X.npy", np.ascontiguousarray(X, dtype=np.float64))
        np.save(folder / "y.npy", np.ascontiguousarray(y))
        java_settings = settings.load(
            view, data_train_features=str(folder / "X.npy"), data_train_labels=str(folder / "y.npy")
        )
        with translated():
            rows = view.org.hetal.owner.LabeledData.read(java_settings)
            rows.prepared()
    return java_settings, rows


def unlabeled(view: Any, settings: Any, X: ArrayLike) -> Any:
    """Rows to predict as `UnlabeledRows` of Java, read as those of `labeled` are.

    Args:
        view: of Java's classes.
        settings: of Java, how files are read.
        X: [rows, columns] finite numbers.
    """
    with tempfile.TemporaryDirectory(prefix="hetal-") as name:
        file = Path(name) / "X.npy"
        np.save(file, np.ascontiguousarray(X, dtype=np.float64))
        with translated():
            return view.org.hetal.owner.UnlabeledRows.read(settings, java_path(view, file))
