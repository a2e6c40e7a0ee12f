"""The cluster: trains and predicts on ciphertexts.

Needs only the jar `hetal-spark-VERSION-spark.jar`, which cannot decrypt.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyspark.sql import SparkSession

from hetal.endpoint import OracleEndpoint
from hetal.errors import translated
from hetal.jvm import java

StrPath = str | os.PathLike[str]


@dataclass(frozen=True)
class MinibatchSize:
    """The size of one encrypted minibatch.

    Attributes:
        rows: of the minibatch.
        microbatches: units of work: a task computes the gradient of one.
        feature_blocks: ciphertexts of features.
        label_ciphertexts: ciphertexts of labels.
        bytes: of all its ciphertexts.
    """

    rows: int
    microbatches: int
    feature_blocks: int
    label_ciphertexts: int
    bytes: int


@dataclass(frozen=True)
class Step:
    """What the cluster measured of one minibatch; names and units as in `org.hetal.report.RunMetrics.Step`."""

    step: int
    epoch: int
    batch: int
    gradient_seconds: float
    update_seconds: float
    bootstraps: int
    broadcast_bytes: int
    gradient_bytes: int
    stage_seconds: dict[str, float]
    """`gradient_seconds`, divided among the stages of the executors: read, expand, logits, softmax, gradient, sum."""


class EncryptedModel:
    """Encrypted weights; only the data owner can read them."""

    def __init__(self, spark: SparkSession, model: Any) -> None:
        """Use `train` or `load`."""
        self._spark = spark
        self._model = model

    @classmethod
    def load(cls, spark: SparkSession, uri: StrPath) -> "EncryptedModel":
        """Reads a model that was saved."""
        view = java(spark)
        with translated():
            return cls(spark, view.org.hetal.spark.ml.EncryptedModel.load(_context(spark), os.fspath(uri)))

    def save(self, uri: StrPath, overwrite: bool = False) -> None:
        """Saves the model to a folder of any file system that Hadoop knows."""
        with translated():
            writer = self._model.write()
            (writer.overwrite() if overwrite else writer).save(os.fspath(uri))

    @property
    def epochs(self) -> int:
        """Epochs that were trained."""
        return int(self._model.epochs())

    @property
    def best_epoch(self) -> int:
        """The epoch of these weights, from 1."""
        return int(self._model.bestEpoch())

    def predict(
        self, rows: StrPath, keys: StrPath, output: StrPath, *, params: Mapping[str, Any] | None = None
    ) -> None:
        """Computes the encrypted logits of encrypted rows and saves them for the owner.

        Args:
            rows: folder that the owner's `encrypt_rows` wrote.
            keys: folder of the evaluation keys.
            output: folder of the predictions.
            params: parameters of `org.hetal.spark.ml.EncryptedModel` by name, such as `{"threads": 1}`.
        """
        view = java(self._spark)
        ml = view.org.hetal.spark.ml
        context = _context(self._spark)
        with translated():
            _set(self._model, params)
            dataset = ml.EncryptedDataset.load(context, os.fspath(rows))
            predictions = self._model.predict(context, dataset, ml.EvaluationKeys.at(os.fspath(keys)))
            predictions.write().save(os.fspath(output))


def train(
    spark: SparkSession,
    dataset: StrPath,
    keys: StrPath,
    oracle: OracleEndpoint,
    *,
    checkpoint_dir: StrPath = "",
    run_id: str = "default",
    params: Mapping[str, Any] | None = None,
) -> EncryptedModel:
    """Trains on encrypted rows by the plan that the data set carries, asking the oracle after each epoch.

    Args:
        spark: whose executors can read data set and keys.
        dataset: folder that the owner's `encrypt` wrote.
        keys: folder of the evaluation keys.
        oracle: where the owner's oracle listens.
        checkpoint_dir: folder of the run. A run that was killed continues from it with the same bytes; empty: no
            checkpoints.
        run_id: names the run to the oracle.
        params: further parameters of `org.hetal.spark.ml.EncryptedSoftmaxRegression` by name, such as
            `{"device": "cuda"}`, or `{"allowUnauthenticated": True}` for a cluster without `spark.authenticate`.

    Raises:
        DataError: listing everything that does not fit, before the first task.
        RetryLaterError: when the oracle does not answer; the same call continues.
        HetalError: when the folder is of another run, and so on; `java_class` tells.
    """
    view = java(spark)
    ml = view.org.hetal.spark.ml
    context = _context(spark)
    with translated():
        regression = ml.EncryptedSoftmaxRegression().setCheckpointDir(os.fspath(checkpoint_dir)).setRunId(run_id)
        _set(regression, params)
        model = regression.fit(
            context,
            ml.EncryptedDataset.load(context, os.fspath(dataset)),
            ml.EvaluationKeys.at(os.fspath(keys)),
            oracle.java(view),
        )
    return EncryptedModel(spark, model)


def minibatch_sizes(spark: SparkSession, dataset: StrPath) -> list[MinibatchSize]:
    """The sizes of the minibatches of an encrypted data set, in the order of the training."""
    view = java(spark)
    with translated():
        loaded = view.org.hetal.spark.ml.EncryptedDataset.load(_context(spark), os.fspath(dataset))
        return [
            MinibatchSize(each.rows(), each.microbatches(), each.featureBlocks(), each.labelCiphertexts(), each.bytes())
            for each in loaded.minibatchSizes()
        ]


def steps(spark: SparkSession, run: StrPath) -> list[Step]:
    """What the cluster measured of the steps of a run, so far if it is going on.

    Args:
        spark: any session with the jars.
        run: the `checkpoint_dir` of the run.
    """
    view = java(spark)
    with translated():
        metrics = view.org.hetal.spark.ml.EncryptedSoftmaxRegression.metrics(_context(spark), os.fspath(run))
        return [
            Step(
                each.step(),
                each.epoch(),
                each.batch(),
                each.gradientSeconds(),
                each.updateSeconds(),
                each.bootstraps(),
                each.broadcastBytes(),
                each.gradientBytes(),
                {stage.label(): seconds for stage, seconds in each.stages().items()},
            )
            for each in metrics.steps()
        ]


def _set(target: Any, params: Mapping[str, Any] | None) -> None:
    for name, value in (params or {}).items():
        getattr(target, "set" + name[:1].upper() + name[1:])(value)


def _context(spark: SparkSession) -> Any:
    return spark.sparkContext._jsc
