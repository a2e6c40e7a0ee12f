package org.hetal.linalg;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Matrices in the clear, to compare with. */
final class Matrices {
  private Matrices() {}

  static double[][] random(int rows, int columns, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] out = new double[rows][columns];
    for (double[] row : out) {
      Arrays.setAll(row, i -> random.nextDouble(-1, 1));
    }
    return out;
  }

  /** a b^T. */
  static double[][] timesTransposed(double[][] a, double[][] b) {
    double[][] out = new double[a.length][b.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b.length; j++) {
        double sum = 0;
        for (int k = 0; k < a[i].length; k++) {
          sum += a[i][k] * b[j][k];
        }
        out[i][j] = sum;
      }
    }
    return out;
  }

  /** factor * a^T b. */
  static double[][] transposedTimes(double[][] a, double[][] b, double factor) {
    double[][] out = new double[a[0].length][b[0].length];
    for (int row = 0; row < a.length; row++) {
      for (int i = 0; i < out.length; i++) {
        for (int j = 0; j < out[i].length; j++) {
          out[i][j] += factor * a[row][i] * b[row][j];
        }
      }
    }
    return out;
  }

  static void assertClose(double[][] expected, double[][] actual, String what) {
    assertEquals(expected.length, actual.length, what);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i].length, actual[i].length, what);
      for (int j = 0; j < expected[i].length; j++) {
        int row = i;
        int column = j;
        assertEquals(
            expected[i][j], actual[i][j], 1e-9, () -> what + " at [" + row + "][" + column + "]");
      }
    }
  }
}
