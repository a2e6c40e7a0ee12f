package org.hetal.owner.data;

import java.util.SplittableRandom;

/** Rows around a centre for each class, always the same: to time a shape without data of it. */
public final class MadeUpData {
  private static final long SEED = 1;
  private static final double NOISE = 0.5;

  private MadeUpData() {}

  /**
   * @param rows to train on; a quarter as many, at most 256, to validate with
   * @param features without the bias
   */
  public static Splits splits(int rows, int features, int classes) {
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
    return new Table("made-up rows", Table.numbered(rows), features, labels);
  }
}
