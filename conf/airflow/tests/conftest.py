"""Fixtures. Airflow reads its settings when it is imported, so they are set here, before any test imports it."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS.parent), str(TESTS)]
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="hetal-airflow-home-")
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"

from hetal_airflow.runs import hetal_run_id  # noqa: E402
from site_of_test import Site  # noqa: E402
from spark_cluster import SparkCluster  # noqa: E402


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkCluster]:
    made = SparkCluster(tmp_path_factory.mktemp("spark"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, cluster: SparkCluster) -> Site:
    """With Airflow's database, and Spark on the standalone cluster."""
    made = Site(tmp_path_factory.mktemp("site"), cluster.url, cluster.configuration)
    made.migrate()
    return made


@pytest.fixture(scope="session")
def undisturbed(site: Site) -> tuple[str, str]:
    """Name of a run that `airflow dags test` made, and what it printed."""
    output = site.run("airflow", "dags", "test", "hetal_training")
    dag_run = re.search(r"run_id=(manual__[^,\s]+)", output)[1]
    return hetal_run_id(dag_run), output
