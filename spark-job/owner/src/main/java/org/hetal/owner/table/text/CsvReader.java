package org.hetal.owner.table.text;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.hetal.config.Settings;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Heap;
import org.hetal.owner.table.Labels;
import org.hetal.owner.table.Shown;
import org.hetal.owner.table.Table;

/**
 * Numbers in separated lines as RFC 4180 has them, plain or gzipped, with or without a line of
 * names ({@code data.header}). Quoted fields, a byte order mark, any of the three line ends, a last
 * line without one and empty lines at the end are read. An empty line between rows is refused: it
 * may be a row that was lost, and labels in a file of their own would no longer match.
 */
public final class CsvReader {
  /** No column holds labels. */
  public static final String NO_LABEL = "";

  private static final int MOST_FIELDS = 1 << 20;

  /** Characters; {@link #MOST_FIELDS} of 24 digits and more. */
  private static final int LONGEST_RECORD = 1 << 25;

  private final Path file;
  private final Settings.Data data;
  private final String labelColumn;
  private final List<double[]> rows = new ArrayList<>();
  private final List<Integer> lines = new ArrayList<>();
  private final List<Double> labels = new ArrayList<>();
  private CsvColumns columns;
  private String[] first;
  private boolean plainIntegers;
  private long line;

  private CsvReader(Path file, Settings.Data data, String labelColumn) {
    this.file = file;
    this.data = data;
    this.labelColumn = labelColumn;
  }

  /**
   * Reads the file.
   *
   * @param data its header and separator, and the number of classes
   * @param labelColumn a name (with a header), a number from 0, {@code last}, or {@link #NO_LABEL}
   * @throws DataException naming file, line, column and value of what is wrong, and the remedy
   */
  public static Table read(Path file, Settings.Data data, String labelColumn) {
    CsvReader reader = new CsvReader(file, data, labelColumn);
    try (BufferedReader text = TextFile.open(file);
        var records = records(text, data.separator())) {
      reader.readAll(records);
    } catch (IOException e) {
      throw TextFile.unreadable(file, reader.line, e);
    } catch (UncheckedIOException e) {
      throw TextFile.unreadable(file, reader.line, e.getCause());
    } catch (CsvParseException e) {
      throw new DataException(
          file
              + " after line "
              + reader.line
              + ": expected fields, quoted ones with closed quotes, actual: "
              + e.getMessage(),
          e);
    }
    return reader.table();
  }

  private static de.siegmar.fastcsv.reader.CsvReader<CsvRecord> records(
      BufferedReader text, char separator) {
    return de.siegmar.fastcsv.reader.CsvReader.builder()
        .fieldSeparator(separator)
        .skipEmptyLines(false)
        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
        .trimWhitespacesAroundQuotes(true)
        .allowUnclosedQuote(false)
        .build(
            CsvRecordHandler.of(
                limits -> limits.maxFields(MOST_FIELDS).maxRecordSize(LONGEST_RECORD)),
            text);
  }

  private void readAll(Iterable<CsvRecord> records) {
    long blank = 0;
    for (CsvRecord read : records) {
      line = read.getStartingLineNumber();
      String[] fields = read.getFields().stream().map(String::strip).toArray(String[]::new);
      if (fields.length == 1 && fields[0].isEmpty()) {
        blank = blank == 0 ? line : blank;
        continue;
      }
      if (blank > 0) {
        throw new DataException(
            file
                + " line "
                + blank
                + ": expected a row, actual an empty line before others; delete it, or put back the"
                + " row that is missing");
      }
      if (first == null) {
        start(fields);
      } else {
        addRow(fields);
      }
    }
  }

  private void start(String[] fields) {
    first = fields;
    String advice = fields.length == 1 ? CsvSeparator.advice(fields[0], data.separator()) : null;
    if (advice != null) {
      throw new DataException(where() + ": " + advice);
    }
    if (data.header()) {
      List<String> names = CsvHeader.names(where(), fields);
      columns = CsvColumns.of(file, names, fields.length, labelColumn);
    } else {
      columns = CsvColumns.of(file, List.of(), fields.length, labelColumn);
      CsvHeader.requireRow(where(), fields, columns.label());
      addRow(fields);
      plainIntegers = false;
    }
  }

