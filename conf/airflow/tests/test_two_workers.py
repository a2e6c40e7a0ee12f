"""The two queues on two edge workers: the worker of the cluster's queue is not told where the owner's folder is.

Airflow's own processes and the cluster's worker have an environment without the owner's variables, and Airflow homes of
their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hetal_airflow.runs import hetal_run_id
from processes import Service, everything_about, session, wait_for
from server import AirflowServer, DagRun
from site_of_test import Site

EXECUTOR = "airflow.providers.edge3.executors.EdgeExecutor"


@pytest.fixture
def workers(site: Site, undisturbed: tuple[str, str]) -> Iterator[tuple[AirflowServer, dict[str, Service]]]:
    del undisturbed  # first
    owners = {name: site.environment[name] for name in ("HETAL_OWNER", "HETAL_COMMAND")}
    others = {name: value for name, value in site.environment.items() if name not in owners}
    server = AirflowServer(site, others, EXECUTOR)
    services = {}
    try:
        server.wait_until_healthy()
        for queue, more in (("owner", owners), ("cluster", {})):
            home = site.root / f"home-of-{queue}-worker"
            home.mkdir()
            command = ["airflow", "edge", "worker", "--queues", queue, "--edge-hostname", queue, "--concurrency", "1"]
            services[queue] = Service(
                command, site.root / f"{queue}-worker.log", server.environment | more | {"AIRFLOW_HOME": str(home)}
            )
        yield server, services
    finally:
        for service in services.values():
            service.stop()
        server.stop()


def test_workerOfTheCluster_runsTrainOnly_andKnowsNothingOfTheOwner(site, undisturbed, workers):
    server, services = workers
    dag_run = DagRun.start(server, "two+workers")
    run = hetal_run_id(dag_run.run_id)
    wait_for("an epoch", lambda: (site.shared / "runs" / run / "run/checkpoints/epoch-000001").exists(), 400)
    # Some processes of the session may end while this reads; those of the task stay.
    texts = {pid: everything_about(pid) for pid in session(services["cluster"].process.pid)}
    told = {pid: text for pid, text in texts.items() if text}
    assert any("org.apache.spark.deploy.SparkSubmit" in text for text in told.values())
    # The worker, the supervisor of the task, the task, and spark-submit.
    assert len(told) >= 3
    for pid, text in told.items():
        site.require_nothing_of_the_owner(text, f"process {pid} of the cluster's worker")

    assert dag_run.wait_for_end() == "success"
    assert site.weights(run) == site.weights(undisturbed[0])
    assert tasks_of(site, "cluster") == {"train"}
    assert tasks_of(site, "owner") == set(dag_run.tasks()) - {"train"}
    for log in (site.root / "home-of-cluster-worker").rglob("*.log"):
        site.require_nothing_of_the_owner(log.read_text(encoding="utf-8", errors="replace"), str(log))


def tasks_of(site: Site, queue: str) -> set[str]:
    """The tasks of which a worker has logs."""
    logs = Path(site.root / f"home-of-{queue}-worker/logs")
    return {folder.name.removeprefix("task_id=") for folder in logs.glob("dag_id=*/run_id=*/task_id=*")}
