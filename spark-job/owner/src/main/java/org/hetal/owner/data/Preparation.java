package org.hetal.owner.data;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.hetal.config.Settings;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Table;
import org.hetal.plan.Scaling;

/**
 * From raw features to the rows that are encrypted: constant columns dropped, the others centred if
 * wanted and times one factor, the bias appended. Fitted once on the owner's data, kept with the
 * owner, applied to every row that the model will ever see.
 *
 * @param columns of a raw row
 * @param names of the raw columns in the file of the training rows; empty when it has none
 * @param kept the raw columns that go on, ascending
 * @param means subtracted from the kept columns; zeros without centering
 * @param factor that they are multiplied by
 * @param bias the last feature of every prepared row
 * @param rowNormBound no prepared row of train or validation is longer, the bias not counted
 */
public record Preparation(
    int columns,
    List<String> names,
    int[] kept,
    double[] means,
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
   * @throws DataException when every column is constant, or a row stays longer than the bound
   */
  public static Preparation fit(Splits splits, Settings.Data data) {
    Table train = splits.train();
    int[] kept =
        IntStream.range(0, train.columns()).filter(column -> varies(train, column)).toArray();
    if (kept.length == 0) {
      throw new DataException(
          train.source() + ": expected a column that is not constant, actual none");
    }
    double[] means = means(train, kept, data.centering());
    double longest = 0;
    for (Table table : List.of(train, splits.validation())) {
      for (double[] row : table.features()) {
        longest = Math.max(longest, norm(row, kept, means));
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
            means,
            factor,
            data.bias(),
            data.rowNormBound());
    // A factor is rounded, so the longest row may miss the bound by an ulp.
    double bound = data.rowNormBound() * (1 + 1e-12);
    fitted.requireWithin(train, bound);
    fitted.requireWithin(splits.validation(), bound);
    return fitted;
  }

  /** Columns of a prepared row, the bias included. */
  public int features() {
    return kept.length + 1;
  }

  /** Prepared rows. */
  public double[][] apply(Table table) {
    double[][] raw = likeTraining(table).features();
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
   * Prepared rows that were not there when this was fitted.
   *
   * @throws DataException when a row is far longer than any seen in training: data of another scale
   */
  public double[][] applyToNew(Table table) {
    double[][] out = apply(table);
    requireWithin(likeTraining(table), SLACK * rowNormBound);
    return out;
  }

  /** The value of a raw row's kept column after centering and scaling. */
  double scaled(double[] row, int keptIndex) {
    return factor * (row[kept[keptIndex]] - means[keptIndex]);
  }

  /** The norm of a raw row after scaling, without the bias. */
  double scaledNorm(double[] row) {
    return factor * norm(row, kept, means);
  }

  /** The kept column that makes most of a raw row's norm. */
  int largestColumn(double[] row) {
    int best = 0;
    for (int i = 0; i < kept.length; i++) {
      if (Math.abs(row[kept[i]] - means[i]) > Math.abs(row[kept[best]] - means[best])) {
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

  private static double[] means(Table table, int[] kept, boolean centering) {
    double[] means = new double[kept.length];
    if (centering) {
      for (double[] row : table.features()) {
        for (int i = 0; i < kept.length; i++) {
          means[i] += row[kept[i]] / table.rows();
        }
      }
    }
    return means;
  }

  /** Without overflow or underflow of the squares. */
  private static double norm(double[] row, int[] kept, double[] means) {
    double sum = 0;
    double largest = 0;
    for (int i = 0; i < kept.length; i++) {
      double value = row[kept[i]] - means[i];
      sum += value * value;
      largest = Math.max(largest, Math.abs(value));
    }
    boolean inRange = sum > 1e-280 && sum < 1e280;
    return inRange || largest == 0
        ? Math.sqrt(sum)
        : largest * scaledRoot(row, kept, means, largest);
  }

  private static double scaledRoot(double[] row, int[] kept, double[] means, double largest) {
    double sum = 0;
    for (int i = 0; i < kept.length; i++) {
      double share = (row[kept[i]] - means[i]) / largest;
      sum += share * share;
    }
    return Math.sqrt(sum);
  }
}
