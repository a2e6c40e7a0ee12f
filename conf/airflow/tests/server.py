"""Airflow's own processes, and its REST API."""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.parse
import urllib.request

from processes import Service, free_port, wait_for
from site_of_test import Site


class AirflowServer:
    """api-server, scheduler and dag-processor, on the site's SQLite database.

    :param environment: of all three
    :param executor: runs the tasks
    """

    def __init__(self, site: Site, environment: dict[str, str], executor: str = "LocalExecutor"):
        port = free_port()
        self._url = f"http://127.0.0.1:{port}"
        self.environment = environment | {
            "AIRFLOW__CORE__EXECUTOR": executor,
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self._url}/execution/",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(64),
            "AIRFLOW__EDGE__API_ENABLED": str(executor != "LocalExecutor"),
            "AIRFLOW__EDGE__API_URL": f"{self._url}/edge_worker/v1/rpcapi",
            "AIRFLOW__EDGE__JOB_POLL_INTERVAL": "1",
        }
        self._services = [
            Service(["airflow", name], site.root / f"{name}.log", self.environment)
            for name in ("api-server", "scheduler", "dag-processor")
        ]
        self._token = ""

    def wait_until_healthy(self) -> None:
        def healthy() -> bool:
            for service in self._services:
                assert service.process.poll() is None, service.log.read_text(encoding="utf-8")
            try:
                health = self.call("GET", "/api/v2/monitor/health")
            except OSError:
                return False
            return all(health[part]["status"] == "healthy" for part in ("metadatabase", "scheduler", "dag_processor"))

        wait_for("a healthy Airflow", healthy, 300)
        self._token = self.call("GET", "/auth/token")["access_token"]

    def call(self, method: str, path: str, body: dict | None = None) -> dict:
        request = urllib.request.Request(self._url + path, method=method)
        request.add_header("Content-Type", "application/json")
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, data, timeout=30) as response:
                return json.load(response)
        except urllib.error.HTTPError as e:
            e.add_note(f"{method} {path}: {e.read().decode(errors='replace')}")
            raise

    def stop(self) -> None:
        for service in reversed(self._services):
            service.stop()


class DagRun:
    """A run of the DAG, through the API."""

    def __init__(self, server: AirflowServer, run_id: str):
        self.run_id = run_id
        self._server = server
        self._path = f"/api/v2/dags/hetal_training/dagRuns/{urllib.parse.quote(run_id)}"

    @classmethod
    def start(cls, server: AirflowServer, run_id: str) -> DagRun:
        wait_for("the DAG", lambda: _known(server), 60)
        server.call("PATCH", "/api/v2/dags/hetal_training", {"is_paused": False})
        server.call("POST", "/api/v2/dags/hetal_training/dagRuns", {"dag_run_id": run_id, "logical_date": None})
        return cls(server, run_id)

    def wait_for_end(self, seconds: float = 600) -> str:
        return wait_for(f"the end of {self.run_id}", lambda: _ended(self._server.call("GET", self._path)), seconds)

    def tasks(self) -> dict[str, dict]:
        answer = self._server.call("GET", f"{self._path}/taskInstances")
        return {task["task_id"]: task for task in answer["task_instances"]}

    def states(self) -> dict[str, str | None]:
        return {name: task["state"] for name, task in self.tasks().items()}

    def log(self, task: str, attempt: int) -> str:
        return json.dumps(self._server.call("GET", f"{self._path}/taskInstances/{task}/logs/{attempt}"))

    def xcoms(self) -> list[dict]:
        """Key, task and value of each."""
        entries = self._server.call("GET", f"{self._path}/taskInstances/~/xcomEntries")["xcom_entries"]
        return [
            self._server.call(
                "GET", f"{self._path}/taskInstances/{entry['task_id']}/xcomEntries/{entry['key']}?deserialize=false"
            )
            for entry in entries
        ]

    def clear(self, task: str) -> None:
        """As a person does in the user interface, with what comes after the task."""
        self._server.call(
            "POST",
            "/api/v2/dags/hetal_training/clearTaskInstances",
            {
                "dag_run_id": self.run_id,
                "task_ids": [task],
                "include_downstream": True,
                "only_failed": False,
                "reset_dag_runs": True,
                "dry_run": False,
            },
        )


def _known(server: AirflowServer) -> bool:
    return any(dag["dag_id"] == "hetal_training" for dag in server.call("GET", "/api/v2/dags")["dags"])


def _ended(run: dict) -> str | None:
    return run["state"] if run["state"] in ("success", "failed") else None
