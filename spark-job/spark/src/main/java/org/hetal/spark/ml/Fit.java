package org.hetal.spark.ml;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.command.Units;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.PlanFile;
import org.hetal.dataset.Storage;
import org.hetal.oracle.RunIdentity;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.DeviceMemory;
import org.hetal.report.RunOwners;
import org.hetal.spark.executor.SparkGradientService;
import org.hetal.spark.metrics.JobLabels;
import org.hetal.spark.metrics.Listeners;
import org.hetal.spark.metrics.Metrics;
import org.hetal.spark.run.ClusterRun;
import org.hetal.spark.run.ExecutorMemory;
import org.hetal.spark.run.RunReport;
import org.hetal.spark.storage.RunLock;
import org.hetal.training.CheckpointStore;
import org.hetal.training.Trainer;
import org.hetal.training.TrainingListener;
import org.hetal.training.TrainingResult;
import org.hetal.training.ValidationOracle;

/** One training on Spark: checks, then steps, then the model. */
final class Fit {
  private static final String MODEL = "model";

  private final Settings settings;
  private final JavaSparkContext spark;
  private final String checkpointDir;
  private final List<FitListener> listeners;

  /** Makes the oracle of a run. */
  @FunctionalInterface
  interface Oracle {
    /**
     * @param groups ciphertexts of a question
     */
    ValidationOracle of(RunIdentity identity, int groups);
  }

  /**
   * @param checkpointDir empty: nothing is stored
   */
  Fit(
      Settings settings,
      JavaSparkContext spark,
      String checkpointDir,
      List<FitListener> listeners) {
    this.settings = settings;
    this.spark = spark;
    this.checkpointDir = checkpointDir;
    this.listeners = listeners;
  }

  private boolean isDurable() {
    return !checkpointDir.isEmpty();
  }

  /** Trains; the model has the parameters of computing that were set. */
  EncryptedModel run(Oracle oracle, ParamMap params) {
    try (ClusterRun run = ClusterRun.open(settings, spark);
        RunLock lock = isDurable() ? run.lockRun(this::notice) : null) {
      EncryptedDataset dataset = run.dataset();
      Problems problems = new Problems();
      problems.check(run::requireTrainingSettings);
      TrainingPlan plan = run.plan();
      problems.check(() -> run.requireKeys(plan.keys()));
      if (settings.backend() == Settings.Backend.NATIVE
          && settings.device() == Settings.Device.CPU) {
        DeviceMemory memory =
            DeviceMemory.of(plan, run.evaluator().parameters(), settings.cluster().cacheBytes());
        problems.check(() -> ExecutorMemory.require(spark.getConf(), memory, run.mostTasks()));
      }
      problems.throwAll();
      planned(run, plan);
      ValidationOracle asked = oracle.of(run.identity(), dataset.questionCiphertexts());
      Storage model = trainUnlessLost(run, plan, lock, asked);
      EncryptedModel out = new EncryptedModel(model, spark.hadoopConfiguration());
      for (Param<?> param : ComputeParams.OF_COMPUTING) {
        copy(param, params, out);
      }
      return out;
    }
  }

  private static <T> void copy(Param<T> param, ParamMap from, EncryptedModel to) {
    if (from.contains(param)) {
      to.set(param, from.get(param));
    }
  }

  /**
   * Trains until the lock is lost: then the Spark jobs of this training are cancelled, and the loss
   * is the failure.
   */
  private Storage trainUnlessLost(
      ClusterRun run, TrainingPlan plan, RunLock lock, ValidationOracle oracle) {
    String jobs = "hetal-fit-" + UUID.randomUUID();
    spark.addJobTag(jobs);
    if (lock != null) {
      lock.whenLost(() -> spark.cancelJobsWithTag(jobs));
    }
    try (SparkGradientService workers = run.workers()) {
      return train(run, plan, workers, lock, oracle);
    } catch (Exception e) {
      if (lock != null && lock.lost().isPresent()) {
        throw lock.lost().get();
      }
      throw e;
    } finally {
      spark.removeJobTag(jobs);
    }
  }

