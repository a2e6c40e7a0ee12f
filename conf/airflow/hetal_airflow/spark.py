"""spark-submit on a worker of the cluster's queue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk.exceptions import AirflowException

from hetal_airflow.artifacts import artifact, require
from hetal_airflow.exit_codes import require_success

# How the provider's hook says what spark-submit returned.
_EXIT_CODE = re.compile(r"Error code is: (-?\d+)\.")


class HetalSparkSubmitOperator(SparkSubmitOperator):
    """A SparkSubmitOperator that knows HETAL's exit codes and checks digests.

    Spark runs in client mode: the driver is spark-submit's own process, whose exit code is that of the job. In cluster
    mode Spark reports success or failure only.

    :param inputs: artifacts that other tasks reported; compared with the files before spark-submit starts (templated)
    :param result: URI of the file that is there at the end; the task's XCom has it with its digest (templated)
    """

    template_fields: Sequence[str] = (*SparkSubmitOperator.template_fields, "inputs", "result")

    def __init__(self, *, inputs: Sequence[Any] = (), result: str, **arguments: Any):
        # A retry in client mode is a new driver, which continues the run; there is none to reconnect to.
        super().__init__(deploy_mode="client", durable=False, **arguments)
        self.inputs = inputs
        self.result = result

    def execute(self, context: Any) -> dict[str, str]:
        for each in self.inputs:
            require(each)
        try:
            super().execute(context)
        except AirflowException as e:
            status = _EXIT_CODE.search(str(e))
            if status is None:
                raise
            require_success(self.task_id, int(status[1]), "its output is above")
        return artifact(self.result)
