package org.hetal.spark.job;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.command.ExitCode;
import org.hetal.command.ProgressBar;
import org.hetal.command.SettingsOptions;
import org.hetal.config.Settings;
import org.hetal.dataset.PlanSettings;
import org.hetal.oracle.OracleEndpoint;
import org.hetal.spark.ml.EncryptedDataset;
import org.hetal.spark.ml.EncryptedSoftmaxRegression;
import org.hetal.spark.ml.EvaluationKeys;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code train}: from an encrypted data set to an encrypted model. */
@Command(
    name = "train",
    description = {
      "Trains on an encrypted data set and leaves the encrypted model in the run directory. With a"
          + " plan for several owners paths.dataset may be a list: their data sets.",
      "Started again after an interruption it continues from the last checkpoint and ends"
          + " with the same bytes; a finished run is left as it is.",
      "Asks the oracle before the first step whether it answers this run, and after each epoch."
    },
    mixinStandardHelpOptions = true)
public final class TrainJob implements Callable<Integer> {
  static final String MODEL = "model";

  @Mixin private SettingsOptions options;

  @Override
  public Integer call() {
    Settings settings = options.load();
    PrintStream out = System.out;
    options.announce(settings, out, System.err);
    try (JavaSparkContext spark = SparkSessions.open("train", settings)) {
      train(settings, spark, options.progress(out, "train"));
    }
    return ExitCode.OK.status();
  }

  /** Trains with the validation oracle of the settings. */
  static void train(Settings settings, JavaSparkContext spark, PrintStream out) {
    train(settings, spark, ProgressBar.start(out, "train"));
  }

  private static void train(Settings settings, JavaSparkContext spark, ProgressBar bar) {
    EncryptedDataset dataset = EncryptedDataset.load(spark, settings.paths().datasets());
    PlanSettings.requireParameterSet(dataset.uri(), dataset.parameterSet(), settings);
    EncryptedSoftmaxRegression.of(settings)
        .addListener(new Progress(bar))
        .fit(
            spark,
            dataset,
            EvaluationKeys.at(settings.paths().keyBundle()),
            OracleEndpoint.of(settings.oracle()));
  }
}
