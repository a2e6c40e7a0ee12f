package org.hetal.owner.table.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.hetal.format.Shown;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Heap;
import org.hetal.owner.table.Labels;
import org.hetal.owner.table.PlainNumber;
import org.hetal.owner.table.SourceColumns;
import org.hetal.owner.table.Table;

/**
 * Rows in libsvm's format: a label, then {@code index:value} for what is not zero, indices from 1
 * ascending; {@code #} starts a comment. Plain or gzipped.
 */
public final class LibsvmReader {
  private static final int LARGEST_INDEX = 1 << 20;

  private final Path file;
  private final List<int[]> indices = new ArrayList<>();
  private final List<double[]> values = new ArrayList<>();
  private final List<Double> labels = new ArrayList<>();
  private final List<Integer> lines = new ArrayList<>();
  private int line;
  private int blank;
  private int width;

  private LibsvmReader(Path file) {
    this.file = file;
  }

  /**
   * Reads the file; it has as many columns as its largest index.
   *
   * @param classes labels are 0 to {@code classes - 1}; 0: the labels are not looked at
   * @throws DataException naming file, line and value of what is wrong
   */
  public static Table read(Path file, int classes) {
    LibsvmReader reader = new LibsvmReader(file);
    try (BufferedReader text = TextFile.open(file)) {
      for (String read = text.readLine(); read != null; read = text.readLine()) {
        reader.line++;
        reader.add(read);
      }
    } catch (IOException e) {
      throw TextFile.unreadable(file, reader.line, e);
    }
    return reader.table(classes);
  }

  private void add(String read) {
    int comment = read.indexOf('#');
    String text = (comment < 0 ? read : read.substring(0, comment)).strip();
    if (text.isEmpty()) {
      blank = comment < 0 && blank == 0 ? line : blank;
      return;
    }
    if (blank > 0) {
      throw new DataException(
          file
              + " line "
              + blank
              + ": expected a row, actual an empty line before others; delete it");
    }
    String[] fields = text.split("[ \t]+");
    labels.add(value(0, fields[0]));
    int[] rowIndices = new int[fields.length - 1];
    double[] rowValues = new double[fields.length - 1];
    int last = 0;
    for (int i = 1; i < fields.length; i++) {
      int colon = fields[i].indexOf(':');
      int index = index(fields[i], colon, last);
      rowIndices[i - 1] = index - 1;
      rowValues[i - 1] = value(index, fields[i].substring(colon + 1));
      last = index;
    }
    width = Math.max(width, last);
    indices.add(rowIndices);
    values.add(rowValues);
    lines.add(line);
  }

  private double value(int index, String text) {
    double value = PlainNumber.valueOrNaN(text);
    if (Double.isNaN(value) && !(index > 0 && text.equalsIgnoreCase("nan"))) {
      throw new DataException(
          where() + (index == 0 ? " label" : " index " + index) + ": " + PlainNumber.problem(text));
    }
    return value;
  }

  private int index(String field, int colon, int last) {
    if (colon < 1 || !field.substring(0, colon).matches("[0-9]{1,7}")) {
      throw new DataException(where() + ": expected INDEX:VALUE, actual " + Shown.quoted(field));
    }
    int index = Integer.parseInt(field.substring(0, colon));
    if (index == 0) {
      throw new DataException(
          where()
              + ": expected indices from 1, actual 0; in scikit-learn write with"
              + " dump_svmlight_file(..., zero_based=False)");
    }
    if (index <= last || index > LARGEST_INDEX) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: expected ascending indices of 1 to %d, actual %d after %d",
              where(),
              LARGEST_INDEX,
              index,
              last));
    }
    return index;
  }

  private Table table(int classes) {
    if (values.isEmpty() || width == 0) {
      throw new DataException(file + ": expected at least one row with a value, actual none");
    }
    Heap.require(file.toString(), values.size(), width);
    double[][] rows = new double[values.size()][width];
    for (int row = 0; row < rows.length; row++) {
      for (int i = 0; i < indices.get(row).length; i++) {
        rows[row][indices.get(row)[i]] = values.get(row)[i];
      }
    }
    SourceColumns columns =
        new SourceColumns("line", IntStream.rangeClosed(1, width).toArray(), List.of(), true);
    int[] checked =
        classes == 0
            ? null
            : Labels.check(
                labels.stream().mapToDouble(Double::doubleValue).toArray(),
                row -> file + " line " + lines.get(row) + " label",
                classes);
    return new Table(
        file.toString(),
        lines.stream().mapToInt(Integer::intValue).toArray(),
        rows,
        checked,
        columns);
  }

  private String where() {
    return file + " line " + line;
  }
}
