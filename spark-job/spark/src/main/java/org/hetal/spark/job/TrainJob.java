package org.hetal.spark.job;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.command.ExitCode;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.EncryptedModel;
import org.hetal.dataset.Storage;
import org.hetal.spark.executor.SparkGradientService;
import org.hetal.spark.metrics.Listeners;
import org.hetal.spark.metrics.Metrics;
import org.hetal.spark.oracle.HttpsValidationOracle;
import org.hetal.spark.storage.RunLock;
import org.hetal.training.DeviceMemory;
import org.hetal.training.Trainer;
import org.hetal.training.TrainingPlan;
import org.hetal.training.TrainingResult;
import org.hetal.training.ValidationOracle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code train}: from an encrypted data set to an encrypted model. */
@Command(
    name = "train",
    description = {
      "Trains on an encrypted data set and leaves the encrypted model in the run directory.",
      "Started again after an interruption it continues from the last epoch's checkpoint and ends"
          + " with the same bytes; a finished run is left as it is.",
      "Asks the oracle before the first step whether it answers this run, and after each epoch.",
      "Exit status: 0 done or already done, 64 usage, 65 bad input, 70 internal, 73 the run"
          + " directory is not ours, 75 try again later, 78 settings or security."
    },
    mixinStandardHelpOptions = true)
public final class TrainJob implements Callable<Integer> {
  static final String MODEL = "model";

  @Mixin private SettingsOptions options;

  @Override
  public Integer call() {
    Settings settings = options.load();
    PrintStream out = System.out;
    settings.report().forEach(out::println);
    if (settings.isInsecure()) {
      out.println("INSECURE: " + settings.parameterSet() + " protects nothing; for tests only");
    }
    try (JavaSparkContext spark = SparkSessions.open("train", settings)) {
      train(settings, spark, out);
    }
    return ExitCode.OK.status();
  }

  /** Trains with the validation oracle of the settings. */
  static void train(Settings settings, JavaSparkContext spark, PrintStream out) {
    try (ClusterRun run = ClusterRun.open(settings, spark);
        RunLock lock = run.lockRun(out::println)) {
      run.requireSchedule();
      EncryptedDataset dataset = run.dataset();
      ValidationOracle validationOracle =
          new HttpsValidationOracle(
              settings.oracle(), run.identity(), dataset.unlabelledGroups().size(), out::println);
      int judged = dataset.unlabelledGroups().stream().mapToInt(EncryptedDataset.Group::rows).sum();
      TrainingPlan plan = run.plan(dataset.trainingRows(), judged);
      run.requireKeys(plan.rotations());
      describe(settings, dataset, plan, run, spark, out);
      if (settings.backend() == Settings.Backend.NATIVE
          && settings.device() == Settings.Device.CPU) {
        ExecutorMemory.require(
            spark.getConf(), DeviceMemory.of(plan, settings.cluster().cacheBytes()));
      }
      try (SparkGradientService workers = run.workers(plan)) {
        train(new Job(settings, spark, run, plan, workers), lock, validationOracle, out);
      }
    }
  }

  private record Job(
      Settings settings,
      JavaSparkContext spark,
      ClusterRun run,
      TrainingPlan plan,
      SparkGradientService workers) {}

  private static void train(
      Job job, RunLock lock, ValidationOracle validationOracle, PrintStream out) {
    Storage storage = job.run().runStorage("");
    Metrics metrics =
        new Metrics(
            storage,
            () -> job.workers().bootstraps() + ClusterRun.bootstrapsOfThisThread(),
            job.workers()::broadcastBytes,
            job.workers()::gradientBytes);
    Progress progress = new Progress(out, Progress.onTerminal());
    String configuration = job.run().configurationHash(job.plan());
    TrainingResult result =
        new Trainer(
                job.run().evaluator(),
                job.plan(),
                job.workers(),
                validationOracle,
                job.run().checkpoints(lock, configuration),
                new Listeners(List.of(metrics, progress)),
                configuration)
            .run();
    String where = job.run().runStorage(MODEL).describe();
    if (result.best().isEmpty()) {
      throw new SettingsException(
          "training ended ("
              + result.reason()
              + ") before the validation oracle called any epoch the best: no model in "
              + where
              + "; lower training.learning-rate, actual "
              + job.settings().training().learningRate()
              + ", or raise training.squarings, actual "
              + job.settings().training().squarings());
    }
    if (EncryptedModel.isPresent(job.run().runStorage(MODEL))) {
      out.println("done already: the model of epoch " + result.bestEpoch() + " is in " + where);
      return;
    }
    lock.requireHeld();
    commit(job, result, metrics);
    out.println(
        String.format(
            Locale.ROOT,
            "done: %d epochs, %d steps (%s); the model of epoch %d is in %s",
            result.epochs(),
            result.steps(),
            result.reason(),
            result.bestEpoch(),
            where));
  }

  /** The report first: a run with a model has everything. */
  private static void commit(Job job, TrainingResult result, Metrics metrics) {
    RunReport.of(job.settings(), job.run(), job.plan(), job.spark(), result, metrics)
        .write(job.run().runStorage(""));
    EncryptedModel.write(
        job.run().runStorage(MODEL),
        job.run().dataset().origin(),
        job.settings().runId(),
        job.run().dataset().scheduleHash(),
        result.epochs(),
        result.bestEpoch(),
        job.plan().bootstrapsPerIteration(),
        result.best(),
        job.plan().levels().validationWeights());
  }

  private static void describe(
      Settings settings,
      EncryptedDataset dataset,
      TrainingPlan plan,
      ClusterRun run,
      JavaSparkContext spark,
      PrintStream out) {
    int microbatches =
        dataset.batches().stream().mapToInt(batch -> batch.microbatches().size()).sum();
    out.println(
        String.format(
            Locale.ROOT,
            "%d rows in %d minibatches of %d microbatches in all; %d features, %d classes; %d"
                + " compact ciphertexts of weights; %d bootstraps an iteration; engine %s, the"
                + " executors' on %s; Spark %s on %s",
            dataset.trainingRows(),
            dataset.batches().size(),
            microbatches,
            plan.layout().features(),
            plan.layout().classes(),
            plan.layout().compactCiphertexts(),
            plan.bootstrapsPerIteration(),
            run.evaluator().device(),
            settings.device().label(),
            spark.version(),
            spark.master()));
  }
}
