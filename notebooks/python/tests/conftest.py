from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from pyspark.sql import SparkSession

import hetal

Rows = tuple[NDArray[np.float64], NDArray[np.int64]]


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    session = hetal.local_session("local[2]")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def rows() -> Rows:
    """Rows around three centers."""
    random = np.random.default_rng(1)
    labels = np.arange(240) % 3
    return np.eye(3, 4)[labels] + 0.2 * random.standard_normal((240, 4)), labels
