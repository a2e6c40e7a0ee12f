package org.hetal.owner.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.hetal.config.Settings;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Table;
import org.hetal.packing.Layout;
import org.hetal.plan.MissingValues;
import org.hetal.plan.Scaling;

/**
 * From raw features to the rows that are encrypted: missing values filled in, constant columns
 * dropped, the others centered or standardized if wanted and times one factor, the bias appended. A
 * prepared feature is factor · (x - mean) / deviation. Fitted once on the owner's data, kept with
 * the owner, applied to every row that the model will ever see.
 *
 * @param columns of a raw row
 * @param names of the raw columns in the file of the training rows; empty when it has none
 * @param kept the raw columns that go on, ascending
 * @param fills what a missing value of each raw column becomes; empty: missing values are refused
 * @param means subtracted from the kept columns; zeros without centering
 * @param deviations the kept columns are divided by them; ones without {@code data.standardize}
 * @param factor that they are multiplied by
 * @param bias the last feature of every prepared row
 * @param rowNormBound no prepared row of train or validation is longer, the bias not counted
 */
public record Preparation(
    int columns,
    List<String> names,
    int[] kept,
    double[] fills,
    double[] means,
    double[] deviations,
    double factor,
    double bias,
    double rowNormBound) {

  /** Rows to predict may be longer than those of training, but not by more than this. */
  private static final double SLACK = 4;

  /** A column that varies by no more than this share of its values varies by rounding only. */
  private static final double ROUNDING = 1e-12;

  /**
   * Fits: a column is constant if it is so in the training rows, but for rounding; the factor makes
   * the longest row of train and validation as long as the bound (scaling {@code max-row-norm}) or
   * is 1.
   *
   * @throws DataException when every column is constant, a column has no value to take the mean of,
   *     or a row stays longer than the bound
   */
  public static Preparation fit(Splits raw, Settings.Data data) {
    double[] fills = ColumnStatistics.fills(raw.train(), data.missing());
    Splits splits = raw.map(table -> filled(table, fills));
    Table train = splits.train();
    int[] kept =
        IntStream.range(0, train.columns()).filter(column -> varies(train, column)).toArray();
    if (kept.length == 0) {
      throw new DataException(
          train.source() + ": expected a column that is not constant, actual none");
    }
    double[] means =
        data.centering() || data.standardize()
            ? ColumnStatistics.means(train, kept)
            : new double[kept.length];
    double[] deviations = new double[kept.length];
    if (data.standardize()) {
      deviations = ColumnStatistics.deviations(train, kept, means);
    } else {
      Arrays.fill(deviations, 1);
    }
    double longest = 0;
    for (Table table : List.of(train, splits.validation())) {
      for (double[] row : table.features()) {
        longest = Math.max(longest, norm(row, kept, means, deviations));
      }
    }
    boolean scaled = data.scaling() == Scaling.MAX_ROW_NORM;
    double factor = scaled && longest > 0 ? data.rowNormBound() / longest : 1;
    if (!(factor > 0) || Double.isInfinite(factor)) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: expected rows whose norms a double can scale to %s, actual a longest row of norm"
                  + " %s; divide the columns by a constant first",
              train.source(),
              data.rowNormBound(),
              longest));
    }
    Preparation fitted =
        new Preparation(
            train.columns(),
            train.sourceColumns().names(),
            kept,
            fills,
            means,
            deviations,
            factor,
            data.bias(),
            data.rowNormBound());
    // A factor is rounded, so the longest row may miss the bound by an ulp.
    double bound = data.rowNormBound() * (1 + 1e-12);
    fitted.requireWithin(train, bound);
    fitted.requireWithin(splits.validation(), bound);
    return fitted;
  }

  /**
   * Checks all ranges, of a preparation that was read from a file.
   *
   * @throws org.hetal.dataset.DatasetException naming the field, with the expected and the actual
   *     value
   */
  public void require() {
    Requirement.that(columns >= 1, "columns", "1 or more", columns);
    Requirement.names(columns, names);
    Requirement.that(
        kept.length >= 1 && kept.length < Layout.MAX_FEATURES,
        "preparation.kept",
        "1 to " + (Layout.MAX_FEATURES - 1) + " columns",
        kept.length);
    for (int i = 0; i < kept.length; i++) {
      Requirement.that(
          kept[i] > (i == 0 ? -1 : kept[i - 1]) && kept[i] < columns,
          "preparation.kept",
          "ascending columns below " + columns,
          kept[i]);
    }
    if (fills.length > 0) {
      Requirement.finite("preparation.fills", fills, columns);
    }
    Requirement.finite("preparation.means", means, kept.length);
    Requirement.finite("preparation.deviations", deviations, kept.length);
    for (double deviation : deviations) {
      Requirement.positive("preparation.deviations", deviation);
    }
    Requirement.positive("preparation.factor", factor);
    Requirement.positive("preparation.rowNormBound", rowNormBound);
    Requirement.that(bias >= 0 && bias <= 1, "preparation.bias", "a number of 0 to 1", bias);
  }

  /** Columns of a prepared row, the bias included. */
  public int features() {
    return kept.length + 1;
  }

  /**
   * The rows with missing values filled in.
   *
   * @throws DataException when values are missing and may not be, with their number for each column
   */
  public Table filled(Table table) {
    Table like = likeTraining(table);
    return fills.length == 0
        ? like.requireValid(Integer.MAX_VALUE, MissingValues.REFUSE)
        : filled(like, fills);
  }

  /** A raw row with missing values filled in; NaN where they may not be missing. */
  public double[] filled(double[] row) {
    double[] out = row.clone();
    for (int column = 0; column < out.length && fills.length > 0; column++) {
      out[column] = Double.isNaN(out[column]) ? fills[column] : out[column];
    }
    return out;
  }

  private static Table filled(Table table, double[] fills) {
    boolean complete =
        Arrays.stream(table.features())
            .noneMatch(row -> Arrays.stream(row).anyMatch(Double::isNaN));
    if (fills.length == 0 || complete) {
      return table;
    }
    double[][] out = new double[table.rows()][];
    for (int row = 0; row < out.length; row++) {
      out[row] = table.features()[row].clone();
      for (int column = 0; column < out[row].length; column++) {
        out[row][column] = Double.isNaN(out[row][column]) ? fills[column] : out[row][column];
      }
    }
    return table.withFeatures(out);
  }

  /** Prepared rows. */
  public double[][] apply(Table table) {
    double[][] raw = filled(table).features();
    double[][] out = new double[raw.length][features()];
    for (int row = 0; row < out.length; row++) {
      for (int i = 0; i < kept.length; i++) {
        out[row][i] = scaled(raw[row], i);
      }
      out[row][kept.length] = bias;
    }
    return out;
  }

  /**
   * Prepared rows to train on or validate with, of one of several owners: they were not seen when
   * this was made, and are held to the bound all the same.
   *
   * @throws DataException naming the row that is longer than the bound, and its largest column
   */
  public double[][] applyWithin(Table table) {
    Table complete = filled(table);
    requireWithin(complete, rowNormBound);
    return apply(complete);
  }

  /**
   * Prepared rows that were not there when this was fitted.
   *
   * @throws DataException when a row is far longer than any seen in training: data of another scale
   */
  public double[][] applyToNew(Table table) {
    Table complete = filled(table);
    requireWithin(complete, SLACK * rowNormBound);
    return apply(complete);
  }

  /** The value of a raw row's kept column after centering and scaling. */
  double scaled(double[] row, int keptIndex) {
    return factor * centered(row, kept, means, deviations, keptIndex);
  }

  private static double centered(
      double[] row, int[] kept, double[] means, double[] deviations, int keptIndex) {
    return (row[kept[keptIndex]] - means[keptIndex]) / deviations[keptIndex];
  }

  /** The norm of a raw row after scaling, without the bias. */
  double scaledNorm(double[] row) {
    return factor * norm(row, kept, means, deviations);
  }

  /** The kept column that makes most of a raw row's norm. */
  int largestColumn(double[] row) {
    int best = 0;
    for (int i = 0; i < kept.length; i++) {
      if (Math.abs(scaled(row, i)) > Math.abs(scaled(row, best))) {
        best = i;
      }
    }
    return kept[best];
  }

  private Table likeTraining(Table table) {
    return table.requireNames(names, "the training rows").withColumns(columns, "the training rows");
  }

  private void requireWithin(Table table, double bound) {
    for (int row = 0; row < table.rows(); row++) {
      double norm = scaledNorm(table.features()[row]);
      if (!(norm <= bound)) {
        int column = largestColumn(table.features()[row]);
        throw new DataException(
            String.format(
                Locale.ROOT,
                "%s: expected a row norm of at most %s after scaling, actual %s; its largest value"
                    + " is %s in %s; correct or remove the row, or scale the column as in training",
                table.where(row),
                bound,
                norm,
                table.features()[row][column],
                table.columnName(column)));
      }
    }
  }

  private static boolean varies(Table table, int column) {
    double least = table.features()[0][column];
    double largest = least;
    for (double[] row : table.features()) {
      least = Math.min(least, row[column]);
      largest = Math.max(largest, row[column]);
    }
    return largest - least > ROUNDING * Math.max(Math.abs(least), Math.abs(largest));
  }

  /** Without overflow or underflow of the squares. */
  private static double norm(double[] row, int[] kept, double[] means, double[] deviations) {
    double sum = 0;
    double largest = 0;
    for (int i = 0; i < kept.length; i++) {
      double value = centered(row, kept, means, deviations, i);
      sum += value * value;
      largest = Math.max(largest, Math.abs(value));
    }
    boolean inRange = sum > 1e-280 && sum < 1e280;
    return inRange || largest == 0
        ? Math.sqrt(sum)
        : largest * scaledRoot(row, kept, means, deviations, largest);
  }

  private static double scaledRoot(
      double[] row, int[] kept, double[] means, double[] deviations, double largest) {
    double sum = 0;
    for (int i = 0; i < kept.length; i++) {
      double share = centered(row, kept, means, deviations, i) / largest;
      sum += share * share;
    }
    return Math.sqrt(sum);
  }
}
