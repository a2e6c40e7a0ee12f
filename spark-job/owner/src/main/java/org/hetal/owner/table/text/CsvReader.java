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
import java.util.stream.IntStream;
import org.hetal.config.Settings;
import org.hetal.format.Shown;
import org.hetal.owner.table.Columns;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Heap;
import org.hetal.owner.table.LabelColumn;
import org.hetal.owner.table.Labels;
import org.hetal.owner.table.MissingCells;
import org.hetal.owner.table.PlainNumber;
import org.hetal.owner.table.Table;
import org.hetal.plan.MissingValues;

/**
 * Numbers in separated lines as RFC 4180 has them, plain or gzipped, with or without a line of
 * names ({@code data.header}). Quoted fields, a byte order mark, any of the three line ends, a last
 * line without one and empty lines at the end are read. An empty line between rows is refused: it
 * may be a row that was lost, and labels in a file of their own would no longer match.
 */
public final class CsvReader {
  private static final int MOST_FIELDS = 1 << 20;

  /** Characters; {@link #MOST_FIELDS} of 24 digits and more. */
  private static final int LONGEST_RECORD = 1 << 25;

  private final Path file;
  private final Settings.Data data;
  private final String labelColumn;
  private final List<double[]> rows = new ArrayList<>();
  private final List<Integer> lines = new ArrayList<>();
  private final LabelColumn labels = new LabelColumn();
  private final boolean onlyLabels;
  private Columns columns;
  private MissingCells missing;
  private String[] first;
  private boolean named;
  private int rowsEndingEmpty;
  private boolean plainIntegers;
  private long line;

  private CsvReader(Path file, Settings.Data data, String labelColumn, boolean onlyLabels) {
    this.file = file;
    this.data = data;
    this.labelColumn = labelColumn;
    this.onlyLabels = onlyLabels;
  }

  /**
   * Reads the file.
   *
   * @param data its header and separator, and the number of classes
   * @param labelColumn a name (with a header), a number from 0, {@code last}, or {@link
   *     Columns#NO_LABEL}
   * @param known the names of the classes of the training rows; null: these are the training rows
   * @throws DataException naming file, line, column and value of what is wrong, and the remedy
   */
  public static Table read(Path file, Settings.Data data, String labelColumn, List<String> known) {
    CsvReader reader = new CsvReader(file, data, labelColumn, false);
    reader.readAll();
    return reader.table(known);
  }

  /**
   * Reads a file of labels: one column of numbers or words, or one-hot columns.
   *
   * @param known as for {@link #read}
   * @throws DataException as {@link #read}
   */
  public static LabelColumn.Classes labels(Path file, Settings.Data data, List<String> known) {
    CsvReader reader = new CsvReader(file, data, Columns.NO_LABEL, true);
    reader.readAll();
    if (reader.columns != null && reader.columns.label() >= 0) {
      reader.requireRows();
      return reader.classes(known);
    }
    Table table = reader.table(known);
    return new LabelColumn.Classes(
        Labels.ofArray(file.toString(), "line", table.features(), table.numbers(), data.classes()),
        List.of());
  }

  private void readAll() {
    try (BufferedReader text = TextFile.open(file);
        var records = records(text, data.separator())) {
      readAll(records);
    } catch (IOException e) {
      throw TextFile.unreadable(file, line, e);
    } catch (UncheckedIOException e) {
      throw TextFile.unreadable(file, line, e.getCause());
    } catch (CsvParseException e) {
      throw new DataException(
          file
              + " after line "
              + line
              + ": expected fields, quoted ones with closed quotes, actual: "
              + e.getMessage(),
          e);
    }
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
    named =
        switch (data.header()) {
          case TRUE -> true;
          case FALSE -> false;
          case AUTO ->
              needsNames()
                  ? Arrays.stream(fields).anyMatch(CsvHeader::isName)
                  : CsvHeader.isNames(where(), fields, mayBeFeature(fields));
        };
    if (named) {
      columns = columns(CsvHeader.names(where(), fields), fields.length);
      missing = new MissingCells(columns.features().length);
    } else {
      columns = columns(List.of(), fields.length);
      missing = new MissingCells(columns.features().length);
      if (data.header() == Settings.Header.FALSE) {
        CsvHeader.requireRow(where(), fields, columns.label());
      }
      addRow(fields);
      plainIntegers = false;
    }
  }

  private Columns columns(List<String> names, int width) {
    String name = file.toString();
    return onlyLabels
        ? width == 1
            ? Columns.ofLabels(name, names)
            : new Columns(name, names, width, -1, IntStream.range(0, width).toArray())
        : Columns.of(name, names, width, labelColumn, data);
  }

  /** A column is chosen by its name. */
  private boolean needsNames() {
    return !onlyLabels
        && (Columns.isName(labelColumn)
            || data.dropColumns().stream().anyMatch(Columns::isName)
            || data.featureColumns().stream().anyMatch(Columns::isName));
  }

