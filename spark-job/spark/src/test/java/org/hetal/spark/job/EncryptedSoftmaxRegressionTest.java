package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.config.SettingsException;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.StoredFile;
import org.hetal.oracle.OracleEndpoint;
import org.hetal.report.RunMetrics;
import org.hetal.spark.ml.EncryptedDataset;
import org.hetal.spark.ml.EncryptedModel;
import org.hetal.spark.ml.EncryptedPredictions;
import org.hetal.spark.ml.EncryptedSoftmaxRegression;
import org.hetal.spark.ml.EvaluationKeys;
import org.hetal.spark.ml.FitListener;
import org.hetal.spark.ml.ParamMap;
import org.hetal.training.EarlyStopping;
import org.hetal.training.TaskStage;
import org.hetal.training.ValidationOracle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The cluster's side as calls, on the simulator, in a Spark context of the caller's own. */
@Timeout(180)
@Tag("slow")
class EncryptedSoftmaxRegressionTest {
  private static final int EPOCHS = 3;

  @TempDir static Path folder;
  private static EncryptedToy toy;
  private static JavaSparkContext spark;

  @BeforeAll
  static void start() {
    toy = new EncryptedToy(folder, EPOCHS).write();
    spark =
        new JavaSparkContext(
            new SparkConf()
                .setMaster("local[2]")
                .setAppName("own context")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.kryo.registrationRequired", "false"));
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  private static EncryptedSoftmaxRegression regression() {
    return new EncryptedSoftmaxRegression()
        .setBatchRows(150)
        .setMaxEpochs(EPOCHS)
        .setLearningRate(2)
        .setLogitRange(32)
        .setGroupsPerMicrobatch(1);
  }

  private static EncryptedDataset dataset() {
    return EncryptedDataset.load(spark, folder.resolve("dataset").toString());
  }

  private static EvaluationKeys keys() {
    return EvaluationKeys.at(folder.resolve("keys").toString());
  }

  private static ValidationOracle oracle() {
    EarlyStopping stopping = toy.decide();
    return (epoch, logits) -> toy.decision(stopping, epoch, logits);
  }

  private static List<byte[]> bytes(EncryptedModel model) {
    List<StoredFile> files = model.manifest().weights();
    return files.stream().map(file -> file.read(model.storage())).toList();
  }

  private static void assertSame(List<byte[]> expected, List<byte[]> actual) {
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i));
    }
  }

  @Test
  void model_isSavedLoadedAndThatOfTheTrainingInTheClear() throws Exception {
    List<String> told = new ArrayList<>();
    EncryptedModel model =
        regression()
            .addListener(
                new FitListener() {
                  @Override
                  public void planned(Planned planned) {
                    told.add("planned " + planned.rows());
                  }

                  @Override
                  public void epoch(EpochEvent event) {
                    told.add("epoch " + event.epoch());
                  }

                  @Override
                  public void finished(Finished finished) {
                    told.add("finished " + finished.epochs());
                  }
                })
            .fit(spark, dataset(), keys(), oracle());
    assertEquals(
        List.of("planned " + EncryptedToy.ROWS, "epoch 1", "epoch 2", "epoch 3", "finished 3"),
        told);
    assertEquals(EncryptedToy.CLASSES, dataset().classes());
    assertEquals(EncryptedToy.FEATURES, dataset().features());
    Path saved = folder.resolve("saved/model");
    model.write().save(saved.toString());
    CommitException e =
        assertThrows(CommitException.class, () -> model.write().save(saved.toString()));
    assertTrue(e.getMessage().contains("Call overwrite()"), e.getMessage());
    EncryptedModel loaded = EncryptedModel.load(spark, saved.toString());
    assertSame(bytes(model), bytes(loaded));
    EncryptedModel byPlan =
        new EncryptedSoftmaxRegression().fit(spark, dataset(), keys(), oracle());
    assertSame(bytes(model), bytes(byPlan));
    loaded.write().overwrite().save(saved.toString());
    assertSame(bytes(model), bytes(EncryptedModel.load(spark, saved.toString())));
    double[][] weights = toy.weights(folder.resolve("saved"));
    double[][] plain = toy.plain().best();
    for (int label = 0; label < weights.length; label++) {
      assertArrayEquals(plain[label], weights[label], 2e-3);
    }
  }

  private static void assertMetrics(RunMetrics metrics) {
    List<EncryptedDataset.MinibatchSize> minibatches = dataset().minibatchSizes();
    assertEquals(dataset().minibatches(), minibatches.size());
    int rows = minibatches.stream().mapToInt(EncryptedDataset.MinibatchSize::rows).sum();
    assertEquals(EncryptedToy.ROWS, rows);
    long bytes = minibatches.stream().mapToLong(EncryptedDataset.MinibatchSize::bytes).sum();
    assertTrue(bytes > 0 && bytes < dataset().bytes(), bytes + " of " + dataset().bytes());
    for (EncryptedDataset.MinibatchSize each : minibatches) {
      assertTrue(each.featureBlocks() >= each.labelCiphertexts(), each.toString());
      assertTrue(each.labelCiphertexts() >= each.microbatches(), each.toString());
    }
    assertEquals(EPOCHS * minibatches.size(), metrics.steps().size());
    for (int i = 0; i < metrics.steps().size(); i++) {
      RunMetrics.Step step = metrics.steps().get(i);
      assertEquals(i + 1, step.step());
      assertEquals(i % minibatches.size(), step.batch());
      assertTrue(step.gradientSeconds() > 0 && step.updateSeconds() > 0, step.toString());
      assertTrue(step.bootstraps() > 0 && step.broadcastBytes() > 0, step.toString());
      assertTrue(step.gradientBytes() > 0, step.toString());
      assertTrue(step.stages().get(TaskStage.SOFTMAX) > 0, step.toString());
    }
    assertEquals(List.of(1, 2, 3), metrics.epochs().stream().map(RunMetrics.Epoch::epoch).toList());
    assertTrue(metrics.epochs().stream().allMatch(RunMetrics.Epoch::best), metrics.toString());
  }

  /** An oracle that fails after the second epoch, then answers: as a process that was killed. */
  @Test
  void fitThatFailedAndIsRepeated_continuesFromTheCheckpointWithTheSameBytes() {
    List<byte[]> undisturbed = bytes(regression().fit(spark, dataset(), keys(), oracle()));
    Path run = folder.resolve("continued");
    EncryptedSoftmaxRegression durable = regression().setCheckpointDir(run.toString());
    ValidationOracle inner = oracle();
    ValidationOracle failing =
        (epoch, logits) -> {
          if (epoch == 2) {
            throw new IllegalStateException("gone");
          }
          return inner.decide(epoch, logits);
        };
    assertThrows(IllegalStateException.class, () -> durable.fit(spark, dataset(), keys(), failing));
    List<Integer> epochs = new ArrayList<>();
    List<Integer> steps = new ArrayList<>();
    FitListener listener =
        new FitListener() {
          @Override
          public void step(StepEvent event) {
            steps.add(event.epoch());
          }

          @Override
          public void epoch(EpochEvent event) {
            epochs.add(event.epoch());
          }
        };
    EncryptedModel model =
        durable.copy(new ParamMap()).addListener(listener).fit(spark, dataset(), keys(), inner);
    assertMetrics(EncryptedSoftmaxRegression.metrics(spark, run.toString()));
    assertEquals(List.of(2, 3), epochs);
    assertFalse(steps.contains(2), "the steps of epoch 2 were in the checkpoint");
    assertSame(undisturbed, bytes(model));
    assertTrue(Files.exists(run.resolve("model/manifest.json")));
    assertTrue(Files.exists(run.resolve("report.json")));
    DatasetException e =
        assertThrows(
            DatasetException.class,
            () -> durable.copy(new ParamMap()).setPatience(2).fit(spark, dataset(), keys(), inner));
    assertTrue(e.getMessage().contains("training.patience: planned with "), e.getMessage());
    assertTrue(e.getMessage().contains(", now 2; use what was planned"), e.getMessage());
  }

  @Test
  void predictions_areTheLogitsOfTheRows() {
    EncryptedModel model = regression().fit(spark, dataset(), keys(), oracle());
    Path saved = folder.resolve("logits");
    model.predict(spark, dataset(), keys()).write().save(saved.toString());
    assertEquals(
        EncryptedToy.VALIDATION_ROWS, EncryptedPredictions.load(spark, saved.toString()).rows());
    double[][] plain = toy.plainLogits(toy.plain().best());
    double[][] logits = toy.predicted(saved);
    for (int row = 0; row < plain.length; row++) {
      assertArrayEquals(plain[row], logits[row], 5e-3);
    }
    SettingsException e =
        assertThrows(SettingsException.class, () -> model.predict(spark, null, null));
    assertTrue(e.getMessage().startsWith("2 problems: rows: expected encrypted rows"));
  }

  @Test
  void valuesOutOfRange_failAtTheSetter() {
    EncryptedSoftmaxRegression regression = new EncryptedSoftmaxRegression();
    SettingsException e = assertThrows(SettingsException.class, () -> regression.setMaxEpochs(0));
    assertEquals(
        "EncryptedSoftmaxRegression.maxEpochs: expected 1 to 100000, actual 0", e.getMessage());
    for (double range : new double[] {4, 33, 1024, Double.NaN}) {
      assertThrows(SettingsException.class, () -> regression.setLogitRange(range));
    }
    assertThrows(SettingsException.class, () -> regression.setLearningRate(Double.NaN));
    assertThrows(SettingsException.class, () -> regression.setDevice("tpu"));
    assertThrows(SettingsException.class, () -> regression.setRunId("../x"));
    assertThrows(SettingsException.class, () -> regression.setGroupsPerMicrobatch(3));
    assertFalse(regression.isSet(EncryptedSoftmaxRegression.MAX_EPOCHS));
  }

  @Test
  void parameters_areExplainedCopiedAndCleared() {
    EncryptedSoftmaxRegression regression = regression();
    String explained = regression.explainParams();
    assertEquals(regression.params().size(), explained.lines().count());
    assertTrue(
        explained.contains(
            "maxEpochs: passes over the rows, if the oracle does not stop the training before (1 to"
                + " 100000; default: as in the data set's plan, current: 3)"),
        explained);
    EncryptedSoftmaxRegression copy =
        regression.copy(new ParamMap().put(EncryptedSoftmaxRegression.MAX_EPOCHS, 7));
    assertEquals(7, copy.getOrDefault(EncryptedSoftmaxRegression.MAX_EPOCHS));
    assertEquals(150, copy.getOrDefault(EncryptedSoftmaxRegression.BATCH_ROWS));
    assertEquals(3, regression.getOrDefault(EncryptedSoftmaxRegression.MAX_EPOCHS));
    assertEquals(
        copy.params().size() - 2, copy.extractParamMap().size(), "patience and metric are not set");
    assertFalse(
        copy.clear(EncryptedSoftmaxRegression.MAX_EPOCHS)
            .isSet(EncryptedSoftmaxRegression.MAX_EPOCHS));
    NoSuchElementException e =
        assertThrows(
            NoSuchElementException.class,
            () -> copy.getOrDefault(EncryptedSoftmaxRegression.MAX_EPOCHS));
    assertEquals(
        "EncryptedSoftmaxRegression.maxEpochs: expected a value, actual none: the plan of the data"
            + " set gives it",
        e.getMessage());
  }

  @Test
  void fit_tellsAllProblemsAtOnce() {
    SettingsException nothing =
        assertThrows(
            SettingsException.class,
            () -> regression().fit(spark, null, null, (OracleEndpoint) null));
    assertTrue(nothing.getMessage().startsWith("3 problems: dataset: expected"));
    assertTrue(nothing.getMessage().contains("; keys: expected evaluation keys, actual null"));
    assertTrue(nothing.getMessage().contains("; oracle: expected an endpoint or an oracle"));
  }
}
