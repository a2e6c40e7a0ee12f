"""A standalone Spark cluster with one worker, which knows nothing of the data owner."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from processes import Service, everything_about, free_port, session

PROGRAM = "bin/spark-class"
DEPLOY = "org.apache.spark.deploy"


class SparkCluster:
    def __init__(self, folder: Path):
        self.url = f"spark://127.0.0.1:{free_port()}"
        self._folder = folder
        self.configuration = self._secured(folder / "conf")
        self._services: list[Service] = []

    def start(self) -> None:
        port = self.url.rpartition(":")[2]
        self._serve("master", "master.Master", "--port", port).wait_for_output("I have been elected leader")
        worker = self._serve(
            "worker", "worker.Worker", "--cores", "1", "--memory", "1g", "-d", str(self._folder), self.url
        )
        worker.wait_for_output("Successfully registered with master")

    def executors(self) -> list[int]:
        """Processes that the worker started."""
        worker = self._services[1].process.pid
        return [pid for pid in session(worker) if "CoarseGrainedExecutorBackend" in everything_about(pid)]

    def stop(self) -> None:
        for service in reversed(self._services):
            service.stop()

    @staticmethod
    def _secured(folder: Path) -> Path:
        """SPARK_CONF_DIR of every process of the cluster and of spark-submit; docs/security.md has the settings."""
        folder.mkdir(mode=0o700)
        file = folder / "spark-defaults.conf"
        file.touch(mode=0o600)
        file.write_text(
            "spark.authenticate true\nspark.network.crypto.enabled true\n"
            f"spark.authenticate.secret {secrets.token_hex(32)}\n",
            encoding="utf-8",
        )
        return folder

    def _serve(self, name: str, program: str, *options: str) -> Service:
        command = [f"{os.environ['SPARK_HOME']}/{PROGRAM}", f"{DEPLOY}.{program}", "--host", "127.0.0.1"]
        environment = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_CONF_DIR": str(self.configuration)}
        service = Service(
            [*command, "--webui-port", str(free_port()), *options], self._folder / f"{name}.log", environment
        )
        self._services.append(service)
        return service
