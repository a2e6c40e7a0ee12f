package org.hetal.owner.contribution;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.hetal.format.Shown;
import org.hetal.owner.data.Preparation;
import org.hetal.owner.table.DataException;
import org.hetal.plan.MissingValues;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.Scaling;

/**
 * Fits the preparation of all owners' rows to their sums: the means and deviations that {@link
 * Preparation#fit} would find in the rows of all, each rounded once. Largest values cannot be
 * summed, so two things differ. A column is kept if its standard deviation is above 1e-12 of its
 * root mean square. With scaling {@code max-row-norm} the factor makes the root mean square of the
 * norms of the prepared training rows a quarter of {@code data.row-norm-bound}; a longer row than
 * the bound is refused by the encrypt command of its owner.
 */
final class CommonFit {
  private static final MathContext DIGITS = new MathContext(50);
  private static final BigDecimal ROUNDING = new BigDecimal("1e-24"); // of a variance
  private static final double SHARE_OF_BOUND = 0.25;
  private static final BigDecimal UNIT =
      BigDecimal.ONE.divide(new BigDecimal(BigInteger.TWO.pow(ColumnSums.GRID)));

  private CommonFit() {}

  /** Of a column of all rows, missing values filled in. */
  private record Moments(BigDecimal mean, BigDecimal variance) {
    BigDecimal meanSquare() {
      return variance.add(mean.multiply(mean, DIGITS), DIGITS);
    }

    boolean varies() {
      return variance.compareTo(ROUNDING.multiply(meanSquare(), DIGITS)) > 0;
    }
  }

  /**
   * Fits.
   *
   * @param names of the columns; empty when they have none
   * @throws DataException when no column varies, or a column has no value to take the mean of
   */
  static Preparation fit(ColumnSums sums, List<String> names, Preprocessing how) {
    int columns = sums.columns().size();
    Moments[] moments = new Moments[columns];
    for (int column = 0; column < columns; column++) {
      moments[column] = moments(sums, column, names, how.missing());
    }
    int[] kept = IntStream.range(0, columns).filter(column -> moments[column].varies()).toArray();
    if (kept.length == 0) {
      throw new DataException(
          "the rows of all owners: expected a column that is not constant, actual none");
    }
    boolean centered = how.centering() || how.standardize();
    double[] means = new double[kept.length];
    double[] deviations = new double[kept.length];
    BigDecimal square = BigDecimal.ZERO; // mean of the squared norms
    for (int i = 0; i < kept.length; i++) {
      Moments column = moments[kept[i]];
      means[i] = centered ? column.mean().doubleValue() : 0;
      deviations[i] = how.standardize() ? column.variance().sqrt(DIGITS).doubleValue() : 1;
      BigDecimal ofColumn =
          how.standardize() ? BigDecimal.ONE : centered ? column.variance() : column.meanSquare();
      square = square.add(ofColumn, DIGITS);
    }
    double norm = square.sqrt(DIGITS).doubleValue();
    double factor =
        how.scaling() == Scaling.MAX_ROW_NORM ? SHARE_OF_BOUND * how.rowNormBound() / norm : 1;
    return new Preparation(
        columns,
        names,
        kept,
        fills(moments, how.missing()),
        means,
        deviations,
        factor,
        how.bias(),
        how.rowNormBound());
  }

  private static double[] fills(Moments[] moments, MissingValues missing) {
    return switch (missing) {
      case REFUSE -> new double[0];
      case ZERO -> new double[moments.length];
      case MEAN ->
          IntStream.range(0, moments.length)
              .mapToDouble(column -> moments[column].mean().doubleValue())
              .toArray();
    };
  }

  private static Moments moments(
      ColumnSums sums, int column, List<String> names, MissingValues missing) {
    ColumnSums.Column of = sums.columns().get(column);
    if (of.present() == 0 && missing == MissingValues.MEAN
        || of.present() < sums.rows() && missing == MissingValues.REFUSE) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "the rows of all owners, column %d%s: expected a value in %s of the %d rows to train"
                  + " on, for data.missing = %s; actual in %d; leave the column out with"
                  + " data.drop-columns, at every owner",
              column,
              names.isEmpty() ? "" : " (" + Shown.unquoted(names.get(column)) + ")",
              missing == MissingValues.MEAN ? "some" : "each",
              sums.rows(),
              missing == MissingValues.MEAN ? "mean" : "refuse",
              of.present()));
    }
    BigInteger rows = BigInteger.valueOf(sums.rows());
    // A filled mean leaves the sum of squared distances from the mean as it is; a filled zero is a
    // value as the others.
    BigInteger counted = missing == MissingValues.MEAN ? BigInteger.valueOf(of.present()) : rows;
    BigInteger distances =
        counted.multiply(of.squares()).subtract(of.sum().pow(2)); // times counted
    return new Moments(
        quotient(of.sum(), counted).multiply(UNIT, DIGITS),
        quotient(distances, counted.multiply(rows)).multiply(UNIT.pow(2), DIGITS));
  }

  private static BigDecimal quotient(BigInteger a, BigInteger b) {
    return new BigDecimal(a).divide(new BigDecimal(b), DIGITS);
  }
}
