package org.hetal.owner.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * Numbers in comma-separated lines, plain or gzipped ({@code .gz}), with or without a line of
 * names. Empty lines are an error, not skipped.
 */
final class CsvReader {
  /** No column holds labels. */
  static final String NO_LABEL = "";

  private CsvReader() {}

  /**
   * @param labelColumn a name (with a header), a number from 0, {@code last}, or {@link #NO_LABEL}
   */
  static Table read(Path file, boolean header, String labelColumn) {
    try (BufferedReader in = open(file)) {
      String line0 = header ? in.readLine() : null;
      String[] names = line0 == null ? null : fields(line0);
      List<double[]> rows = new ArrayList<>();
      List<Integer> labels = new ArrayList<>();
      int line = header ? 1 : 0;
      int width = names == null ? -1 : names.length;
      int label = -2;
      for (String text = in.readLine(); text != null; text = in.readLine()) {
        line++;
        String[] fields = fields(text);
        width = width < 0 ? fields.length : width;
        if (fields.length != width) {
          throw new DataException(
              String.format(
                  Locale.ROOT,
                  "%s row %d: expected %d columns, actual %d",
                  file,
                  line,
                  width,
                  fields.length));
        }
        label = label == -2 ? labelIndex(file, names, labelColumn, width) : label;
        rows.add(features(file, line, fields, label));
        if (label >= 0) {
          String where = String.format(Locale.ROOT, "%s row %d column %d", file, line, label);
          labels.add(label(where, number(where, fields[label])));
        }
      }
      int first = header ? 2 : 1;
      return new Table(
          file.toString(),
          IntStream.range(first, first + rows.size()).toArray(),
          rows.toArray(double[][]::new),
          label >= 0 ? labels.stream().mapToInt(Integer::intValue).toArray() : null);
    } catch (IOException | UncheckedIOException e) {
      throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static BufferedReader open(Path file) throws IOException {
    InputStream in = Files.newInputStream(file);
    try {
      InputStream plain = file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
      return new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8));
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  private static String[] fields(String line) {
    String[] fields = line.split(",", -1);
    for (int i = 0; i < fields.length; i++) {
      String field = fields[i].strip();
      boolean quoted = field.length() >= 2 && field.startsWith("\"") && field.endsWith("\"");
      fields[i] = quoted ? field.substring(1, field.length() - 1) : field;
    }
    return fields;
  }

  private static int labelIndex(Path file, String[] names, String column, int width) {
    if (column.equals(NO_LABEL)) {
      return -1;
    }
    int index = names == null ? -1 : Arrays.asList(names).indexOf(column);
    if (index < 0 && column.equals("last")) {
      index = width - 1;
    }
    if (index < 0 && column.matches("[0-9]{1,9}")) {
      index = Integer.parseInt(column);
    }
    if (index < 0 || index >= width || width < 2) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: label column: expected a name, a number of 0 to %d or last, beside at least one"
                  + " feature; actual %s of %d columns",
              file,
              width - 1,
              column,
              width));
    }
    return index;
  }

  private static double[] features(Path file, int line, String[] fields, int label) {
    double[] out = new double[label >= 0 ? fields.length - 1 : fields.length];
    int at = 0;
    for (int column = 0; column < fields.length; column++) {
      if (column != label) {
        out[at++] =
            number(
                String.format(Locale.ROOT, "%s row %d column %d", file, line, column),
                fields[column]);
      }
    }
    return out;
  }

  private static double number(String where, String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new DataException(where + ": expected a number, actual \"" + text + "\"", e);
    }
  }

  static int label(String where, double value) {
    if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
      throw new DataException(where + ": expected a whole number as label, actual " + value);
    }
    return (int) value;
  }
}
