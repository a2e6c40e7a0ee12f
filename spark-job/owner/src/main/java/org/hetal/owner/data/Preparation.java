package org.hetal.owner.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.hetal.config.Settings;

/**
 * From raw features to the rows that are encrypted: constant columns dropped, the others centred if
 * wanted and times one factor, the bias appended. Fitted once on the owner's data, kept with the
 * owner, applied to every row that the model will ever see.
 *
 * @param columns of a raw row
 * @param kept the raw columns that go on, ascending
 * @param means subtracted from the kept columns; zeros without centering
 * @param factor that they are multiplied by
 * @param bias the last feature of every prepared row
 * @param rowNormBound no prepared row of train or validation is longer, the bias not counted
 */
public record Preparation(
    int columns, int[] kept, double[] means, double factor, double bias, double rowNormBound) {

  /** Rows to predict may be longer than those of training, but not by more than this. */
  private static final double SLACK = 4;

  /**
   * Fits: a column is constant if it is so in the training rows; the factor makes the longest row
   * of train and validation as long as the bound (scaling {@code max-row-norm}) or is 1.
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
    boolean scaled = data.scaling() == Settings.Scaling.MAX_ROW_NORM;
    double factor = scaled && longest > 0 ? data.rowNormBound() / longest : 1;
    Preparation fitted =
        new Preparation(train.columns(), kept, means, factor, data.bias(), data.rowNormBound());
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
    if (table.columns() != columns) {
      throw new DataException(
          table.source() + ": expected " + columns + " features, actual " + table.columns());
    }
    double[][] out = new double[table.rows()][features()];
    for (int row = 0; row < out.length; row++) {
      for (int i = 0; i < kept.length; i++) {
        out[row][i] = factor * (table.features()[row][kept[i]] - means[i]);
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
    requireWithin(table, SLACK * rowNormBound);
    return out;
  }

  /** What was dropped, one line each, for people. */
  public List<String> notes() {
    List<Integer> dropped = new ArrayList<>();
    for (int column = 0; column < columns; column++) {
      if (Arrays.binarySearch(kept, column) < 0) {
        dropped.add(column);
      }
    }
    if (dropped.isEmpty()) {
      return List.of();
    }
    return List.of(
        "constant in the training rows and dropped (the bias takes their place): column "
            + dropped.stream().map(String::valueOf).collect(Collectors.joining(", ")));
  }

  private void requireWithin(Table table, double bound) {
    for (int row = 0; row < table.rows(); row++) {
      double norm = factor * norm(table.features()[row], kept, means);
      if (!(norm <= bound)) {
        int column = largest(table.features()[row]);
        throw new DataException(
            String.format(
                Locale.ROOT,
                "%s: expected a row norm of at most %s after scaling, actual %s; its largest value"
                    + " is %s in column %d",
                table.where(row),
                bound,
                norm,
                table.features()[row][column],
                column));
      }
    }
  }

  private int largest(double[] row) {
    int best = kept[0];
    for (int column : kept) {
      if (Math.abs(row[column]) > Math.abs(row[best])) {
        best = column;
      }
    }
    return best;
  }

  private static boolean varies(Table table, int column) {
    double first = table.features()[0][column];
    for (double[] row : table.features()) {
      if (row[column] != first) {
        return true;
      }
    }
    return false;
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

  private static double norm(double[] row, int[] kept, double[] means) {
    double sum = 0;
    for (int i = 0; i < kept.length; i++) {
      double value = row[kept[i]] - means[i];
      sum += value * value;
    }
    return Math.sqrt(sum);
  }
}
