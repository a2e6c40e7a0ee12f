"""The whole DAG with real ciphertexts of a toy ring, on a standalone Spark cluster.

First `airflow dags test`, whose model is that of an undisturbed run; then the scheduler, with a driver that is killed
and a job that fails.
"""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hetal_airflow.runs import hetal_run_id
from processes import everything_about, is_alive, wait_for
from server import AirflowServer, DagRun
from site_of_test import Site, cluster_jar
from spark_cluster import SparkCluster

LOG_OF_ORACLE = "oracle.jsonl"


@pytest.fixture(scope="module")
def server(site: Site, undisturbed: tuple[str, str]) -> Iterator[AirflowServer]:
    del undisturbed  # first
    site.change("hetal_training.py", "RETRY_DELAY = timedelta(seconds=150)", "RETRY_DELAY = timedelta(seconds=3)")
    # Variables of the environment win over those of the database, which a test can change.
    jar = site.environment.pop("AIRFLOW_VAR_HETAL_JAR")
    site.run("airflow", "variables", "set", "hetal_jar", jar)
    server = AirflowServer(site, site.environment)
    try:
        server.wait_until_healthy()
        yield server
    finally:
        server.stop()


def no_oracle(site: Site) -> bool:
    """Neither noted nor running."""
    return not (site.owner / "oracle.json").exists() and not _processes(b"\0oracle\0", bytes(site.owner))


def _processes(*parts: bytes) -> list[int]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes()
        except OSError:
            continue
        if all(part in words for part in parts) and is_alive(int(file.parent.name)):
            found.append(int(file.parent.name))
    return found


def test_dagsTest_trainsAndPublishes(site, undisturbed):
    run, output = undisturbed
    assert "state:success" in output or "successful" in output
    assert site.weights(run)
    figures = json.loads((site.owner / "runs" / run / "evaluation.json").read_text(encoding="utf-8"))
    assert figures["epochs"] == 8
    assert figures["accuracy_encrypted"] >= 0.9
    # Of CKKS and bootstrapping: not zero, and small.
    assert 0 < figures["largest_weight_difference"] < 1e-2
    published = site.owner / "published/latest"
    assert published.readlink() == Path(run)
    model = (site.owner / "runs" / run / "model/model.npz").read_bytes()
    assert (published / "model/model.npz").read_bytes() == model
    assert no_oracle(site)


def test_dagsTest_showsNothingOfTheOwner(site, undisturbed):
    site.require_nothing_of_the_owner(undisturbed[1], "the output of airflow dags test")


def test_ownersFiles_areForTheOwnerAlone(site, undisturbed):
    assert site.owner.stat().st_mode & 0o077 == 0
    for name in ("secret.key", f"runs/{undisturbed[0]}/{LOG_OF_ORACLE}", f"runs/{undisturbed[0]}/evaluation.json"):
        assert (site.owner / name).stat().st_mode & 0o077 == 0
    shared = [path.name for path in site.shared.rglob("*")]
    assert "secret.key" not in shared
    assert LOG_OF_ORACLE not in shared
    assert "evaluation.json" not in shared


@dataclass(frozen=True)
class Killed:
    """A run whose driver was killed once, after the answers for two epochs.

    :param told: what the cluster's processes had in arguments, environment and open files at that time
    """

    dag_run: DagRun
    name: str
    told: dict[str, str]
    state: str


@pytest.fixture(scope="module")
def killed(site: Site, cluster: SparkCluster, server: AirflowServer) -> Killed:
    dag_run = DagRun.start(server, "killed+once")
    name = hetal_run_id(dag_run.run_id)
    folder = site.shared / "runs" / name / "run"
    # A checkpoint is written before the oracle is asked: that of epoch 3 shows that the answer for epoch 2 is saved.
    wait_for("the checkpoint of epoch 3", lambda: (folder / "checkpoints/epoch-000003").exists(), 400)
    driver = _driver(folder)
    told = {f"executor {pid}": everything_about(pid) for pid in cluster.executors()}
    assert told
    told["driver"] = everything_about(driver)
    os.kill(driver, signal.SIGKILL)
    assert not (folder / "model").exists()
    return Killed(dag_run, name, told, dag_run.wait_for_end())


