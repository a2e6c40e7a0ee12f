package org.hetal.owner.contribution;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Table;

/**
 * Sums over the rows of a table, for each column. Values are multiples of 2^-192, which every
 * double from 2^-140 (7e-43) to 2^150 (1e45) in magnitude is; a smaller one is rounded to a
 * multiple. The sums are exact, so that those of several tables add up to those of all their rows,
 * in whatever order.
 *
 * @param rows of the table
 * @param columns one for each column
 */
record ColumnSums(long rows, List<Column> columns) {
  /** Values are multiples of 2^-GRID, their squares of 2^-2 GRID. */
  static final int GRID = 192;

  /** Values are below 2^LARGEST. */
  static final int LARGEST = 150;

  /** A column whose largest value is smaller, 2^-100, has too few digits on the grid. */
  private static final double SMALL = 0x1p-100;

  private static final int FRACTION_BITS = 52;

  /**
   * Of one column.
   *
   * @param present rows that have a value
   * @param sum of the values, in units of 2^-192
   * @param squares sum of the squares of the values, in units of 2^-384
   */
  record Column(long present, BigInteger sum, BigInteger squares) {
    Column plus(Column other) {
      return new Column(present + other.present, sum.add(other.sum), squares.add(other.squares));
    }
  }

  /**
   * The sums of all rows.
   *
   * @param table NaN where a value is missing
   * @throws DataException at the first value beyond 2^150, and for a column of tiny values alone
   */
  static ColumnSums of(Table table) {
    int columns = table.columns();
    ExactSum[] sums = new ExactSum[columns];
    ExactSum[] squares = new ExactSum[columns];
    Arrays.setAll(sums, column -> new ExactSum(LARGEST + GRID));
    Arrays.setAll(squares, column -> new ExactSum(2 * (LARGEST + GRID)));
    long[] present = new long[columns];
    double[] largest = new double[columns];
    for (int row = 0; row < table.rows(); row++) {
      double[] values = table.features()[row];
      for (int column = 0; column < columns; column++) {
        double value = values[column];
        if (Double.isNaN(value)) {
          continue;
        }
        double magnitude = Math.abs(value);
        if (!(magnitude < 0x1p150)) {
          throw beyond(table, row, column);
        }
        largest[column] = Math.max(largest[column], magnitude);
        present[column]++;
        add(magnitude, value < 0, sums[column], squares[column]);
      }
    }
    List<Column> out = new ArrayList<>();
    for (int column = 0; column < columns; column++) {
      if (largest[column] > 0 && largest[column] < SMALL) {
        throw tiny(table, column, largest[column]);
      }
      out.add(new Column(present[column], sums[column].value(), squares[column].value()));
    }
    return new ColumnSums(table.rows(), out);
  }

  private static void add(double magnitude, boolean negative, ExactSum sum, ExactSum squares) {
    long bits = Double.doubleToRawLongBits(magnitude);
    int exponent = (int) (bits >>> FRACTION_BITS);
    long fraction = bits & (1L << FRACTION_BITS) - 1;
    long digits = exponent == 0 ? fraction : fraction | 1L << FRACTION_BITS;
    // magnitude = digits * 2^(shift - GRID)
    int shift = Math.max(exponent, 1) - Double.MAX_EXPONENT - FRACTION_BITS + GRID;
    if (shift < 0) {
      digits = (long) Math.rint(Math.scalb(magnitude, GRID));
      shift = 0;
    }
    sum.add(negative, 0, digits, shift);
    squares.add(false, Math.multiplyHigh(digits, digits), digits * digits, 2 * shift);
  }

  private static DataException beyond(Table table, int row, int column) {
    return new DataException(
        String.format(
            Locale.ROOT,
            "%s %s: expected a number below 1.4e45 in magnitude, actual %s; divide the column by a"
                + " constant, at every owner the same",
            table.where(row),
            table.columnName(column),
            table.features()[row][column]));
  }

  private static DataException tiny(Table table, int column, double largest) {
    return new DataException(
        String.format(
            Locale.ROOT,
            "%s %s: expected some number of at least 7.9e-31 in magnitude, actual largest %s;"
                + " multiply the column by a constant, at every owner the same",
            table.source(),
            table.columnName(column),
            largest));
  }
}
