"""The DAG as Airflow reads it, and the wall: what a task on the cluster's queue is told."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag

SOURCE = Path(__file__).resolve().parents[1]
OWNER_TASKS = {
    "check_inputs",
    "plan",
    "keygen",
    "encrypt",
    "start_oracle",
    "stop_oracle",
    "decrypt_model",
    "evaluate",
    "quality_gate",
    "publish",
}


@pytest.fixture(scope="module")
def dag():
    bag = DagBag(dag_folder=str(SOURCE))
    assert bag.import_errors == {}
    assert list(bag.dags) == ["hetal_training"]
    return bag.dags["hetal_training"]


def test_order(dag):
    downstream = {task.task_id: task.downstream_task_ids for task in dag.tasks}
    order = ["check_inputs", "plan", "keygen", "encrypt", "start_oracle", "train", "decrypt_model"]
    order += ["evaluate", "quality_gate", "publish"]
    for first, second in itertools.pairwise(order):
        assert second in downstream[first]
    assert "stop_oracle" in downstream["train"]
    assert "decrypt_model" in downstream["stop_oracle"]
    assert [task.task_id for task in dag.leaves] == ["publish"]


def test_oracle_isSetupAndTeardownOfTrain(dag):
    setup, teardown = dag.get_task("start_oracle"), dag.get_task("stop_oracle")
    assert setup.is_setup
    assert teardown.is_teardown
    assert teardown.on_failure_fail_dagrun
    assert "stop_oracle" in setup.downstream_task_ids
    assert {task.task_id for task in dag.tasks if task.is_setup or task.is_teardown} == {"start_oracle", "stop_oracle"}


def test_oneRunAtATime_startedByHand(dag):
    assert dag.max_active_runs == 1
    assert not dag.catchup


def test_queues(dag):
    queues = {task.task_id: task.queue for task in dag.tasks}
    assert queues == {"train": "cluster"} | dict.fromkeys(OWNER_TASKS, "owner")


def test_train_retriesAfterTheLockOfAKilledRunIsFree(dag):
    train = dag.get_task("train")
    lock = (SOURCE.parents[1] / "spark-job/spark/src/main/java/org/hetal/spark/storage/RunLock.java").read_text()
    stale_seconds = int(re.search(r"STALE_SECONDS = (\d+);", lock)[1])
    assert train.retries > 0
    assert train.retry_delay.total_seconds() > stale_seconds
    assert dag.get_task("quality_gate").retries == 0


def test_train_isToldWhatTheClusterMayKnow_andNothingElse(dag):
    """A list of what is allowed: a setting that somebody adds to SETTINGS fails here first."""
    train = dag.get_task("train")
    words = train.application_args
    assert words[:2] == ["train", "--config"]
    assert Path(words[2]).name == "training.conf"
    assert set(words[3::2]) == {"--set"}
    assert [word.partition("=")[0] for word in words[4::2]] == [
        "run-id",
        "paths.key-bundle",
        "paths.plan",
        "paths.dataset",
        "paths.run",
        "oracle.certificate",
        "oracle.token-file",
    ]
    shared = [word.partition("=")[2] for word in words[6::2]]
    assert all(value.startswith("{{ var.value.hetal_shared }}/") for value in shared)
    # All other fields that Airflow gives to spark-submit.
    given = {name: getattr(train, name) for name in train.template_fields if getattr(train, name)}
    assert set(given) == {"application", "application_args", "conf", "env_vars", "inputs", "name", "result"}
    assert given["application"] == "{{ var.value.hetal_jar }}"
    assert given["conf"] == {"spark.log.level": "WARN"}
    assert given["env_vars"] == {"HETAL_OWNER": ""}
    assert {each.operator.task_id for each in given["inputs"]} == {"plan", "keygen", "encrypt", "start_oracle"}


def test_filesOfBothQueues_nameNothingOfTheOwner():
    """DAG file and training.conf are on the cluster's workers, too."""
    settings = (SOURCE / "training.conf").read_text(encoding="utf-8")
    assert not re.search(
        r"secret|private|insecure-seed|\bdata\b|\bpaths\b|oracle\.log|\blog\b|/", _without_comments(settings)
    )
    code = (SOURCE / "hetal_training.py").read_text(encoding="utf-8")
    assert not re.search(r"secret-key|paths\.private|paths\.model|oracle\.log|insecure-seed", code)


def _without_comments(hocon: str) -> str:
    return "\n".join(line.partition("#")[0] for line in hocon.splitlines())
