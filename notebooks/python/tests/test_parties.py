"""The owner's calls here, the cluster's in another process with its own jar, on ciphertexts, the oracle over HTTPS."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import Rows
from pyspark.sql import SparkSession

from hetal import HetalError, cluster
from hetal.endpoint import OracleEndpoint
from hetal.jvm import jars
from hetal.owner import DataOwner, oracle_answers

SETTINGS = {
    "parameters": "insecure_n10_l12",
    "data.classes": "3",
    "training.batch-rows": "60",
    "training.epochs": "2",
    "training.learning-rate": "4",
    "training.logit-range": "32",
}

CLUSTER = """
import sys
from pathlib import Path

import hetal
from hetal import cluster
from hetal.endpoint import OracleEndpoint

given = Path(sys.argv[1])
spark = hetal.local_session("local[2]")
oracle = OracleEndpoint(given, port=int(sys.argv[2]))
model = cluster.train(
    spark, given / "dataset", given / "keys", oracle, checkpoint_dir=given / "run", params={"threads": 1}
)
model.save(given / "model")
try:
    hetal.HetalClassifier().fit([[0.0], [1.0]], [0, 1])
except RuntimeError as e:
    print(e)
"""


def train_elsewhere(given: Path, port: int) -> None:
    jar = [str(each) for each in jars() if each.name.endswith("-spark.jar")]
    done = subprocess.run(
        [sys.executable, "-c", CLUSTER, str(given), str(port)],
        env={**os.environ, "HETAL_JARS": ":".join(jar)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("spark: expected a session with the data owner's jars, actual one with the cluster's")


def test_train_encrypt_decrypt_and_predict(spark: SparkSession, rows: Rows, tmp_path: Path) -> None:
    X, y = rows
    private, given = tmp_path / "owner", tmp_path / "cluster"
    with DataOwner.generate(private, X, y, SETTINGS, spark) as owner:
        assert owner.write_evaluation_keys(given / "keys") > 1_000_000
        assert owner.encrypt(given / "dataset") == 3
        with owner.start_oracle(OracleEndpoint(given, port=0)) as oracle:
            train_elsewhere(given, oracle.endpoint.port)
        model = cluster.EncryptedModel.load(spark, given / "model")
        assert model.epochs == 2
        with pytest.raises(HetalError, match="Call overwrite") as e:
            model.save(given / "model")
        assert e.value.java_class == "org.hetal.dataset.CommitException"
        key_id = owner.key_id
    assert (private / "secret.key").stat().st_mode & 0o777 == 0o600

    # As another process of the owner would, later.
    with DataOwner.open(private, X, y, SETTINGS, spark) as owner:
        assert owner.key_id == key_id
        plain = owner.decrypt(given / "model")
        assert plain.best_epoch == model.best_epoch
        assert plain.score(X, y) > 0.9
        evaluation = owner.evaluate(given / "model")
        assert evaluation.accuracy > 0.9 and evaluation.accuracy_plain > 0.9
        assert 0 < evaluation.largest_weight_difference < 0.05
        assert owner.encrypt_rows(X[:20], given / "rows") == 20
        model.predict(given / "rows", given / "keys", given / "predictions")
        probabilities = owner.decrypt_predictions(given / "predictions")
    assert np.allclose(probabilities, plain.predict_proba(X[:20]), atol=1e-2)
    answers = oracle_answers(private / "oracle-default.jsonl", spark)
    assert [each.epoch for each in answers] == [1, 2]
    assert answers[1].loss < answers[0].loss

    sizes = cluster.minibatch_sizes(spark, given / "dataset")
    assert [each.rows for each in sizes] == [60, 60, 42]
    steps = cluster.steps(spark, given / "run")
    assert len(steps) == 6
    assert all(each.bootstraps > 0 and each.gradient_bytes > 0 and each.gradient_seconds > 0 for each in steps)
    assert set(steps[0].stage_seconds) == {"read", "expand", "logits", "softmax", "gradient", "sum"}
    assert sum(steps[0].stage_seconds.values()) == pytest.approx(steps[0].gradient_seconds)


def test_what_is_missing_is_named(spark: SparkSession, rows: Rows, tmp_path: Path) -> None:
    X, y = rows
    with pytest.raises(HetalError, match=r"secret\.key"):
        DataOwner.open(tmp_path / "none", X, y, SETTINGS, spark)
    with pytest.raises(HetalError, match="expected"):
        cluster.train(spark, tmp_path / "none", tmp_path / "keys", OracleEndpoint(tmp_path))
    with pytest.raises(HetalError, match=r"expected the folder of a run, with metrics\.jsonl"):
        cluster.steps(spark, tmp_path)
