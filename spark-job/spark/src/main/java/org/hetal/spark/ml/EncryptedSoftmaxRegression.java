package org.hetal.spark.ml;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.config.SettingsLoader;
import org.hetal.dataset.DatasetException;
import org.hetal.format.RunId;
import org.hetal.oracle.OracleEndpoint;
import org.hetal.plan.Schedule;
import org.hetal.plan.ValidationMetric;
import org.hetal.report.RunMetrics;
import org.hetal.softmax.Softmax;
import org.hetal.spark.oracle.HttpsValidationOracle;
import org.hetal.spark.storage.HadoopStorage;
import org.hetal.training.ValidationOracle;

/**
 * Trains a softmax regression on encrypted rows with Nesterov's accelerated gradient, in the manner
 * of a Spark ML estimator. The data set carries the data owner's plan. A parameter of the schedule
 * that is not set has the plan's value; one that is set must be equal to it, since the keys and the
 * minibatches were made for the plan.
 *
 * <pre>{@code
 * EncryptedModel model =
 *     new EncryptedSoftmaxRegression()
 *         .setCheckpointDir("hdfs://namenode/run")
 *         .fit(spark, EncryptedDataset.load(spark, dataset), EvaluationKeys.at(keys), oracle);
 * model.write().overwrite().save("hdfs://namenode/model");
 * }</pre>
 *
 * <p>Cost per iteration: three bootstraps for up to 16 classes with a logit range of 128, up to
 * five otherwise; the owner's plan tells. The result is the same bytes on any number of partitions,
 * threads and retries. Not thread-safe.
 */
public final class EncryptedSoftmaxRegression extends ComputeParams<EncryptedSoftmaxRegression> {
  private static final int MOST_ROWS = 1 << 24;
  private static final int MOST_EPOCHS = 100_000;
  private static final int MOST_CHECKPOINT_INTERVAL = 1_000_000;

  /** Rows of a minibatch. */
  public static final Param<Integer> BATCH_ROWS =
      new Param<>(
          "batchRows",
          "rows of a minibatch",
          "1 to " + MOST_ROWS,
          value -> value >= 1 && value <= MOST_ROWS,
          null);

  /** Passes over the rows. */
  public static final Param<Integer> MAX_EPOCHS =
      new Param<>(
          "maxEpochs",
          "passes over the rows, if the oracle does not stop the training before",
          "1 to " + MOST_EPOCHS,
          value -> value >= 1 && value <= MOST_EPOCHS,
          null);

  /** Patience of early stopping. */
  public static final Param<Integer> PATIENCE =
      new Param<>(
          "patience",
          "epochs without a better validation loss after which the oracle stops the training",
          "1 to " + MOST_EPOCHS,
          value -> value >= 1 && value <= MOST_EPOCHS,
          null);

  /** What the oracle decides by. */
  public static final Param<String> VALIDATION_METRIC =
      new Param<>(
          "validationMetric",
          "what the oracle decides by: the logits of the validation rows, or a loss that is computed"
              + " on ciphertexts",
          "logits or encrypted-loss",
          value ->
              Arrays.stream(ValidationMetric.values())
                  .anyMatch(metric -> metric.label().equals(value)),
          null);

  /** Learning rate. */
  public static final Param<Double> LEARNING_RATE =
      new Param<>(
          "learningRate",
          "factor of the mean gradient of a minibatch",
          "1e-9 to 1e6",
          value -> value >= 1e-9 && value <= 1e6,
          null);

  /** Range of the logits. */
  public static final Param<Double> LOGIT_RANGE =
      new Param<>(
          "logitRange",
          "magnitude that no logit may exceed; a wider range costs levels and bootstraps",
          "one of " + Softmax.LOGIT_RANGES,
          value -> Softmax.LOGIT_RANGES.stream().anyMatch(range -> range.doubleValue() == value),
          null);

  /** Groups of a microbatch. */
  public static final Param<Integer> GROUPS_PER_MICROBATCH =
      new Param<>(
          "groupsPerMicrobatch",
          "groups of rows that one task computes with: 2 share their bootstraps, 1 keeps more tasks"
              + " busy",
          "1 or 2",
          value -> value == 1 || value == 2,
          null);

