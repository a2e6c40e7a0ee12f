package org.hetal.owner.data;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Rows of features with their labels, in the clear, in the order of the file.
 *
 * @param source the file, for messages
 * @param numbers of the rows in the file, counted from 1, for messages
 * @param features [rows][columns]; all rows equally long
 * @param labels one a row; null when there are none
 */
public record Table(String source, int[] numbers, double[][] features, int[] labels) {

  public Table {
    if (features.length == 0) {
      throw new DataException(source + ": expected at least one row, actual none");
    }
    if (labels != null && labels.length != features.length) {
      throw new DataException(
          source
              + ": expected as many labels as rows, actual "
              + labels.length
              + " and "
              + features.length);
    }
  }

  public int rows() {
    return features.length;
  }

  public int columns() {
    return features[0].length;
  }

  /** "FILE row R", for messages. */
  String where(int row) {
    return source + " row " + numbers[row];
  }

  /**
   * @throws DataException at the first feature that is not finite or label that is no class
   */
  public Table requireValid(int classes) {
    for (int row = 0; row < features.length; row++) {
      for (int column = 0; column < features[row].length; column++) {
        if (!Double.isFinite(features[row][column])) {
          throw new DataException(
              String.format(
                  Locale.ROOT,
                  "%s column %d: expected a finite number, actual %s",
                  where(row),
                  column,
                  features[row][column]));
        }
      }
      if (labels != null && (labels[row] < 0 || labels[row] >= classes)) {
        throw new DataException(
            String.format(
                Locale.ROOT,
                "%s label: expected 0 to %d, actual %d",
                where(row),
                classes - 1,
                labels[row]));
      }
    }
    return this;
  }

  /** Row numbers of a file without a header. */
  static int[] numbered(int rows) {
    return IntStream.rangeClosed(1, rows).toArray();
  }

  /** Some of the rows, in the order given. */
  Table select(int[] rows) {
    return new Table(
        source,
        Arrays.stream(rows).map(row -> numbers[row]).toArray(),
        Arrays.stream(rows).mapToObj(row -> features[row]).toArray(double[][]::new),
        labels == null ? null : Arrays.stream(rows).map(row -> labels[row]).toArray());
  }
}
