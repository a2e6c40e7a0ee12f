"""A site as the README describes it, on one machine: DAG folder, owner's folder, shared folder, Airflow's home."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

from processes import free_port

SOURCE = Path(__file__).resolve().parents[1]
TREE = SOURCE.parents[1]

# Toy parameters that protect nothing; some seconds of training on one core.
TRAINING_CONF = """\
hetal {
  parameters = insecure_n10_l12
  threads = 1
  training { batch-rows = 60, epochs = 8, patience = 8, learning-rate = 2, logit-range = 32 }
  oracle { host = localhost, port = PORT, retry-timeout = 20s }
}
"""
# The seed makes keys and ciphertexts of all runs the same.
OWNER_CONF = """\
hetal {
  insecure-seed = 11
  data { train.features = "data/rows.csv", classes = 3 }
  oracle.query-budget = 64
}
"""


def cluster_jar() -> Path:
    jars = list((TREE / "spark-job/spark/target").glob("hetal-spark-*-spark.jar"))
    assert len(jars) == 1, f"expected the jar for the cluster, actual {jars}; build it: ./hetal build"
    return jars[0]


class Site:
    """The folders, and the environment of all processes."""

    def __init__(self, root: Path, master: str, spark_configuration: Path | None = None):
        self.root = root
        self.dags = root / "dags"
        self.owner = root / "folder-of-the-owner"
        self.shared = root / "shared"
        self.home = root / "airflow-home"
        self.oracle_port = free_port()
        self.dags.mkdir()
        for name in (".airflowignore", "hetal_training.py"):
            shutil.copy(SOURCE / name, self.dags)
        shutil.copytree(SOURCE / "hetal_airflow", self.dags / "hetal_airflow")
        self.training_conf = self.dags / "training.conf"
        self.training_conf.write_text(TRAINING_CONF.replace("PORT", str(self.oracle_port)), encoding="utf-8")
        self.owner.mkdir(mode=0o700)
        (self.owner / "owner.conf").write_text(OWNER_CONF, encoding="utf-8")
        (self.owner / "data").mkdir()
        write_rows(self.owner / "data/rows.csv")
        self.shared.mkdir()
        self.environment = os.environ | self._variables(master)
        if spark_configuration:
            self.environment |= {"SPARK_CONF_DIR": str(spark_configuration)}

    def _variables(self, master: str) -> dict[str, str]:
        spark_home = os.environ["SPARK_HOME"]
        host, _, port = master.rpartition(":") if master.startswith("spark:") else (master, "", "")
        connection = {"conn_type": "spark", "host": host} | ({"port": int(port)} if port else {})
        return {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), f"{spark_home}/bin", os.environ["PATH"]]),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.dags),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW_CONN_HETAL_SPARK": json.dumps(connection),
            "AIRFLOW_VAR_HETAL_SHARED": f"file://{self.shared}",
            "AIRFLOW_VAR_HETAL_JAR": str(cluster_jar()),
            "HETAL_OWNER": str(self.owner),
            "HETAL_COMMAND": str(TREE / "hetal"),
        }

    def change(self, file: str, old: str, new: str) -> None:
        """Edits the copy of a file, as its users do."""
        path = self.dags / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file}: expected {old} once"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def run(self, *words: str, status: int | None = 0, **variables: str) -> str:
        """Runs a command to its end; what it printed."""
        done = subprocess.run(
            words,
            cwd=self.root,
            env=self.environment | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=500,
        )
        assert status is None or done.returncode == status, done.stdout
        return done.stdout

    def migrate(self) -> None:
        self.run("airflow", "db", "migrate")

    def settings(self, run_id: str) -> dict[str, str]:
        """As the DAG gives them to the tasks of a run."""
        shared = f"file://{self.shared}"
        return {
            "run-id": run_id,
            "paths.key-bundle": f"{shared}/keys",
            "paths.plan": f"{shared}/runs/{run_id}/plan.json",
            "paths.dataset": f"{shared}/runs/{run_id}/dataset",
            "paths.run": f"{shared}/runs/{run_id}/run",
            "oracle.certificate": f"{shared}/runs/{run_id}/oracle.pem",
            "oracle.token-file": f"{shared}/runs/{run_id}/oracle.token",
        }

    def weights(self, run_id: str) -> dict[str, bytes]:
        """The bytes of the encrypted model."""
        files = sorted((self.shared / "runs" / run_id / "run/model").glob("*.ct"))
        assert files, f"no model of run {run_id}"
        return {file.name: file.read_bytes() for file in files}

    def require_nothing_of_the_owner(self, text: str, what: str) -> None:
        """Neither the owner's folder, nor what its files say, nor the token of an oracle."""
        tokens = [file.read_text(encoding="utf-8").splitlines()[0] for file in self.shared.glob("runs/*/oracle.token")]
        rows = (self.owner / "data/rows.csv").read_text(encoding="utf-8").splitlines()
        for secret in [self.owner.name, "rows.csv", "validation loss", "accuracy, encrypted", *tokens, *rows]:
            assert secret not in text, f"{what} has {secret}"


def write_rows(file: Path) -> None:
    """150 rows of four features and a label, three classes."""
    source = random.Random(3)
    lines = []
    for row in range(150):
        label = row % 3
        values = [(column == label) + source.gauss(0, 0.2) for column in range(4)]
        lines.append(",".join(f"{value:.4f}" for value in values) + f",{label}\n")
    file.write_text("".join(lines), encoding="utf-8")
