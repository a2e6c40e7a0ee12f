package org.hetal.owner.table.text;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Shown;
import org.hetal.owner.table.SourceColumns;

/**
 * The columns of a CSV file.
 *
 * @param names of all columns; empty when the file has no line of names
 * @param width columns, that of the labels counted
 * @param label column of the labels; below 0: none
 */
record CsvColumns(Path file, List<String> names, int width, int label) {
  /**
   * Finds the column of the labels.
   *
   * @param labelColumn a name, a number from 0, {@code last}, or {@link CsvReader#NO_LABEL}
   * @throws DataException when there is no such column, or no other
   */
  static CsvColumns of(Path file, List<String> names, int width, String labelColumn) {
    if (labelColumn.equals(CsvReader.NO_LABEL)) {
      return new CsvColumns(file, names, width, -1);
    }
    int index = names.indexOf(labelColumn);
    if (index < 0 && labelColumn.equals("last")) {
      index = width - 1;
    }
    if (index < 0 && labelColumn.matches("[0-9]{1,9}")) {
      index = Integer.parseInt(labelColumn);
    }
    if (index < 0 || index >= width || width < 2) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: data.label-column: expected a name, a number of 0 to %d or last, beside at least"
                  + " one feature; actual %s of %d columns%s",
              file,
              width - 1,
              Shown.quoted(labelColumn),
              width,
              names.isEmpty() ? " without names" : ", " + Shown.quoted(names)));
    }
    return new CsvColumns(file, names, width, index);
  }

  /** Columns that are features. */
  int features() {
    return label < 0 ? width : width - 1;
  }

  /** "column 3 (width)", for messages. */
  String describe(int column) {
    String name = names.isEmpty() ? "" : " (" + Shown.unquoted(names.get(column)) + ")";
    return "column " + column + name;
  }

  /** Where the features stand in the file. */
  SourceColumns source() {
    int[] positions = IntStream.range(0, width).filter(column -> column != label).toArray();
    List<String> featureNames =
        names.isEmpty() ? List.of() : IntStream.of(positions).mapToObj(names::get).toList();
    return new SourceColumns("line", positions, featureNames, false);
  }

  /**
   * Refuses a first column without a name that numbers the rows: pandas and R write an index so
   * unless they are told not to.
   */
  void requireNoIndex(List<double[]> rows) {
    boolean unnamed = !names.isEmpty() && names.get(0).matches("|Unnamed: 0");
    if (!unnamed || label == 0 || features() == 1) {
      return;
    }
    long different = rows.stream().mapToDouble(row -> row[0]).distinct().count();
    if (different == rows.size() && rows.stream().allMatch(row -> row[0] == Math.rint(row[0]))) {
      throw new DataException(
          file
              + " column 0: expected a feature, actual a first column without a name that numbers the"
              + " rows; remove it, in pandas with to_csv(..., index=False), in R with row.names ="
              + " FALSE");
    }
  }
}
