package org.hetal.owner.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import org.hetal.config.Settings;
import org.hetal.format.Shown;
import org.hetal.owner.table.Table;
import org.hetal.plan.Scaling;

/** Finds data that can be trained on but most likely holds a mistake: one line for each warning. */
final class DataWarnings {
  /** A column that makes this share of the mean squared norm leaves little to the others. */
  private static final double DOMINANT_SHARE = 0.9;

  /** Values that spread over a smaller share of the widest column's range hardly count. */
  private static final double DIFFERENT_SCALES = 1000;

  private static final int MOST_NAMES = 6;

  /** A row this many times longer than the median row makes the other rows tiny after scaling. */
  private static final double OUTLIER = 100;

  /** In fewer rows, two columns may be equal by chance. */
  private static final int ENOUGH_ROWS = 10;

  /** A smaller share of rows that are also in train may be chance. */
  private static final double REPEATED_SHARE = 0.01;

  private final Splits splits;
  private final Table train;
  private final Preparation preparation;
  private final Settings.Data data;
  private final List<String> out = new ArrayList<>();

  private DataWarnings(Splits splits, Preparation preparation, Settings.Data data) {
    this.splits = splits;
    this.train = splits.train();
    this.preparation = preparation;
    this.data = data;
  }

  static List<String> of(Splits splits, Preparation preparation, Settings.Data data) {
    DataWarnings warnings = new DataWarnings(splits, preparation, data);
    warnings.classes();
    warnings.scales();
    warnings.outlier();
    warnings.tellingColumns();
    warnings.repeatedRows();
    return List.copyOf(warnings.out);
  }

  /**
   * Of rows of one of several owners: it may lack a class or vary in no column, and a long row is
   * refused.
   */
  static List<String> ofCommon(Splits splits, Preparation preparation, Settings.Data data) {
    DataWarnings warnings = new DataWarnings(splits, preparation, data);
    warnings.tellingColumns();
    warnings.repeatedRows();
    return List.copyOf(warnings.out);
  }

  private void classes() {
    int[] trained = counts(train);
    int[] validated = counts(splits.validation());
    int[] tested = splits.test() == null ? new int[trained.length] : counts(splits.test());
    List<Integer> seen =
        IntStream.range(0, trained.length).filter(c -> trained[c] > 0).boxed().toList();
    if (seen.size() == 1) {
      add(
          "%s: only class %s has rows to train on, of data.classes = %d: nothing can be learnt; %s",
          train.source(), name(seen.get(0)), data.classes(), remedyForOrder());
    }
    List<Integer> unused = new ArrayList<>();
    for (int c = 0; c < trained.length; c++) {
      int elsewhere = validated[c] + tested[c];
      if (trained[c] == 0 && elsewhere > 0) {
        add(
            "%s: class %s has no rows to train on, but %d to validate or test with; %s",
            train.source(), name(c), elsewhere, remedyForOrder());
      } else if (trained[c] == 0) {
        unused.add(c);
      } else if (validated[c] == 0) {
        add(
            "%s: class %s has no rows to validate with, but %d to train on; %s",
            splits.validation().source(), name(c), trained[c], remedyForOrder());
      }
    }
    if (!unused.isEmpty()) {
      boolean last = unused.get(0) > seen.get(seen.size() - 1);
      add(
          "%s: %s %s no rows at all, though data.classes = %d; %s",
          train.source(),
          unused.size() == 1 ? "class" : "classes",
          joined(unused) + (unused.size() == 1 ? " has" : " have"),
          data.classes(),
          last
              ? "if there are no such classes, set data.classes = " + Math.max(2, unused.get(0))
              : "if there are no such classes, number the labels without gaps");
    }
  }

  /** "2", or where the labels are words "2 (virginica)". */
  private String name(int label) {
    List<String> names = train.classNames();
    return label + (label < names.size() ? " (" + Shown.unquoted(names.get(label)) + ")" : "");
  }

  private String remedyForOrder() {
    boolean sorted =
        IntStream.range(1, train.rows()).allMatch(i -> train.labels()[i - 1] <= train.labels()[i]);
    return data.shuffleSeed() == null && sorted && !data.validation().isPresent()
        ? "the rows are sorted by label: set data.shuffle-seed to a number"
        : "check the labels";
  }

  /** Standardized columns have one scale, though in the rows of one of several owners not all. */
  private void scales() {
    if (!data.standardize() && !dominantColumn()) {
      differentScales();
    }
  }

  private boolean dominantColumn() {
    boolean found = false;
    int[] kept = preparation.kept();
    double[] squares = new double[kept.length];
    double total = 0;
    for (double[] row : train.features()) {
      for (int i = 0; i < kept.length; i++) {
        double value = preparation.scaled(row, i);
        squares[i] += value * value;
        total += value * value;
      }
    }
    for (int i = 0; i < kept.length && kept.length > 1; i++) {
      if (squares[i] >= DOMINANT_SHARE * total) {
        double[] values = Arrays.stream(train.features()).mapToDouble(column(kept[i])).toArray();
        add(
            "%s %s: makes %.1f %% of the mean squared norm of a row (values of %s to %s), so that"
                + " the other columns hardly count; set data.standardize = true, or remove it with"
                + " data.drop-columns",
            train.source(),
            train.columnName(kept[i]),
            100 * squares[i] / total,
            Arrays.stream(values).min().orElseThrow(),
            Arrays.stream(values).max().orElseThrow());
        found = true;
      }
    }
    return found;
  }