  private void addRow(String[] fields) {
    requireWidth(fields);
    boolean again = data.header() && Arrays.equals(fields, first);
    if (again || (fields.length > 1 && Arrays.stream(fields).allMatch(CsvHeader::isName))) {
      throw new DataException(
          where()
              + ": expected a row, actual names"
              + (again ? " as in line 1" : ", " + Shown.quoted(Arrays.asList(fields)))
              + ", as when files are put together; delete the line");
    }
    double[] row = new double[columns.features()];
    int at = 0;
    for (int column = 0; column < fields.length; column++) {
      if (column == columns.label()) {
        labels.add(label(fields));
      } else {
        row[at++] = feature(fields, column);
      }
    }
    rows.add(row);
    lines.add((int) Math.min(line, Integer.MAX_VALUE));
    if ((rows.size() & 0xfff) == 0) {
      Heap.require(file.toString(), rows.size(), row.length);
    }
  }

  private void requireWidth(String[] fields) {
    int width = first.length;
    if (fields.length == width) {
      if (width > 1 && Arrays.stream(fields).allMatch(String::isEmpty)) {
        throw new DataException(
            where()
                + ": expected a row, actual only empty fields, as spreadsheets write for rows that"
                + " were cleared; delete the line");
      }
      return;
    }
    String advice = "";
    for (String field : Arrays.asList(first[width - 1], fields[0], fields[fields.length - 1])) {
      String separated = CsvSeparator.advice(field, data.separator());
      if (separated != null) {
        throw new DataException(where() + ": " + separated);
      }
    }
    if (fields.length == width + 1) {
      advice =
          fields[width].isEmpty()
              ? "; if every line but the first ends with a separator, remove it"
              : rows.isEmpty() && data.header()
                  ? "; if the first column holds row names, remove it, in R with row.names = FALSE"
                  : "";
    }
    throw new DataException(
        String.format(
            Locale.ROOT,
            "%s: expected %d columns as in line 1, actual %d%s",
            where(),
            width,
            fields.length,
            advice));
  }

  private double feature(String[] fields, int column) {
    String text = fields[column];
    double value = PlainNumber.valueOrNaN(text);
    if (Double.isNaN(value)) {
      throw notANumber(fields, column);
    }
    plainIntegers |= text.indexOf('.') < 0 && text.indexOf('e') < 0 && text.indexOf('E') < 0;
    return value;
  }

  private double label(String[] fields) {
    int column = columns.label();
    String text = fields[column];
    double value = PlainNumber.valueOrNaN(text);
    if (!Double.isNaN(value)) {
      return value;
    }
    if (PlainNumber.is(text)
        || PlainNumber.isMissing(text)
        || CsvSeparator.advice(text, data.separator()) != null) {
      throw notANumber(fields, column);
    }
    throw new DataException(
        where(column)
            + ": expected a whole number as label, actual "
            + Shown.quoted(text)
            + "; give each class a number from 0, in pandas with factorize()");
  }

  /** Says the most likely reason. */
  private DataException notANumber(String[] fields, int column) {
    String text = fields[column];
    String advice = CsvSeparator.advice(text, data.separator());
    if (advice != null) {
      return new DataException(where(column) + ": " + advice);
    }
    if (text.isEmpty() && column == fields.length - 1) {
      return new DataException(where() + ": " + CsvHeader.trailing("a number", column));
    }
    boolean mayBeNames = rows.isEmpty() && !data.header() && CsvHeader.isName(text);
    return new DataException(
        where(column)
            + ": "
            + PlainNumber.problem(text)
            + (mayBeNames ? "; if the line holds names, set data.header = true" : ""));
  }

  private Table table() {
    if (rows.isEmpty()) {
      throw new DataException(
          file
              + ": expected at least one row, actual "
              + (first == null ? "an empty file" : "only the line of names"));
    }
    boolean fractions = rows.size() > 1 && !plainIntegers;
    if (!data.header()
        && columns.features() == 2
        && fractions
        && CsvHeader.isNumbered(first, columns.label())) {
      throw CsvHeader.defaultNames(file + " line " + lines.get(0), first);
    }
    columns.requireNoIndex(rows);
    Heap.require(file.toString(), rows.size(), columns.features());
    return new Table(
        file.toString(),
        lines.stream().mapToInt(Integer::intValue).toArray(),
        rows.toArray(double[][]::new),
        columns.label() < 0 ? null : labels(),
        columns.source());
  }

  private int[] labels() {
    return Labels.check(
        labels.stream().mapToDouble(Double::doubleValue).toArray(),
        row -> file + " line " + lines.get(row) + " " + columns.describe(columns.label()),
        data.classes());
  }

  private String where() {
    return file + " line " + line;
  }

  private String where(int column) {
    return where() + " " + columns.describe(column);
  }
}
