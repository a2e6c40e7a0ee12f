package org.hetal.spark.job;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.command.ExitCode;
import org.hetal.config.Settings;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.EncryptedLogits;
import org.hetal.dataset.EncryptedModel;
import org.hetal.dataset.Storage;
import org.hetal.dataset.StoredFile;
import org.hetal.he.Ciphertext;
import org.hetal.he.Scope;
import org.hetal.spark.errors.CommitException;
import org.hetal.spark.executor.SparkGradientService;
import org.hetal.training.TrainingPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code predict}: from encrypted rows and an encrypted model to encrypted logits. */
@Command(
    name = "predict",
    description =
        "Computes the encrypted logits of the rows without labels of an encrypted data set"
            + " (paths.dataset) with the encrypted model of a run (paths.run).",
    mixinStandardHelpOptions = true)
public final class PredictJob implements Callable<Integer> {
  @Mixin private SettingsOptions options;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "DIRECTORY",
      description = "path or URI where the encrypted logits go; refused if some are there")
  private String output;

  @Override
  public Integer call() {
    Settings settings = options.load();
    try (JavaSparkContext spark = SparkSessions.open("predict", settings)) {
      int rows = predict(settings, spark, output);
      System.out.println("done: the encrypted logits of " + rows + " rows are in " + output);
    }
    return ExitCode.OK.status();
  }

  static int predict(Settings settings, JavaSparkContext spark, String output) {
    try (ClusterRun run = ClusterRun.open(settings, spark)) {
      EncryptedDataset dataset = run.dataset();
      Storage target = run.storage(output);
      if (target.exists("manifest.json")) {
        throw new CommitException(
            target.describe() + ": expected no logits yet, actual some; kept. Remove them first");
      }
      Storage modelStorage = run.runStorage(TrainJob.MODEL);
      EncryptedModel model = EncryptedModel.open(modelStorage);
      requireSameOrigin(dataset, model, modelStorage);
      List<Integer> rows =
          dataset.unlabelledGroups().stream().map(EncryptedDataset.Group::rows).toList();
      int sum = rows.stream().mapToInt(Integer::intValue).sum();
      if (sum == 0) {
        throw new DatasetException(
            settings.paths().dataset() + ": expected rows without labels, actual none");
      }
      TrainingPlan plan = run.plan(settings.training().batchRows(), sum);
      run.requireKeys(plan.predictionKeys());
      try (SparkGradientService workers = run.workers(plan);
          Scope scope = run.evaluator().scope()) {
        List<Ciphertext> weights = new ArrayList<>();
        for (StoredFile file : model.weights()) {
          weights.add(scope.add(run.evaluator().deserialize(file.read(modelStorage))));
        }
        EncryptedLogits.write(
            target,
            dataset.origin(),
            dataset.id(),
            rows,
            workers.validationLogits(weights),
            plan.levels().validationLogits());
      }
      return sum;
    }
  }

  private static void requireSameOrigin(
      EncryptedDataset dataset, EncryptedModel model, Storage where) {
    String expected = model.origin().datasetId();
    String actual = dataset.origin().datasetId();
    if (!actual.equals(expected)) {
      throw new DatasetException(
          where.describe()
              + ": a model of data set "
              + expected
              + ": expected rows that were prepared for it, actual for data set "
              + actual
              + "; encrypt them with the settings of that data set");
    }
    if (!dataset.origin().equals(model.origin())) {
      throw new DatasetException(
          where.describe()
              + ": expected a model of the data set's parameters, key and layout, "
              + dataset.origin()
              + "; actual "
              + model.origin());
    }
  }
}
