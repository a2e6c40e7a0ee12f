package org.hetal.owner.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import org.hetal.config.Settings;
import org.hetal.format.Shown;

/**
 * The columns of a file that has labels and features side by side, as {@code data.label-column},
 * {@code data.feature-columns} and {@code data.drop-columns} choose them.
 *
 * @param file for messages
 * @param names of all columns; empty when the file has none
 * @param width columns, that of the labels and those that are not used counted
 * @param label column of the labels; below 0: none
 * @param features columns of the features, in the order of the features
 */
public record Columns(String file, List<String> names, int width, int label, int[] features) {
  /** No column holds labels. */
  public static final String NO_LABEL = "";

  /**
   * Finds the columns.
   *
   * @param labelColumn a name, a number from 0, {@code last}, or {@link #NO_LABEL}
   * @param data its columns to use and to leave out
   * @throws DataException when there is no such column, one is chosen twice, or no feature is left
   */
  public static Columns of(
      String file, List<String> names, int width, String labelColumn, Settings.Data data) {
    int label = labelColumn.equals(NO_LABEL) ? -1 : label(file, names, width, labelColumn);
    Set<Integer> dropped = new HashSet<>();
    for (String column : data.dropColumns()) {
      int index = find(file, "data.drop-columns", names, width, column);
      if (index == label) {
        throw new DataException(
            file
                + ": data.drop-columns: expected columns of features, actual "
                + Shown.quoted(column)
                + ", which data.label-column names as the labels");
      }
      dropped.add(index);
    }
    List<Integer> features = new ArrayList<>();
    for (String column : data.featureColumns()) {
      int index = find(file, "data.feature-columns", names, width, column);
      if (index == label || dropped.contains(index) || features.contains(index)) {
        throw new DataException(
            String.format(
                Locale.ROOT,
                "%s: data.feature-columns: expected each column of features once, actual %s, which is"
                    + " %s; remove it from one of the settings",
                file,
                Shown.quoted(column),
                index == label
                    ? "the label column"
                    : dropped.contains(index) ? "in data.drop-columns" : "named before"));
      }
      features.add(index);
    }
    if (data.featureColumns().isEmpty()) {
      IntStream.range(0, width)
          .filter(column -> column != label && !dropped.contains(column))
          .forEach(features::add);
    }
    if (features.isEmpty()) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: expected at least one column of features beside the labels and data.drop-columns,"
                  + " actual none of %d columns%s",
              file,
              width,
              shown(names)));
    }
    int[] positions = features.stream().mapToInt(Integer::intValue).toArray();
    return new Columns(file, names, width, label, positions);
  }

  /** The one column of a file of labels. */
  public static Columns ofLabels(String file, List<String> names) {
    return new Columns(file, names, 1, 0, new int[0]);
  }

  /** A name of a column, and no number and not {@code last}: only a file with names has it. */
  public static boolean isName(String column) {
    return !column.equals(NO_LABEL) && !column.equals("last") && !column.matches("[0-9]{1,9}");
  }

  private static int label(String file, List<String> names, int width, String labelColumn) {
    int index =
        labelColumn.equals("last") && !names.contains(labelColumn)
            ? width - 1
            : index(names, width, labelColumn);
    if (index < 0 || width < 2) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: data.label-column: expected a name, a number of 0 to %d or last, beside at least"
                  + " one feature; actual %s of %d columns%s",
              file,
              width - 1,
              Shown.quoted(labelColumn),
              width,
              shown(names)));
    }
    return index;
  }

  private static int find(
      String file, String setting, List<String> names, int width, String column) {
    int index = index(names, width, column);
    if (index < 0) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: %s: expected names of its columns or numbers of 0 to %d, actual %s of %d"
                  + " columns%s",
              file,
              setting,
              width - 1,
              Shown.quoted(column),
              width,
              shown(names)));
    }
    return index;
  }

  /** Below 0: there is none. */
  private static int index(List<String> names, int width, String column) {
    int index = names.indexOf(column);
    if (index < 0 && column.matches("[0-9]{1,9}")) {
      index = Integer.parseInt(column);
    }
    return index < width ? index : -1;
  }

  private static String shown(List<String> names) {
    return names.isEmpty() ? " without names" : ", " + Shown.quoted(names);
  }

  /** "column 3 (width)", for messages. */
  public String describe(int column) {
    String name = names.isEmpty() ? "" : " (" + Shown.unquoted(names.get(column)) + ")";
    return "column " + column + name;
  }

  /**
   * Where the features stand in the file.
   *
   * @param rowWord what a row's number counts, "line" or "row"
   */
  public SourceColumns source(String rowWord) {
    List<String> featureNames =
        names.isEmpty() ? List.of() : Arrays.stream(features).mapToObj(names::get).toList();
    return new SourceColumns(rowWord, features, featureNames, false);
  }

  /**
   * Refuses a first column without a name that numbers the rows: pandas and R write an index so
   * unless they are told not to.
   */
  public void requireNoIndex(List<double[]> rows) {
    boolean unnamed = !names.isEmpty() && names.get(0).matches("|Unnamed: 0");
    if (!unnamed || features.length < 2 || features[0] != 0) {
      return;
    }
    long different = rows.stream().mapToDouble(row -> row[0]).distinct().count();
    if (different == rows.size() && rows.stream().allMatch(row -> row[0] == Math.rint(row[0]))) {
      throw new DataException(
          file
              + " column 0: expected a feature, actual a first column without a name that numbers the"
              + " rows; set data.drop-columns = 0, or remove it, in pandas with to_csv(...,"
              + " index=False), in R with row.names = FALSE");
    }
  }
}
