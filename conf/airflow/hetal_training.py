"""Trains a classifier on encrypted data: HETAL's commands as an Airflow DAG. Copy this file and change it.

The tasks run on two queues, whose workers belong to two parties:

* `owner`: the data owner's machine, with the data and the secret key. Its folder is $HETAL_OWNER there.
* `cluster`: a machine of the cluster, with `spark-submit`. Its task gets the settings in SETTINGS and nothing else.

Airflow itself (metadata database, logs, XComs) gets URIs, digests and exit codes. The output of the owner's commands
goes to files in $HETAL_OWNER.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from airflow.sdk import Asset, Param, dag, get_current_context, task

from hetal_airflow import publication, quality
from hetal_airflow.artifacts import artifact, require
from hetal_airflow.oracle import OracleProcess
from hetal_airflow.owner import Owner
from hetal_airflow.runs import hetal_run_id
from hetal_airflow.spark import HetalSparkSubmitOperator

OWNER_QUEUE = "owner"
CLUSTER_QUEUE = "cluster"

# Training settings: read on both sides, so it goes with this file to the workers of both queues.
TRAINING_CONF = str(Path(__file__).resolve().parent / "training.conf")

# The Airflow variable hetal_shared is the file: URI of a folder that both sides see. A run has a folder of its own in
# it, named after the DAG run: a retry, on whatever machine, finds the checkpoints of the last attempt and continues.
SHARED = "{{ var.value.hetal_shared }}"
RUN = "{{ hetal_run_id(run_id) }}"
FOLDER = f"{SHARED}/runs/{RUN}"

# All settings that the cluster gets beside training.conf. The owner's tasks get the same and add the owner's paths.
SETTINGS = {
    "run-id": RUN,
    "paths.key-bundle": f"{SHARED}/keys",
    "paths.plan": f"{FOLDER}/plan.json",
    "paths.dataset": f"{FOLDER}/dataset",
    "paths.run": f"{FOLDER}/run",
    "oracle.certificate": f"{FOLDER}/oracle.pem",
    "oracle.token-file": f"{FOLDER}/oracle.token",
}

# The lock of a killed run expires after 120 s on another machine. The next attempt waits longer.
RETRY_DELAY = timedelta(seconds=150)


@dag(
    dag_id="hetal_training",
    schedule=None,
    catchup=False,
    # One secret key, one oracle, one port.
    max_active_runs=1,
    default_args={"queue": OWNER_QUEUE, "retries": 2, "retry_delay": timedelta(minutes=1)},
    params={
        "minimum_accuracy": Param(0.9, type="number", minimum=0, maximum=1, description="On the test rows."),
        "maximum_accuracy_loss": Param(
            0.01, type="number", minimum=0, maximum=1, description="Below the same training without encryption."
        ),
    },
    user_defined_macros={"hetal_run_id": hetal_run_id},
    doc_md=__doc__,
    tags=["hetal"],
)
def hetal_training():
    @task
    def check_inputs(settings: dict[str, str]) -> None:
        """What later tasks need is there: the owner's folder, settings, commands, the shared folder."""
        owner = Owner(TRAINING_CONF, settings)
        owner.check()
        owner.share_run_folder()

    @task
    def plan(settings: dict[str, str]) -> dict[str, str]:
        """Reads all data, refuses bad rows, and fixes parameters, layout, keys and schedule."""
        Owner(TRAINING_CONF, settings).run("plan")
        return artifact(settings["paths.plan"])

    @task
    def keygen(settings: dict[str, str]) -> dict[str, str]:
        """Generates secret key and evaluation keys; keys that are there and fit are kept."""
        Owner(TRAINING_CONF, settings).run("keygen")
        return artifact(settings["paths.key-bundle"] + "/manifest")

    @task
    def encrypt(settings: dict[str, str]) -> dict[str, str]:
        Owner(TRAINING_CONF, settings).run("encrypt")
        return artifact(settings["paths.dataset"] + "/manifest.json")

    @task
    def start_oracle(settings: dict[str, str]) -> dict[str, str]:
        """Setup: starts the oracle as a process that continues after this task."""
        OracleProcess(Owner(TRAINING_CONF, settings)).start()
        return artifact(settings["oracle.certificate"])

    @task
    def stop_oracle(settings: dict[str, str]) -> None:
        """Teardown: ends the oracle, also after a failure."""
        OracleProcess(Owner(TRAINING_CONF, settings)).stop()

    @task
    def decrypt_model(settings: dict[str, str], model: dict[str, str]) -> None:
        require(model)
        Owner(TRAINING_CONF, settings).run("decrypt-model")

    @task
    def evaluate(settings: dict[str, str]) -> None:
        """Tests the model, and trains the same without encryption to compare."""
        owner = Owner(TRAINING_CONF, settings)
        owner.run("evaluate", "--json", str(owner.evaluation))

    # A retry cannot change the result.
    @task(retries=0)
    def quality_gate(settings: dict[str, str]) -> None:
        params = get_current_context()["params"]
        quality.check(
            Owner(TRAINING_CONF, settings).evaluation,
            minimum_accuracy=params["minimum_accuracy"],
            maximum_accuracy_loss=params["maximum_accuracy_loss"],
        )

    # A DAG with schedule=[Asset("hetal_model")] starts when a model was published.
    @task(outlets=[Asset("hetal_model")])
    def publish(settings: dict[str, str]) -> None:
        """Puts the decrypted model where the owner's programs read it: $HETAL_OWNER/published/latest."""
        publication.publish(Owner(TRAINING_CONF, settings))

    planned = plan(SETTINGS)
    keys = keygen(SETTINGS)
    dataset = encrypt(SETTINGS)
    oracle = start_oracle(SETTINGS)
    train = HetalSparkSubmitOperator(
        task_id="train",
        queue=CLUSTER_QUEUE,
        retries=3,
        retry_delay=RETRY_DELAY,
        conn_id="hetal_spark",
        name=f"hetal train {RUN}",
        # The cluster's jar; nothing in it can decrypt. The Airflow variable is a path or URI that spark-submit reads.
        application="{{ var.value.hetal_jar }}",
        java_class="org.hetal.spark.Main",
        application_args=["train", "--config", TRAINING_CONF]
        + [word for name, value in SETTINGS.items() for word in ("--set", f"{name}={value}")],
        conf={"spark.log.level": "WARN"},
        # For a worker of both queues, as on a single machine: spark-submit does not inherit the owner's folder.
        env_vars={"HETAL_OWNER": ""},
        # Compared with their digests before spark-submit starts.
        inputs=[planned, keys, dataset, oracle],
        result=f"{FOLDER}/run/model/manifest.json",
    )
    stopped = stop_oracle(SETTINGS).as_teardown(setups=oracle, on_failure_fail_dagrun=True)
    decrypted = decrypt_model(SETTINGS, train.output)

    check_inputs(SETTINGS) >> planned >> keys >> dataset >> oracle >> train >> [stopped, decrypted]
    stopped >> decrypted >> evaluate(SETTINGS) >> quality_gate(SETTINGS) >> publish(SETTINGS)


hetal_training()
