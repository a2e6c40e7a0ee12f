package org.hetal.owner.table;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.hetal.format.Shown;
import org.hetal.plan.MissingValues;

/**
 * Rows of features with their labels, in the clear, in the order of the file. A feature without a
 * value is NaN.
 *
 * @param source the file, for messages
 * @param numbers of the rows in the file, counted from 1, for messages: for text the line on which
 *     a row starts
 * @param features [rows][columns]; all rows equally long
 * @param labels one a row; null when there are none
 * @param sourceColumns where the features stand in the file, for messages
 * @param classNames the word of each class in the file; empty when the labels are numbers
 */
public record Table(
    String source,
    int[] numbers,
    double[][] features,
    int[] labels,
    SourceColumns sourceColumns,
    List<String> classNames) {

  public Table {
    if (features.length == 0 || features[0].length == 0) {
      throw new DataException(
          source + ": expected at least one row and one column of features, actual none");
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

  /** Rows of an array without names. */
  public Table(String source, int[] numbers, double[][] features, int[] labels) {
    this(
        source,
        numbers,
        features,
        labels,
        SourceColumns.ofArray(features.length == 0 ? 0 : features[0].length));
  }

  /** Rows whose labels are numbers, or that have none. */
  public Table(
      String source,
      int[] numbers,
      double[][] features,
      int[] labels,
      SourceColumns sourceColumns) {
    this(source, numbers, features, labels, sourceColumns, List.of());
  }

  /**
   * Copies rows of arrays.
   *
   * @param source names the rows in messages
   * @param names of the columns; empty when they have none
   * @param features [rows][columns]
   * @param labels one per row; null when there are none
   * @throws DataException when a row has another number of columns than the first
   */
  public static Table ofArrays(
      String source, List<String> names, double[][] features, int[] labels) {
    int columns = features.length == 0 ? 0 : features[0].length;
    for (int row = 0; row < features.length; row++) {
      if (features[row].length != columns) {
        throw new DataException(
            source
                + " row "
                + (row + 1)
                + ": expected "
                + columns
                + " columns as in row 1, actual "
                + features[row].length);
      }
    }
    if (!names.isEmpty() && names.size() != columns) {
      throw new DataException(
          source + ": expected " + columns + " names of columns, actual " + names.size());
    }
    SourceColumns array = SourceColumns.ofArray(columns);
    return new Table(
        source,
        numbered(features.length),
        Arrays.stream(features).map(double[]::clone).toArray(double[][]::new),
        labels == null ? null : labels.clone(),
        new SourceColumns(array.rowWord(), array.positions(), List.copyOf(names), false));
  }

  public int rows() {
    return features.length;
  }

  public int columns() {
    return features[0].length;
  }

  /** "FILE line 7" or "FILE row 7", for messages. */
  public String where(int row) {
    return source + " " + sourceColumns.rowWord() + " " + numbers[row];
  }

  /** "column 3 (width)", for messages. */
  public String columnName(int column) {
    return sourceColumns.describe(column);
  }

  /**
   * Checks all values.
   *
   * @param classes labels are 0 to {@code classes - 1}
   * @param missing whether features without a value are refused
   * @throws DataException at the first feature that is infinite or label that is no class, and when
   *     values are missing and may not be, with their number for each column
   */
  public Table requireValid(int classes, MissingValues missing) {
    MissingCells cells = new MissingCells(columns());
    for (int row = 0; row < features.length; row++) {
      for (int column = 0; column < features[row].length; column++) {
        if (Double.isNaN(features[row][column])) {
          if (cells.isEmpty()) {
            cells.add(column, where(row) + " " + columnName(column), "NaN");
          } else {
            cells.add(column);
          }
        } else if (Double.isInfinite(features[row][column])) {
          throw new DataException(
              String.format(
                  Locale.ROOT,
                  "%s %s: expected a finite number, actual %s; correct the value or remove the row",
                  where(row),
                  columnName(column),
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
    if (missing == MissingValues.REFUSE && !cells.isEmpty()) {
      throw cells.refusal(this::columnName);
    }
    return this;
  }

  /**
   * Requires the names of the training rows in their order, where both files have names.
   *
   * @param training what has them, for the message
   * @throws DataException at the first column of another name
   */
  public Table requireNames(List<String> wanted, String training) {
    List<String> actual = sourceColumns.names();
    int both = actual.isEmpty() ? 0 : Math.min(wanted.size(), actual.size());
    for (int column = 0; column < both; column++) {
      if (!wanted.get(column).equals(actual.get(column))) {
        throw new DataException(
            String.format(
                Locale.ROOT,
                "%s %s: expected the column %s as in %s; put the columns into the same order",
                source,
                columnName(column),
                Shown.quoted(wanted.get(column)),
                training));
      }
    }
    return this;
  }

  /**
   * This table with the columns of the training rows: the same, or where the file leaves out zeros,
   * with columns of zeros at the end.
   *
   * @param wanted columns of {@code training}
   * @param training what has them, for the message
   * @throws DataException when the columns are others
   */
  public Table withColumns(int wanted, String training) {
    if (columns() == wanted) {
      return this;
    }
    if (sourceColumns.sparse() && columns() < wanted) {
      double[][] wide =
          Arrays.stream(features).map(row -> Arrays.copyOf(row, wanted)).toArray(double[][]::new);
      int first = sourceColumns.positions()[0];
      SourceColumns wider =
          new SourceColumns(
              sourceColumns.rowWord(),
              IntStream.range(first, first + wanted).toArray(),
              sourceColumns.names(),
              true);
      return new Table(source, numbers, wide, labels, wider, classNames);
    }
    String advice =
        columns() == wanted + 1 && labels == null
            ? "; if a column holds labels or an index, remove it"
            : "";
    throw new DataException(
        String.format(
            Locale.ROOT,
            "%s: expected %d features as in %s, actual %d%s",
            source,
            wanted,
            training,
            columns(),
            advice));
  }

  /** These rows with one label for each. */
  public Table withLabels(LabelColumn.Classes classes) {
    return new Table(
        source, numbers, features, classes.labels(), sourceColumns, classes.classNames());
  }

  /**
   * These rows with the numbers that their labels have among the words of several files.
   *
   * @param names sorted words; of other words, or of numbers, this table is returned as it is
   */
  public Table inClasses(List<String> names) {
    if (labels == null || classNames.isEmpty() || !names.containsAll(classNames)) {
      return this;
    }
    int[] numbered = Arrays.stream(labels).map(i -> names.indexOf(classNames.get(i))).toArray();
    return new Table(source, numbers, features, numbered, sourceColumns, names);
  }

  /** These rows with other features. */
  public Table withFeatures(double[][] values) {
    return new Table(source, numbers, values, labels, sourceColumns, classNames);
  }

  /** Row numbers of a file without a header. */
  public static int[] numbered(int rows) {
    return IntStream.rangeClosed(1, rows).toArray();
  }

  /** Some of the rows, in the order given. */
  public Table select(int[] rows) {
    return new Table(
        source,
        Arrays.stream(rows).map(row -> numbers[row]).toArray(),
        Arrays.stream(rows).mapToObj(row -> features[row]).toArray(double[][]::new),
        labels == null ? null : Arrays.stream(rows).map(row -> labels[row]).toArray(),
        sourceColumns,
        classNames);
  }
}