  /** Name of the run. */
  public static final Param<String> RUN_ID =
      new Param<>(
          "runId",
          "names the run to the oracle, which answers one run",
          RunId.DESCRIPTION,
          RunId::isValid,
          "default");

  /** Folder of the checkpoints. */
  public static final Param<String> CHECKPOINT_DIR =
      new Param<>(
          "checkpointDir",
          "path or URI of the run's folder: checkpoints, metrics.jsonl, report.json, model. A run"
              + " that was killed continues from it with the same bytes; empty: no checkpoints",
          "a path or URI, or empty",
          value -> value.isEmpty() || !value.isBlank(),
          "");

  /** Steps between checkpoints inside an epoch. */
  public static final Param<Integer> CHECKPOINT_INTERVAL =
      new Param<>(
          "checkpointInterval",
          "iterations after which the state is saved inside an epoch, besides its end; 0: only there",
          "0 to " + MOST_CHECKPOINT_INTERVAL,
          value -> value >= 0 && value <= MOST_CHECKPOINT_INTERVAL,
          10);

  private static final List<Param<?>> PARAMS = params0();

  private final List<FitListener> listeners = new ArrayList<>();

  /** Trains by the plan of the data set. */
  public EncryptedSoftmaxRegression() {}

  /**
   * A regression with the parameters of settings: schedule, run, devices.
   *
   * @param settings whose {@code paths.run} becomes {@link #CHECKPOINT_DIR}
   * @return a new regression
   */
  public static EncryptedSoftmaxRegression of(Settings settings) {
    Settings.Training training = settings.training();
    return new EncryptedSoftmaxRegression()
        .setBatchRows(training.batchRows())
        .setMaxEpochs(training.epochs())
        .setPatience(training.patience())
        .setValidationMetric(settings.metric().label())
        .setLearningRate(training.learningRate())
        .setLogitRange(training.logitRange())
        .setGroupsPerMicrobatch(training.groupsPerMicrobatch())
        .setRunId(settings.runId())
        .setCheckpointDir(settings.paths().run())
        .setCheckpointInterval(settings.cluster().checkpointEvery())
        .setSettings(settings);
  }

  private static List<Param<?>> params0() {
    List<Param<?>> all =
        new ArrayList<>(
            List.of(
                BATCH_ROWS,
                MAX_EPOCHS,
                PATIENCE,
                VALIDATION_METRIC,
                LEARNING_RATE,
                LOGIT_RANGE,
                GROUPS_PER_MICROBATCH,
                RUN_ID,
                CHECKPOINT_DIR,
                CHECKPOINT_INTERVAL));
    all.addAll(OF_COMPUTING);
    return List.copyOf(all);
  }

  @Override
  public List<Param<?>> params() {
    return PARAMS;
  }

  @Override
  EncryptedSoftmaxRegression self() {
    return this;
  }

  @Override
  public EncryptedSoftmaxRegression copy(ParamMap extra) {
    EncryptedSoftmaxRegression copy = new EncryptedSoftmaxRegression();
    copy.setAll(setValues()).setAll(extra);
    copy.listeners.addAll(listeners);
    return copy;
  }

  /**
   * Sets {@link #BATCH_ROWS}. {@code fit} refuses a value that differs from the data set's plan.
   *
   * @param value rows of a minibatch, 1 to 2^24
   * @return this
   * @throws org.hetal.config.SettingsException when the value is out of its range
   */
  public EncryptedSoftmaxRegression setBatchRows(int value) {
    return set(BATCH_ROWS, value);
  }

  /**
   * Sets {@link #MAX_EPOCHS}. {@code fit} refuses a value that differs from the data set's plan.
   *
   * @param value passes over the rows, 1 to 100000
   * @return this
   * @throws org.hetal.config.SettingsException when the value is out of its range
   */
  public EncryptedSoftmaxRegression setMaxEpochs(int value) {
    return set(MAX_EPOCHS, value);
  }

  /**
   * Sets {@link #PATIENCE}. {@code fit} refuses a value that differs from the data set's plan.
   *
   * @param value epochs without a better validation loss, 1 to 100000
   * @return this
   * @throws org.hetal.config.SettingsException when the value is out of its range
   */
  public EncryptedSoftmaxRegression setPatience(int value) {
    return set(PATIENCE, value);
  }

