package org.hetal.owner.data;

import java.util.Locale;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Table;
import org.hetal.plan.MissingValues;

/** Means and standard deviations of the columns of the training rows. */
final class ColumnStatistics {
  private ColumnStatistics() {}

  /**
   * What a missing value of each column becomes: its mean over the rows that have a value, or 0.
   *
   * @return empty when missing values are refused
   * @throws DataException when a column has no value to take the mean of
   */
  static double[] fills(Table train, MissingValues missing) {
    if (missing == MissingValues.REFUSE) {
      return new double[0];
    }
    double[] fills = new double[train.columns()];
    for (int column = 0; column < fills.length && missing == MissingValues.MEAN; column++) {
      int present = 0;
      for (double[] row : train.features()) {
        present += Double.isNaN(row[column]) ? 0 : 1;
      }
      if (present == 0) {
        throw new DataException(
            String.format(
                Locale.ROOT,
                "%s %s: expected a value in some of the %d rows to train on, for data.missing = mean;"
                    + " actual none; leave the column out with data.drop-columns",
                train.source(),
                train.columnName(column),
                train.rows()));
      }
      for (double[] row : train.features()) {
        fills[column] += Double.isNaN(row[column]) ? 0 : row[column] / present;
      }
    }
    return fills;
  }

  /** The mean of each kept column. */
  static double[] means(Table table, int[] kept) {
    double[] means = new double[kept.length];
    for (double[] row : table.features()) {
      for (int i = 0; i < kept.length; i++) {
        means[i] += row[kept[i]] / table.rows();
      }
    }
    return means;
  }

  /**
   * The standard deviation of each kept column, of the population (divisor n, as scikit-learn's
   * StandardScaler); without overflow or underflow of the squares.
   *
   * @param kept columns that are not constant
   */
  static double[] deviations(Table table, int[] kept, double[] means) {
    double[] deviations = new double[kept.length];
    for (int i = 0; i < kept.length; i++) {
      double largest = 0;
      for (double[] row : table.features()) {
        largest = Math.max(largest, Math.abs(row[kept[i]] - means[i]));
      }
      double sum = 0;
      for (double[] row : table.features()) {
        double share = (row[kept[i]] - means[i]) / largest;
        sum += share * share;
      }
      deviations[i] = largest * Math.sqrt(sum / table.rows());
    }
    return deviations;
  }
}
