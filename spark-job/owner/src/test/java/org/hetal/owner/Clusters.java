package org.hetal.owner;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;

/** Rows around three centers, and the settings of a short training on them. */
final class Clusters {
  static final int CLASSES = 3;
  static final int COLUMNS = 4;
  static final int ROWS = 180;

  private Clusters() {}

  static Settings settings(String backend, String parameters, String... more) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("backend", backend);
    all.put("parameters", parameters);
    all.put("threads", "1");
    all.put("data.classes", Integer.toString(CLASSES));
    all.put("training.batch-rows", "60");
    all.put("training.epochs", "3");
    all.put("training.logit-range", "32");
    all.put("training.learning-rate", "4");
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return SettingsLoader.load(List.of(), all);
  }

  static Settings simulated(String... more) {
    return settings("simulator", "insecure_simulator_n8_l12", more);
  }

  static LabeledData data(Settings settings) {
    return data(settings, 3);
  }

  static LabeledData data(Settings settings, long seed) {
    double[][] features = features(seed, ROWS);
    int[] labels = new int[ROWS];
    for (int row = 0; row < ROWS; row++) {
      labels[row] = row % CLASSES;
    }
    List<String> names = new ArrayList<>();
    for (int column = 0; column < COLUMNS; column++) {
      names.add("x" + column);
    }
    return LabeledData.of(settings, names, new LabeledData.Rows(features, labels), null, null);
  }

  /** The class of row i is i modulo the classes. */
  static double[][] features(long seed, int rows) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] out = new double[rows][COLUMNS];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < COLUMNS; column++) {
        out[row][column] = (column == row % CLASSES ? 1 : 0) + 0.2 * random.nextGaussian();
      }
    }
    return out;
  }
}
