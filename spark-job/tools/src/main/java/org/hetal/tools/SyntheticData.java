package org.hetal.tools;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.hetal.owner.data.Splits;
import org.hetal.owner.table.Table;

/** Generated rows, normally distributed around one centre per class; the same on each call. */
final class SyntheticData {
  private static final long SEED = 1;
  private static final double NOISE = 0.5;

  private SyntheticData() {}

  /**
   * @param rows to train on; a quarter as many, at most 256, to validate with
   * @param features without the bias
   */
  static Splits splits(int rows, int features, int classes) {
    SplittableRandom random = new SplittableRandom(SEED);
    double[][] centres = new double[classes][features];
    for (double[] centre : centres) {
      for (int f = 0; f < features; f++) {
        centre[f] = random.nextGaussian();
      }
    }
    int validation = Math.max(1, Math.min(256, rows / 4));
    return new Splits(table(random, centres, rows), table(random, centres, validation), null);
  }

  private static Table table(SplittableRandom random, double[][] centres, int rows) {
    double[][] features = new double[rows][centres[0].length];
    int[] labels = new int[rows];
    for (int i = 0; i < rows; i++) {
      labels[i] = random.nextInt(centres.length);
      for (int f = 0; f < features[i].length; f++) {
        features[i][f] = centres[labels[i]][f] + NOISE * random.nextGaussian();
      }
    }
    return new Table("synthetic rows", IntStream.rangeClosed(1, rows).toArray(), features, labels);
  }
}