  /** Names the columns whose spread is a small share of the largest. */
  private void differentScales() {
    int[] kept = preparation.kept();
    double[] spreads = new double[kept.length];
    int widest = 0;
    for (int i = 0; i < kept.length; i++) {
      double least = Double.POSITIVE_INFINITY;
      double largest = Double.NEGATIVE_INFINITY;
      for (double[] row : train.features()) {
        double value = preparation.scaled(row, i);
        least = Math.min(least, value);
        largest = Math.max(largest, value);
      }
      spreads[i] = largest - least;
      widest = spreads[i] > spreads[widest] ? i : widest;
    }
    List<String> narrow = new ArrayList<>();
    for (int i = 0; i < kept.length; i++) {
      if (spreads[i] * DIFFERENT_SCALES < spreads[widest]) {
        narrow.add(train.columnName(kept[i]));
      }
    }
    if (!narrow.isEmpty()) {
      add(
          "%s: columns of very different scale: the values of %s%s spread over less than 1/%.0f of"
              + " those of %s, so that they hardly count; set data.standardize = true",
          train.source(),
          String.join(", ", narrow.subList(0, Math.min(narrow.size(), MOST_NAMES))),
          narrow.size() > MOST_NAMES ? " and " + (narrow.size() - MOST_NAMES) + " more" : "",
          DIFFERENT_SCALES,
          train.columnName(kept[widest]));
    }
  }

  private static java.util.function.ToDoubleFunction<double[]> column(int column) {
    return row -> row[column];
  }

  private void outlier() {
    if (data.scaling() == Scaling.NONE) {
      return;
    }
    double[] norms =
        Arrays.stream(train.features()).mapToDouble(preparation::scaledNorm).sorted().toArray();
    double median = norms[norms.length / 2];
    for (Table table : List.of(train, splits.validation())) {
      for (int row = 0; row < table.rows(); row++) {
        double norm = preparation.scaledNorm(table.features()[row]);
        if (median > 0 && norm > OUTLIER * median) {
          int column = preparation.largestColumn(table.features()[row]);
          add(
              "%s: this row is %.3g times as long as the median row (%s in %s), and scaling by the"
                  + " longest row makes the others tiny; correct or remove it",
              table.where(row),
              norm / median,
              table.features()[row][column],
              table.columnName(column));
          return;
        }
      }
    }
  }

  /** Columns that equal the row number or the label. */
  private void tellingColumns() {
    if (train.rows() < ENOUGH_ROWS) {
      return;
    }
    for (int column : preparation.kept()) {
      double offset = train.features()[0][column] - train.numbers()[0];
      boolean index = true;
      boolean label = true;
      for (int row = 0; row < train.rows() && (index || label); row++) {
        double value = train.features()[row][column];
        index &= value - train.numbers()[row] == offset;
        label &= value == train.labels()[row];
      }
      if (index) {
        add(
            "%s %s: numbers the rows of the file, as an index does; remove it, in pandas with"
                + " to_csv(..., index=False)",
            train.source(), train.columnName(column));
      }
      if (label) {
        add(
            "%s %s: equals the label in every row to train on; remove it if it is a copy",
            train.source(), train.columnName(column));
      }
    }
  }

  private void repeatedRows() {
    Set<Row> trained = new HashSet<>();
    for (double[] row : train.features()) {
      trained.add(new Row(row));
    }
    repeatedRows(trained, "to validate with", splits.validation());
    if (splits.test() != null) {
      repeatedRows(trained, "to test with", splits.test());
    }
  }

  private void repeatedRows(Set<Row> trained, String purpose, Table table) {
    long repeated =
        Arrays.stream(table.features()).filter(row -> trained.contains(new Row(row))).count();
    if (repeated > 0 && repeated >= REPEATED_SHARE * table.rows()) {
      add(
          "%s: %d of %d rows %s have the features of a row to train on, so the accuracy may be too"
              + " high; remove the repeated rows, in pandas with drop_duplicates()",
          table.source(), repeated, table.rows(), purpose);
    }
  }

  private int[] counts(Table table) {
    int[] counts = new int[data.classes()];
    for (int label : table.labels()) {
      counts[label]++;
    }
    return counts;
  }

  private String joined(List<Integer> classes) {
    return String.join(", ", classes.stream().map(this::name).toList());
  }

  private void add(String format, Object... values) {
    out.add(String.format(Locale.ROOT, format, values));
  }

  /** A row's features by their values. */
  private record Row(double[] features) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Row row && Arrays.equals(features, row.features);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(features);
    }
  }
}