  private Storage train(
      ClusterRun run,
      TrainingPlan plan,
      SparkGradientService workers,
      RunLock lock,
      ValidationOracle oracle) {
    Storage storage = isDurable() ? run.runStorage("", lock) : new MemoryStorage("run");
    Storage model = isDurable() ? run.runStorage(MODEL, lock) : new MemoryStorage(MODEL);
    Metrics metrics =
        new Metrics(
            storage,
            () -> workers.bootstraps() + run.bootstrapsOfThisThread(),
            workers::broadcastBytes,
            workers::gradientBytes,
            workers::stageSeconds);
    List<TrainingListener> told =
        new ArrayList<>(List.of(metrics, new JobLabels(spark, settings.runId())));
    told.addAll(listeners);
    String configuration = run.configurationHash();
    CheckpointStore checkpoints =
        isDurable() ? run.checkpoints(lock, configuration) : CheckpointStore.inMemory();
    boolean there = org.hetal.dataset.EncryptedModel.isPresent(model);
    if (!there) {
      notice("reading all ciphertexts once: " + Units.bytes(run.dataset().bytes()));
      run.requireCiphertexts(workers);
    }
    keepPlan(storage, plan);
    if (plan.isJoint()) {
      owners(run).write(storage);
    }
    TrainingResult result =
        new Trainer(
                run.evaluator(),
                plan,
                workers,
                oracle,
                checkpoints,
                new Listeners(told),
                configuration,
                settings.cluster().checkpointEvery())
            .run();
    if (result.best().isEmpty()) {
      throw noModel(result, model);
    }
    if (!there) {
      // The report first: a run with a model has everything.
      RunReport.of(settings, run, plan, spark, result, metrics).write(storage);
      org.hetal.dataset.EncryptedModel.write(
          model,
          run.dataset().origin(),
          settings.runId(),
          result.epochs(),
          result.bestEpoch(),
          plan.bootstrapsPerIteration(),
          result.best(),
          plan.levels().validationWeights());
    }
    FitListener.Finished finished =
        new FitListener.Finished(
            result.epochs(),
            result.steps(),
            result.bestEpoch(),
            result.reason(),
            model.describe(),
            there);
    listeners.forEach(listener -> listener.finished(finished));
    return model;
  }

  /** So that the run directory alone tells what is trained, to hetal status and hetal report. */
  private static void keepPlan(Storage storage, TrainingPlan plan) {
    byte[] bytes = PlanFile.bytes(plan);
    if (!storage.exists(PlanFile.NAME) || !Arrays.equals(storage.read(PlanFile.NAME), bytes)) {
      storage.writeAtomically(PlanFile.NAME, bytes);
    }
  }

  private static RunOwners owners(ClusterRun run) {
    return new RunOwners(
        run.parts().stream()
            .map(
                part ->
                    new RunOwners.Owner(
                        part.id(),
                        part.storage().describe(),
                        part.minibatches(),
                        part.trainingRows(),
                        part.validationRows()))
            .toList());
  }

  private SettingsException noModel(TrainingResult result, Storage model) {
    return new SettingsException(
        "training ended ("
            + result.reason()
            + ") before the validation oracle called any epoch the best: no model in "
            + model.describe()
            + "; lower training.learning-rate, actual "
            + settings.training().learningRate()
            + ", or raise training.logit-range, actual "
            + settings.training().logitRange());
  }

  private void planned(ClusterRun run, TrainingPlan plan) {
    EncryptedDataset dataset = run.dataset();
    FitListener.Planned planned =
        new FitListener.Planned(
            dataset.trainingRows(),
            run.parts().size(),
            dataset.batches().size(),
            dataset.batches().stream().mapToInt(batch -> batch.microbatches().size()).sum(),
            plan.layout().features(),
            plan.layout().classes(),
            plan.layout().compactCiphertexts(),
            plan.bootstrapsPerIteration(),
            run.evaluator().device(),
            settings.device().label(),
            spark.version(),
            spark.master());
    listeners.forEach(listener -> listener.planned(planned));
  }

  private void notice(String line) {
    listeners.forEach(listener -> listener.notice(line));
  }
}
