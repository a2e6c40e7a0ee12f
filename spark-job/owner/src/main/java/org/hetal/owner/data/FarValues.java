package org.hetal.owner.data;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.hetal.owner.table.Table;

/**
 * Finds values so far from the others of their column that they alone decide its mean and
 * deviation. Looks at medians and quantiles, which such a value does not move.
 */
public final class FarValues {
  /** Times the range of the middle nine tenths. */
  private static final double FAR = 100;

  private static final double TAIL = 0.05;

  /** Quantiles are those of at most so many rows, evenly spread. */
  private static final int SAMPLE = 10_000;

  private FarValues() {}

  /** The median of a column and where its middle nine tenths begin and end. */
  private record Middle(double low, double median, double high) {
    static Middle of(Table table, int column) {
      int step = Math.max(1, table.rows() / SAMPLE);
      double[] sorted =
          IntStream.iterate(0, row -> row < table.rows(), row -> row + step)
              .mapToDouble(row -> table.features()[row][column])
              .filter(value -> !Double.isNaN(value))
              .sorted()
              .toArray();
      if (sorted.length == 0) {
        return new Middle(0, 0, 0);
      }
      int tail = (int) (TAIL * sorted.length);
      return new Middle(sorted[tail], sorted[sorted.length / 2], sorted[sorted.length - 1 - tail]);
    }

    /** Distance from the median in ranges; 0 in a column whose middle does not vary. */
    double distance(double value) {
      return high > low && !Double.isNaN(value) ? Math.abs(value - median) / (high - low) : 0;
    }
  }

  /**
   * One warning for the farthest value, if it is far.
   *
   * @param table rows of one owner; NaN where a value is missing
   * @return no line or one
   */
  public static List<String> warnings(Table table) {
    double farthest = FAR;
    int farRow = -1;
    int farColumn = -1;
    for (int column = 0; column < table.columns(); column++) {
      Middle middle = Middle.of(table, column);
      for (int row = 0; row < table.rows(); row++) {
        double distance = middle.distance(table.features()[row][column]);
        if (distance > farthest) {
          farthest = distance;
          farRow = row;
          farColumn = column;
        }
      }
    }
    if (farRow < 0) {
      return List.of();
    }
    return List.of(
        String.format(
            Locale.ROOT,
            "%s %s: %s is %.3g times as far from the column's median (%s) as nine tenths of the"
                + " rows spread; it spoils the common mean and deviation, and encrypt will refuse"
                + " the row; correct or remove it, delete the file and contribute again",
            table.where(farRow),
            table.columnName(farColumn),
            table.features()[farRow][farColumn],
            farthest,
            Middle.of(table, farColumn).median()));
  }
}