  /**
   * Sets {@link #VALIDATION_METRIC}. {@code fit} refuses a value that differs from the data set's
   * plan.
   *
   * @param value {@code logits} or {@code encrypted-loss}
   * @return this
   * @throws org.hetal.config.SettingsException for another value
   */
  public EncryptedSoftmaxRegression setValidationMetric(String value) {
    return set(VALIDATION_METRIC, value);
  }

  /**
   * Sets {@link #LEARNING_RATE}. {@code fit} refuses a value that differs from the data set's plan.
   *
   * @param value factor of the mean gradient of a minibatch, 1e-9 to 1e6
   * @return this
   * @throws org.hetal.config.SettingsException when the value is out of its range
   */
  public EncryptedSoftmaxRegression setLearningRate(double value) {
    return set(LEARNING_RATE, value);
  }

  /**
   * Sets {@link #LOGIT_RANGE}. {@code fit} refuses a value that differs from the data set's plan.
   *
   * @param value magnitude that no logit may exceed: 32, 64, 128, or with 5 classes or more 256
   * @return this
   * @throws org.hetal.config.SettingsException when the value is out of its range
   */
  public EncryptedSoftmaxRegression setLogitRange(double value) {
    return set(LOGIT_RANGE, value);
  }

  /**
   * Sets {@link #GROUPS_PER_MICROBATCH}. {@code fit} refuses a value that differs from the data
   * set's plan.
   *
   * @param value groups of rows that one task computes with, 1 or 2
   * @return this
   * @throws org.hetal.config.SettingsException when the value is out of its range
   */
  public EncryptedSoftmaxRegression setGroupsPerMicrobatch(int value) {
    return set(GROUPS_PER_MICROBATCH, value);
  }

  /**
   * Sets {@link #RUN_ID}, under which the oracle answers.
   *
   * @param value 1 to 64 letters, digits, dots, underscores and hyphens
   * @return this
   * @throws org.hetal.config.SettingsException when the value is out of its range
   */
  public EncryptedSoftmaxRegression setRunId(String value) {
    return set(RUN_ID, value);
  }

  /**
   * Sets {@link #CHECKPOINT_DIR}.
   *
   * @param value path or URI of the run's folder; empty: no checkpoints
   * @return this
   * @throws org.hetal.config.SettingsException when the value is out of its range
   */
  public EncryptedSoftmaxRegression setCheckpointDir(String value) {
    return set(CHECKPOINT_DIR, value);
  }

  /**
   * Sets {@link #CHECKPOINT_INTERVAL}. The result does not depend on it.
   *
   * @param value iterations between checkpoints inside an epoch, 0 to 10^6; 0: only at its end
   * @return this
   * @throws org.hetal.config.SettingsException when the value is out of its range
   */
  public EncryptedSoftmaxRegression setCheckpointInterval(int value) {
    return set(CHECKPOINT_INTERVAL, value);
  }

  /**
   * What the cluster measured of a run, also while it goes on. Cost: one small file.
   *
   * @param spark context whose Hadoop configuration names the file systems
   * @param uri path or URI of the run's folder, as for {@link #CHECKPOINT_DIR}
   * @return time, bootstraps and bytes of each step and epoch so far
   * @throws DatasetException when the folder is not a run's, or a line in it is not a step or an
   *     epoch
   */
  public static RunMetrics metrics(JavaSparkContext spark, String uri) {
    HadoopStorage storage = new HadoopStorage(uri, spark.hadoopConfiguration());
    if (!storage.exists(RunMetrics.FILE)) {
      throw new DatasetException(
          storage.describe()
              + ": expected the folder of a run, with "
              + RunMetrics.FILE
              + " after its first step; actual none");
    }
    return RunMetrics.read(storage);
  }

  /**
   * Has a listener told of the fits that follow.
   *
   * @param listener told from now on
   * @return this
   */
  public EncryptedSoftmaxRegression addListener(FitListener listener) {
    listeners.add(listener);
    return this;
  }

