package org.hetal.owner.table;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntFunction;

/** Labels: whole numbers from 0, one for each row. */
public final class Labels {
  private Labels() {}

  /**
   * Checks the numbers of a column of labels; 1.0 and -0 are whole numbers, too.
   *
   * @param where file, row and column of a label, for the message
   * @param classes labels are 0 to {@code classes - 1}
   * @throws DataException at the first that is none
   */
  public static int[] check(double[] values, IntFunction<String> where, int classes) {
    for (int row = 0; row < values.length; row++) {
      double value = values[row];
      if (value != Math.rint(value) || Double.isInfinite(value)) {
        throw new DataException(
            where.apply(row)
                + ": expected a whole number as label, actual "
                + value
                + "; labels are classes, numbered from 0, in CSV in the column data.label-column");
      }
      if (value < 0 || value >= classes) {
        throw new DataException(
            String.format(
                Locale.ROOT,
                "%s: expected a label of 0 to %d, as data.classes = %d, actual %.0f; %s",
                where.apply(row),
                classes - 1,
                classes,
                value,
                advice(values, classes)));
      }
    }
    return Arrays.stream(values).mapToInt(value -> (int) value).toArray();
  }

  /**
   * One label for each row of an array: its one column, or the place of the 1 in a one-hot row.
   *
   * @throws DataException when it is neither
   */
  public static int[] ofArray(
      String file, String rowWord, double[][] rows, int[] numbers, int classes) {
    IntFunction<String> where = row -> file + " " + rowWord + " " + numbers[row];
    int columns = rows[0].length;
    if (columns == 1) {
      return check(Arrays.stream(rows).mapToDouble(row -> row[0]).toArray(), where, classes);
    }
    if (columns != classes) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: expected one label for each row, or as many one-hot columns as data.classes, %d;"
                  + " actual %d columns",
              file,
              classes,
              columns));
    }
    int[] labels = new int[rows.length];
    for (int row = 0; row < rows.length; row++) {
      labels[row] = hot(where.apply(row), rows[row]);
    }
    return labels;
  }

  private static int hot(String where, double[] row) {
    int hot = -1;
    for (int column = 0; column < row.length; column++) {
      boolean second = row[column] == 1 && hot >= 0;
      if (second || (row[column] != 0 && row[column] != 1)) {
        throw new DataException(
            String.format(
                Locale.ROOT,
                "%s column %d: expected a one-hot row, a single 1 among zeros, actual %s%s; save the"
                    + " labels as one column, in NumPy with argmax(axis=1)",
                where,
                column,
                second ? "a second " : "",
                row[column]));
      }
      hot = row[column] == 1 ? column : hot;
    }
    if (hot < 0) {
      throw new DataException(where + ": expected a one-hot row, actual only zeros");
    }
    return hot;
  }

  private static String advice(double[] values, int classes) {
    double least = Arrays.stream(values).min().orElse(0);
    double largest = Arrays.stream(values).max().orElse(0);
    boolean signs = Arrays.stream(values).allMatch(value -> value == -1 || value == 1);
    if (signs) {
      return "the labels are -1 and 1: write 0 and 1";
    }
    if (least == 1 && largest == classes) {
      return "the labels count from 1: subtract 1";
    }
    return least < 0
        ? "correct the row or remove it"
        : "raise data.classes if the class exists, or correct the row";
  }
}
