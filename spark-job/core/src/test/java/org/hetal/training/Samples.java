package org.hetal.training;

import java.util.SplittableRandom;

/** Made-up rows around one centre a class, each with its bias column, norms at most sqrt(2). */
record Samples(double[][] rows, int[] labels) {

  static final double BIAS = 1;

  /**
   * @param features the bias column included
   * @param spread of a row around its centre; above 1 the classes overlap
   */
  static Samples around(int rows, int features, int classes, double spread, long seed) {
    SplittableRandom centreRandom = new SplittableRandom(classes * 1000L + features);
    double[][] centres = new double[classes][features - 1];
    for (double[] centre : centres) {
      for (int f = 0; f < centre.length; f++) {
        centre[f] = centreRandom.nextGaussian();
      }
    }
    SplittableRandom random = new SplittableRandom(seed);
    double[][] out = new double[rows][features];
    int[] labels = new int[rows];
    for (int i = 0; i < rows; i++) {
      labels[i] = random.nextInt(classes);
      double squares = 1e-12;
      for (int f = 0; f < features - 1; f++) {
        out[i][f] = centres[labels[i]][f] + spread * random.nextGaussian();
        squares += out[i][f] * out[i][f];
      }
      for (int f = 0; f < features - 1; f++) {
        out[i][f] /= Math.sqrt(squares);
      }
      out[i][features - 1] = BIAS;
    }
    return new Samples(out, labels);
  }
}