  /**
   * Trains, asking an oracle over HTTPS after each epoch.
   *
   * @param spark whose executors can read data set and keys
   * @param dataset with minibatches
   * @param keys of the data set's key pair
   * @param oracle of the data owner
   * @return the model of the best epoch
   * @throws SettingsException listing everything that does not fit, before the first task; also
   *     when the oracle refuses the run, no epoch was the best, or Spark runs on a cluster without
   *     authentication that {@link #ALLOW_UNAUTHENTICATED} does not allow
   * @throws DatasetException when one thing does not fit and it is the data set
   * @throws org.hetal.spark.errors.RetryLaterException when the oracle does not answer; the same
   *     call continues from the checkpoint
   * @throws org.hetal.dataset.CommitException when the checkpoint folder is of another run
   * @throws org.hetal.training.TrainingDivergedException when a value leaves the range
   */
  public EncryptedModel fit(
      JavaSparkContext spark,
      EncryptedDataset dataset,
      EvaluationKeys keys,
      OracleEndpoint oracle) {
    return train(
        spark,
        dataset,
        keys,
        oracle == null
            ? null
            : (identity, groups) ->
                new HttpsValidationOracle(oracle.settings("", 1), identity, groups, this::notice));
  }

  /**
   * As {@link #fit(JavaSparkContext, EncryptedDataset, EvaluationKeys, OracleEndpoint)} with an
   * oracle in this process.
   *
   * @param spark context whose Hadoop configuration names the file systems
   * @param dataset with minibatches
   * @param keys folder of the evaluation keys
   * @param oracle an oracle in this process
   * @return the model of the best epoch
   */
  public EncryptedModel fit(
      JavaSparkContext spark,
      EncryptedDataset dataset,
      EvaluationKeys keys,
      ValidationOracle oracle) {
    return train(spark, dataset, keys, oracle == null ? null : (identity, groups) -> oracle);
  }

  private EncryptedModel train(
      JavaSparkContext spark, EncryptedDataset dataset, EvaluationKeys keys, Fit.Oracle oracle) {
    Problems problems = new Problems();
    problems.require(spark != null, "spark: expected a context, actual null");
    problems.require(dataset != null, "dataset: expected one, actual null");
    problems.require(keys != null, "keys: expected evaluation keys, actual null");
    problems.require(oracle != null, "oracle: expected an endpoint or an oracle, actual null");
    if (dataset != null) {
      problems.require(
          dataset.minibatches() > 0,
          dataset.uri() + ": expected minibatches to train on, actual rows to predict");
      problems.require(
          dataset.evaluationRows() > 0, dataset.uri() + ": expected validation rows, actual none");
    }
    problems.throwAll();
    Settings settings = settings(dataset, keys);
    return new Fit(settings, spark, getOrDefault(CHECKPOINT_DIR), List.copyOf(listeners))
        .run(oracle, setValues());
  }

  private void notice(String line) {
    listeners.forEach(listener -> listener.notice(line));
  }

  private Settings settings(EncryptedDataset dataset, EvaluationKeys keys) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("backend", Backends.of(dataset.parameterSet()));
    all.put("parameters", dataset.parameterSet());
    all.put("paths.dataset", dataset.uri());
    all.put("paths.key-bundle", keys.uri());
    all.put("run-id", getOrDefault(RUN_ID));
    Schedule planned = dataset.manifest().plan().schedule();
    all.put("training.batch-rows", "" + get(BATCH_ROWS).orElse(planned.batchRows()));
    all.put("training.epochs", "" + get(MAX_EPOCHS).orElse(planned.epochs()));
    all.put("training.patience", "" + get(PATIENCE).orElse(planned.patience()));
    all.put(
        "early-stopping.metric",
        get(VALIDATION_METRIC).orElse(dataset.manifest().plan().metric().label()));
    all.put("training.learning-rate", "" + get(LEARNING_RATE).orElse(planned.learningRate()));
    all.put(
        "training.logit-range",
        "" + get(LOGIT_RANGE).map(Double::intValue).orElse(planned.logitRange()));
    all.put(
        "training.groups-per-microbatch",
        "" + get(GROUPS_PER_MICROBATCH).orElse(planned.groupsPerMicrobatch()));
    all.put("training.checkpoint-every", getOrDefault(CHECKPOINT_INTERVAL).toString());
    if (!getOrDefault(CHECKPOINT_DIR).isEmpty()) {
      all.put("paths.run", getOrDefault(CHECKPOINT_DIR));
    }
    addSettings(all);
    return SettingsLoader.load(List.of(), all);
  }
}
