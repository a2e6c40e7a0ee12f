package org.hetal.examples;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.hetal.owner.EncryptedTraining;
import org.hetal.owner.LabeledData;

/**
 * A whole encrypted training in this process, to explore. Arguments: a backend and its parameter
 * set, such as {@code simulator insecure_simulator_n12_l12}, {@code native insecure_n10_l12} (a toy
 * that protects nothing) or {@code native n16_l12} (128-bit).
 */
public final class TrainInOneJvm {
  private TrainInOneJvm() {}

  /** Trains and prints the accuracy beside that of the same training in the clear. */
  public static void main(String[] arguments) {
    Settings settings =
        SettingsLoader.load(
            List.of(),
            Map.of(
                "backend", arguments[0],
                "parameters", arguments[1],
                "data.classes", "3",
                "training.batch-rows", "60",
                "training.epochs", "3",
                "training.learning-rate", "4"));
    Clusters rows = Clusters.of(180);
    EncryptedTraining.Result result =
        EncryptedTraining.inOneJvm(
                settings, LabeledData.of(settings, rows.features(), rows.labels()))
            .withMetrics(
                epoch ->
                    System.out.printf(
                        Locale.ROOT, "epoch %d: loss %.4f%n", epoch.epoch(), epoch.loss()))
            .run();
    System.out.printf(
        Locale.ROOT,
        "accuracy %.1f %%, in the clear %.1f %%%n",
        100 * result.test().orElseThrow().accuracyEncrypted(),
        100 * result.test().orElseThrow().accuracyPlain());
    System.out.println("class of the first row: " + result.model().predict(rows.features()[0]));
  }
}
