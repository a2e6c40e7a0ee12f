package org.hetal.spark.job;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.command.ExitCode;
import org.hetal.config.Settings;
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
    EncryptedDataset dataset = EncryptedDataset.load(spark, settings.paths().dataset());
    dataset.requireParameterSet(settings.parameterSet());
    EncryptedSoftmaxRegression.of(settings)
        .addListener(new Progress(out, Progress.onTerminal()))
        .fit(
            spark,
            dataset,
            EvaluationKeys.at(settings.paths().keyBundle()),
            OracleEndpoint.of(settings.oracle()));
  }
}
