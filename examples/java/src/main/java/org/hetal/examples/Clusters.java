package org.hetal.examples;

import java.util.SplittableRandom;

/**
 * Rows around three centers, made up.
 *
 * @param features [rows][4]
 * @param labels 0 to 2, one per row
 */
record Clusters(double[][] features, int[] labels) {
  static final int CLASSES = 3;

  static Clusters of(int rows) {
    SplittableRandom random = new SplittableRandom(1);
    double[][] features = new double[rows][4];
    int[] labels = new int[rows];
    for (int row = 0; row < rows; row++) {
      labels[row] = row % CLASSES;
      for (int column = 0; column < 4; column++) {
        double center = column == labels[row] ? 1 : 0;
        features[row][column] = center + 0.2 * random.nextGaussian();
      }
    }
    return new Clusters(features, labels);
  }
}
