package org.hetal.owner;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.hetal.config.LocalPath;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.format.RunId;
import org.hetal.oracle.OracleEndpoint;
import org.hetal.plan.TrainingPlan;
import org.hetal.training.EpochMetrics;

/** How {@link DataOwner#startOracle(OracleOptions, LabeledData)} answers. Not thread-safe. */
public final class OracleOptions {
  private OracleEndpoint endpoint;
  private String runId = "default";
  private Path log;
  private int queryBudget;
  private Consumer<EpochMetrics> metrics = each -> {};
  private Consumer<Error> errors = OracleOptions::uncaught;

  /** An oracle of this process only, for run {@code default}; the epochs of the plan as budget. */
  public OracleOptions() {}

  /**
   * The options of the settings {@code oracle} and {@code run-id}.
   *
   * @param settings endpoint, log and query budget of the oracle, and the run id
   * @return new options
   * @throws SettingsException when a path is not local
   */
  public static OracleOptions of(Settings settings) {
    Settings.Oracle oracle = settings.oracle();
    OracleOptions options = new OracleOptions();
    options.endpoint = OracleEndpoint.of(oracle);
    options.runId = settings.runId();
    options.log = LocalPath.of("oracle.log", oracle.log());
    options.queryBudget = oracle.queryBudget();
    return options;
  }

  /**
   * Where to listen over HTTPS.
   *
   * @param value null: nowhere; only this process asks
   * @return this
   */
  public OracleOptions setEndpoint(OracleEndpoint value) {
    endpoint = value;
    return this;
  }

  /**
   * The only run that is answered.
   *
   * @param value 1 to 64 letters, digits, {@code . _ -}
   * @return this
   * @throws SettingsException when it is something else
   */
  public OracleOptions setRunId(String value) {
    if (!RunId.isValid(value)) {
      throw new SettingsException("run id: expected " + RunId.DESCRIPTION + ", actual " + value);
    }
    runId = value;
    return this;
  }

  /**
   * Where each answer is recorded; one file per run.
   *
   * @param value null: {@code oracle-RUN.jsonl} in the owner's private folder
   * @return this
   */
  public OracleOptions setLog(Path value) {
    log = value;
    return this;
  }

  /**
   * Answers for one secret key, over all oracles, runs and logs.
   *
   * @param value at least 1, or 0 for the epochs of the plan
   * @return this
   * @throws SettingsException when it is negative
   */
  public OracleOptions setQueryBudget(int value) {
    if (value < 0) {
      throw new SettingsException("query budget: expected at least 0, actual " + value);
    }
    queryBudget = value;
    return this;
  }

  /**
   * Sets a listener to the metrics of each epoch. They stay with the owner: the cluster learns only
   * whether to stop and which epoch was the best.
   *
   * @param value called once per epoch, on the thread that answers
   * @return this
   */
  public OracleOptions setListener(Consumer<EpochMetrics> value) {
    metrics = value;
    return this;
  }

  /**
   * Sets a listener to errors of the Java machine in a connection or an answer. The oracle must end
   * then. The default calls the handler of uncaught exceptions.
   *
   * @param value called on the thread of the error
   * @return this
   */
  public OracleOptions setErrorListener(Consumer<Error> value) {
    errors = value;
    return this;
  }

  private static void uncaught(Error error) {
    Thread thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, error);
  }

  OracleEndpoint endpoint() {
    return endpoint;
  }

  String runId() {
    return runId;
  }

  Path log(OwnerFiles files) {
    return log != null ? log : files.privateFolder().resolve("oracle-" + runId + ".jsonl");
  }

  int queryBudget(TrainingPlan plan) {
    return queryBudget != 0 ? queryBudget : plan.schedule().epochs();
  }

  Consumer<EpochMetrics> listener() {
    return metrics;
  }

  Consumer<Error> errorListener() {
    return errors;
  }
}
