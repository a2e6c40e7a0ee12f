package org.hetal.tools.products;

/** Which of the two products of softmax regression. */
public enum Side {
  /** A W^T: rows x classes. */
  LOGITS("A W^T"),
  /** R^T A: classes x features. */
  GRADIENT("R^T A");

  private final String label;

  Side(String label) {
    this.label = label;
  }

  /** {@return as reports name it} */
  public String label() {
    return label;
  }

  /** The product in the clear. */
  double[][] exact(double[][] left, double[][] right) {
    return this == LOGITS ? timesTransposed(left, right) : transposedTimes(left, right);
  }

  private static double[][] timesTransposed(double[][] a, double[][] w) {
    double[][] out = new double[a.length][w.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < w.length; j++) {
        for (int f = 0; f < a[i].length; f++) {
          out[i][j] += a[i][f] * w[j][f];
        }
      }
    }
    return out;
  }

  private static double[][] transposedTimes(double[][] r, double[][] a) {
    double[][] out = new double[r[0].length][a[0].length];
    for (int row = 0; row < r.length; row++) {
      for (int i = 0; i < out.length; i++) {
        for (int f = 0; f < out[i].length; f++) {
          out[i][f] += r[row][i] * a[row][f];
        }
      }
    }
    return out;
  }
}