def test_killedDriver_isRetried_continues_andEndsWithTheSameBytes(site, undisturbed, killed):
    assert killed.state == "success"
    train = killed.dag_run.tasks()["train"]
    assert (train["state"], train["try_number"]) == ("success", 2)
    assert "hetal train: exit code -9: ended by a signal; may be tried again" in killed.dag_run.log("train", 1)
    continued = re.search(r"continuing after epoch (\d+) of 8", killed.dag_run.log("train", 2))
    assert continued
    assert int(continued[1]) >= 2
    assert site.weights(killed.name) == site.weights(undisturbed[0])
    # One answer for each epoch: the retry asked none twice.
    answers = (site.owner / "runs" / killed.name / LOG_OF_ORACLE).read_text(encoding="utf-8").splitlines()
    assert len(answers) == 8
    assert (site.owner / "published/latest").readlink() == Path(killed.name)
    assert no_oracle(site)


def test_cluster_isToldNothingOfTheOwner(site, killed):
    for what, text in killed.told.items():
        assert "hetal-spark" in text
        site.require_nothing_of_the_owner(text, what)
    # What Airflow rendered for the task, and keeps in its database.
    rendered = json.dumps(killed.dag_run.tasks()["train"]["rendered_fields"])
    assert f"paths.dataset=file://{site.shared}/runs/{killed.name}/dataset" in rendered
    site.require_nothing_of_the_owner(rendered, "the rendered fields of train")


def test_xcoms_areUrisAndDigests(site, killed):
    entries = killed.dag_run.xcoms()
    assert {entry["task_id"] for entry in entries} == {"plan", "keygen", "encrypt", "start_oracle", "train"}
    for entry in entries:
        value = entry["value"]
        value = json.loads(value) if isinstance(value, str) and value[:1] in ("{", '"') else value
        for name, text in (value if isinstance(value, dict) else {entry["key"]: value}).items():
            pattern = {"uri": rf"file://{site.shared}/\S+", "sha256": "[0-9a-f]{64}"}[name]
            assert re.fullmatch(pattern, text), entry


def test_logsOfAirflow_showNothingOfTheOwner(site, killed):
    logs = list((site.home / "logs").rglob("*.log"))
    assert any(f"run_id={killed.dag_run.run_id}" in str(log) and "task_id=encrypt" in str(log) for log in logs)
    for log in logs:
        site.require_nothing_of_the_owner(log.read_text(encoding="utf-8", errors="replace"), str(log))


def _driver(run_folder: Path) -> int:
    """The process that has the run's lock."""
    lock = (run_folder / "run.lock").read_text(encoding="utf-8")
    pid = int(re.search(r"^pid=(\d+)$", lock, re.MULTILINE)[1])
    assert b"org.apache.spark.deploy.SparkSubmit" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return pid


def test_jobThatFails_isNotRetried_stopsTheOracle_andGoesOnWhenCleared(site, server, undisturbed, killed):
    del killed  # first: it takes the jar that this test takes away
    before = (site.owner / "published/latest").readlink()
    site.run("airflow", "variables", "set", "hetal_jar", str(site.root / "no-such.jar"))
    dag_run = DagRun.start(server, "fails")
    assert dag_run.wait_for_end() == "failed"
    tasks = dag_run.tasks()
    assert (tasks["train"]["state"], tasks["train"]["try_number"]) == ("failed", 1)
    assert "not a code of hetal; not tried again" in dag_run.log("train", 1)
    assert tasks["stop_oracle"]["state"] == "success"
    assert {tasks[name]["state"] for name in ("decrypt_model", "evaluate", "publish")} == {"upstream_failed"}
    assert no_oracle(site)
    assert (site.owner / "published/latest").readlink() == before

    # The reason is removed: Airflow runs the setup again with the task.
    site.run("airflow", "variables", "set", "hetal_jar", str(cluster_jar()))
    dag_run.clear("train")
    assert dag_run.wait_for_end() == "success"
    tasks = dag_run.tasks()
    assert tasks["encrypt"]["try_number"] == 1
    assert tasks["start_oracle"]["try_number"] == 2
    run = hetal_run_id("fails")
    assert site.weights(run) == site.weights(undisturbed[0])
    assert no_oracle(site)