  /** The columns that hold numbers if the first line is a row. */
  private boolean[] mayBeFeature(String[] fields) {
    boolean[] out = new boolean[fields.length];
    if (onlyLabels) {
      Arrays.fill(out, fields.length > 1);
      return out;
    }
    for (int column : columns(List.of(), fields.length).features()) {
      out[column] = true;
    }
    return out;
  }

  private void addRow(String[] fields) {
    requireWidth(fields);
    boolean again = named && Arrays.equals(fields, first);
    if (again || (fields.length > 1 && Arrays.stream(fields).allMatch(CsvHeader::isName))) {
      throw new DataException(
          where()
              + ": expected a row, actual names"
              + (again ? " as in line 1" : ", " + Shown.quoted(Arrays.asList(fields)))
              + ", as when files are put together; delete the line");
    }
    double[] row = new double[columns.features().length];
    for (int feature = 0; feature < row.length; feature++) {
      row[feature] = feature(fields, feature);
    }
    if (columns.label() >= 0) {
      addLabel(fields);
    }
    rowsEndingEmpty += fields[fields.length - 1].isEmpty() ? 1 : 0;
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
              : rows.isEmpty() && named
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

  private double feature(String[] fields, int feature) {
    int column = columns.features()[feature];
    String text = fields[column];
    if (PlainNumber.isMissing(text) || data.missingWords().contains(text)) {
      if (missing.isEmpty()) {
        missing.add(feature, where(column), Shown.quoted(text));
      } else {
        missing.add(feature);
      }
      return Double.NaN;
    }
    double value = PlainNumber.valueOrNaN(text);
    if (Double.isNaN(value)) {
      throw notANumber(fields, column);
    }
    plainIntegers |= text.indexOf('.') < 0 && text.indexOf('e') < 0 && text.indexOf('E') < 0;
    return value;
  }

  private void addLabel(String[] fields) {
    int column = columns.label();
    String text = fields[column];
    boolean tooLarge = PlainNumber.is(text) && Double.isNaN(PlainNumber.valueOrNaN(text));
    boolean separated = fields.length == 1 && CsvSeparator.advice(text, data.separator()) != null;
    if (tooLarge || separated || (text.isEmpty() && column > 0)) {
      throw notANumber(fields, column);
    }
    if (PlainNumber.isMissing(text) || data.missingWords().contains(text)) {
      throw new DataException(
          where(column)
              + ": expected a label, actual "
              + Shown.quoted(text)
              + " (a missing value); remove the row, in pandas with dropna(), or if it is a class"
              + " give it another name");
    }
    labels.add(text);
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
    boolean mayBeNames = rows.isEmpty() && !named && CsvHeader.isName(text);
    return new DataException(
        where(column)
            + ": "
            + PlainNumber.problem(text)
            + (mayBeNames
                ? "; if the line holds names, set data.header = true"
                : CsvHeader.isName(text)
                    ? "; if the column holds words, leave it out with data.drop-columns"
                    : ""));
  }

  private void requireRows() {
    if (rows.isEmpty()) {
      throw new DataException(
          file
              + ": expected at least one row, actual "
              + (first == null ? "an empty file" : "only the line of names"));
    }
  }

  private Table table(List<String> known) {
    requireRows();
    requireNoColumnOfSeparators();
    if (data.missing() == MissingValues.REFUSE && !missing.isEmpty()) {
      throw missing.refusal(feature -> columns.describe(columns.features()[feature]));
    }
    boolean fractions = rows.size() > 1 && !plainIntegers;
    if (!named
        && columns.features().length == 2
        && fractions
        && CsvHeader.isNumbered(first, columns.label())) {
      throw CsvHeader.defaultNames(file + " line " + lines.get(0), first);
    }
    columns.requireNoIndex(rows);
    Heap.require(file.toString(), rows.size(), columns.features().length);
    Table table =
        new Table(
            file.toString(),
            lines.stream().mapToInt(Integer::intValue).toArray(),
            rows.toArray(double[][]::new),
            null,
            columns.source("line"));
    return columns.label() < 0 ? table : table.withLabels(classes(known));
  }

  /** A last column without any value: every line ends with a separator. */
  private void requireNoColumnOfSeparators() {
    int last = first.length - 1;
    boolean used = Arrays.stream(columns.features()).anyMatch(column -> column == last);
    if (used && last > 0 && rowsEndingEmpty == rows.size()) {
      throw new DataException(
          file + " line " + lines.get(0) + ": " + CsvHeader.trailing("a number", last));
    }
  }

  private LabelColumn.Classes classes(List<String> known) {
    return labels.classes(
        row -> file + " line " + lines.get(row) + " " + columns.describe(columns.label()),
        data.classes(),
        known);
  }

  private String where() {
    return file + " line " + line;
  }

  private String where(int column) {
    return where() + " " + columns.describe(column);
  }
}
