package org.hetal.spark.job;

import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.command.ExitCode;
import org.hetal.command.SettingsOptions;
import org.hetal.config.Settings;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.PlanSettings;
import org.hetal.dataset.Storage;
import org.hetal.spark.ml.EncryptedDataset;
import org.hetal.spark.ml.EncryptedModel;
import org.hetal.spark.ml.EvaluationKeys;
import org.hetal.spark.storage.HadoopStorage;
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
    options.announce(settings, System.out, System.err);
    try (JavaSparkContext spark = SparkSessions.open("predict", settings)) {
      int rows = predict(settings, spark, output);
      System.out.println("done: the encrypted logits of " + rows + " rows are in " + output);
    }
    return ExitCode.OK.status();
  }

  static int predict(Settings settings, JavaSparkContext spark, String output) {
    EncryptedDataset rows = EncryptedDataset.load(spark, settings.paths().dataset());
    PlanSettings.requireParameterSet(rows.uri(), rows.parameterSet(), settings);
    Storage target = new HadoopStorage(output, spark.hadoopConfiguration());
    if (target.exists("manifest.json")) {
      throw new CommitException(
          target.describe() + ": expected no logits yet, actual some; kept. Remove them first");
    }
    EncryptedModel.load(spark, settings.paths().run() + "/" + TrainJob.MODEL)
        .with(settings)
        .predict(spark, rows, EvaluationKeys.at(settings.paths().keyBundle()))
        .write()
        .save(output);
    return rows.evaluationRows();
  }
}
