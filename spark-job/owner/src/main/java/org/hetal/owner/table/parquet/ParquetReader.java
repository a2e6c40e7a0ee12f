package org.hetal.owner.table.parquet;

import static java.util.stream.Collectors.toSet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.crypto.ParquetCryptoRuntimeException;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.hetal.config.Settings;
import org.hetal.format.Shown;
import org.hetal.he.IoReason;
import org.hetal.owner.table.Columns;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Heap;
import org.hetal.owner.table.LabelColumn;
import org.hetal.owner.table.SourceColumns;
import org.hetal.owner.table.Table;

/**
 * Rows of a Parquet file or of the part files of a folder, in the order of their names. Columns of
 * numbers, arrays and vectors are put side by side; the label is a column of numbers or words. A
 * null in a column of numbers is a missing value.
 */
public final class ParquetReader {
  private final Path path;
  private final Settings.Data data;
  private final String labelColumn;
  private final List<double[]> rows = new ArrayList<>();
  private final LabelColumn labels = new LabelColumn();
  private MessageType schema; // null: no part was opened yet
  private Columns columns;
  private int[] widths; // of each feature column; null: no row was read yet
  private Path part;
  private long row; // in the part, from 1
  private long total; // rows of all parts

  private ParquetReader(Path path, Settings.Data data, String labelColumn) {
    this.path = path;
    this.data = data;
    this.labelColumn = labelColumn;
  }

  /**
   * Reads the rows.
   *
   * @param path a file, or a folder of part files
   * @param labelColumn a name, a number from 0, {@code last}, or {@link Columns#NO_LABEL}
   * @param known the names of the classes of the training rows; null: these are the training rows
   * @throws DataException naming file, row, column and value of what is wrong, and the remedy
   */
  public static Table read(Path path, Settings.Data data, String labelColumn, List<String> known) {
    ParquetReader reader = new ParquetReader(path, data, labelColumn);
    for (Path part : ParquetParts.of(path)) {
      reader.readPart(part);
    }
    return reader.table(known);
  }

  private void readPart(Path file) {
    part = file;
    row = 0;
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new Codecs())
            .usePageChecksumVerification(true)
            .build();
    try (ParquetFileReader reader = new ParquetFileReader(new LocalInputFile(file), options)) {
      MessageType whole = reader.getFooter().getFileMetaData().getSchema();
      requireInside(reader.getFooter().getBlocks(), Files.size(file));
      open(whole);
      long count = reader.getRecordCount();
      total += count;
      if (count < 0 || total > Integer.MAX_VALUE) {
        throw new DataException(
            path + ": expected at most " + Integer.MAX_VALUE + " rows, actual " + total);
      }
      if (widths == null) {
        Heap.require(path.toString(), total, columns.features().length);
      } else {
        Heap.require(path.toString(), total, IntStream.of(widths).sum());
      }
      readRows(reader, whole);
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException(
          file + ": expected a whole Parquet file, actual: " + IoReason.of(e), e);
    } catch (UnsupportedOperationException | ParquetCryptoRuntimeException e) {
      throw new DataException(
          file
              + ": expected a Parquet file that is not encrypted, compressed with snappy, gzip, zstd,"
              + " lz4_raw or not at all; actual: "
              + oneLine(e),
          e);
    } catch (RuntimeException e) {
      // The library finds damage in many ways.
      throw new DataException(
          file
              + (row > 0 ? " row " + row : "")
              + ": expected a whole Parquet file, actual a damaged one: "
              + oneLine(e)
              + "; copy or write the file again",
          e);
    } catch (OutOfMemoryError e) {
      // The library allocates what an encoded run of values claims, up to 16 GiB. The memory of the
      // rows themselves was checked before.
      throw new DataException(
          file
              + (row > 0 ? " row " + row : "")
              + ": expected values that fit into the "
              + (Runtime.getRuntime().maxMemory() >> 20)
              + " MiB of Java's memory, actual more; give Java more, such as"
              + " JAVA_TOOL_OPTIONS=-Xmx16g, or, if the file is small, copy or write it again:"
              + " it is damaged",
          e);
    }
  }

  private static String oneLine(RuntimeException e) {
    Throwable cause = e;
    while (cause.getCause() != null && cause.getMessage() == null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return Shown.oneLine(message.replaceAll("[a-z.]+LocalInputFile@[0-9a-f]+", "it"));
  }

  /** Sizes that the file claims are checked before anything of that size is allocated. */
  private void requireInside(List<BlockMetaData> blocks, long length) {
    for (BlockMetaData block : blocks) {
      for (ColumnChunkMetaData chunk : block.getColumns()) {
        long start = chunk.getStartingPos();
        long size = chunk.getTotalSize();
        if (start < 0 || size < 0 || size > length || start > length - size) {
          throw new DataException(
              String.format(
                  Locale.ROOT,
                  "%s: expected columns within the %d bytes of the file, actual %s at %d with %d"
                      + " bytes; copy or write the file again",
                  part,
                  length,
                  Shown.quoted(chunk.getPath().toDotString()),
                  start,
                  size));
        }
      }
    }
  }

  private void open(MessageType whole) {
    List<String> names = whole.getFields().stream().map(Type::getName).toList();
    if (schema == null) {
      schema = whole;
      if (names.stream().distinct().count() < names.size()) {
        throw new DataException(
            part + ": expected a different name for each column, actual " + Shown.quoted(names));
      }
      columns = Columns.of(path.toString(), names, names.size(), labelColumn, data);
    } else if (!names.equals(columns.names())) {
      throw new DataException(
          part
              + ": expected the columns of the first part file, "
              + Shown.quoted(columns.names())
              + "; actual "
              + Shown.quoted(names));
    }
    requireForms(whole);
  }

  private void requireForms(MessageType whole) {
    int lists = 0;
    for (int column : columns.features()) {
      Type type = whole.getType(column);
      ColumnForm form = ColumnForm.of(type);
      if (form == ColumnForm.TEXT || form == ColumnForm.OTHER) {
        throw new DataException(
            part
                + " "
                + columns.describe(column)
                + ": expected numbers, an array of numbers or a vector of Spark ML, actual "
                + ColumnForm.problem(type));
      }
      lists += form == ColumnForm.NUMBER ? 0 : 1;
    }
    if (lists > 0 && columns.features().length > 1 && data.featureColumns().isEmpty()) {
      throw new DataException(
          part
              + ": expected one column of arrays or vectors, or columns of numbers; actual both or"
              + " several: "
              + Shown.quoted(
                  IntStream.of(columns.features()).mapToObj(columns.names()::get).toList())
              + "; name those to use in data.feature-columns");
    }
    if (columns.label() >= 0) {
      ColumnForm form = ColumnForm.of(whole.getType(columns.label()));
      if (form != ColumnForm.NUMBER && form != ColumnForm.TEXT) {
        throw new DataException(
            part
                + " "
                + columns.describe(columns.label())
                + ": expected numbers or words as labels, actual another type; set"
                + " data.label-column to the column of the labels");
      }
    }
  }

  private void readRows(ParquetFileReader reader, MessageType whole) throws IOException {
    TreeSet<Integer> wanted = new TreeSet<>(IntStream.of(columns.features()).boxed().toList());
    if (columns.label() >= 0) {
      wanted.add(columns.label());
    }
    List<Integer> read = List.copyOf(wanted);
    MessageType projected =
        new MessageType(whole.getName(), read.stream().map(whole::getType).toList());
    reader.setRequestedSchema(projected);
    FileMetaData.EncryptionType encryption =
        reader.getFooter().getFileMetaData().getEncryptionType();
    if (encryption != FileMetaData.EncryptionType.UNENCRYPTED) {
      // The library would read such a file if none of its columns is encrypted.
      throw new UnsupportedOperationException("a footer that names an encryption");
    }
    Set<String> names = projected.getFields().stream().map(Type::getName).collect(toSet());
    PageSizes.requireInside(part, reader.getFooter().getBlocks(), names);
    RowMaterializer materializer =
        new RowMaterializer(projected, column -> where() + columns.describe(read.get(column)));
    int[] features = IntStream.of(columns.features()).map(read::indexOf).toArray();
    for (PageReadStore pages = reader.readNextRowGroup();
        pages != null;
        pages = reader.readNextRowGroup()) {
      RecordReader<Void> records =
          new ColumnIOFactory().getColumnIO(projected, whole).getRecordReader(pages, materializer);
      for (long i = 0; i < pages.getRowCount(); i++) {
        row++;
        records.read();
        addRow(materializer, features);
        if (columns.label() >= 0) {
          addLabel(materializer, read.indexOf(columns.label()));
        }
      }
    }
  }

  private void addRow(RowMaterializer materializer, int[] features) {
    int[] actual = new int[features.length];
    for (int feature = 0; feature < features.length; feature++) {
      Numbers numbers = materializer.numbers(features[feature]);
      boolean single = form(feature) == ColumnForm.NUMBER;
      if (single && !numbers.isPresent()) {
        numbers.add(Double.NaN);
      }
      actual[feature] = numbers.size();
      if (!numbers.isPresent()) {
        throw new DataException(
            where()
                + columns.describe(columns.features()[feature])
                + ": expected an array or vector, actual null; remove the row, in Spark with"
                + " na.drop()");
      }
    }
    if (widths == null) {
      widths = actual;
      Heap.require(path.toString(), total, IntStream.of(widths).sum());
    }
    double[] out = new double[IntStream.of(widths).sum()];
    int at = 0;
    for (int feature = 0; feature < features.length; feature++) {
      if (actual[feature] != widths[feature]) {
        throw new DataException(
            where()
                + columns.describe(columns.features()[feature])
                + ": expected "
                + widths[feature]
                + " numbers as in the first row, actual "
                + actual[feature]);
      }
      materializer.numbers(features[feature]).copyTo(out, at);
      at += widths[feature];
    }
    rows.add(out);
  }

  private ColumnForm form(int feature) {
    return ColumnForm.of(schema.getType(columns.features()[feature]));
  }

  private void addLabel(RowMaterializer materializer, int column) {
    Numbers numbers = materializer.numbers(column);
    String text = materializer.text(column);
    if (text != null) {
      labels.add(text);
    } else if (numbers.isPresent() && !Double.isNaN(numbers.get(0))) {
      labels.add(numbers.get(0));
    } else {
      throw new DataException(
          where()
              + columns.describe(columns.label())
              + ": expected a label, actual "
              + (numbers.isPresent() ? "NaN" : "null")
              + " (a missing value); remove the row, in Spark with na.drop()");
    }
  }

  private String where() {
    return part + " row " + row + " ";
  }

  private Table table(List<String> known) {
    if (rows.isEmpty()) {
      throw new DataException(path + ": expected at least one row, actual none");
    }
    Table table =
        new Table(
            path.toString(),
            Table.numbered(rows.size()),
            rows.toArray(double[][]::new),
            null,
            source());
    return columns.label() < 0
        ? table
        : table.withLabels(
            labels.classes(
                index -> path + " row " + (index + 1) + " " + columns.describe(columns.label()),
                data.classes(),
                known));
  }

  /** An element of an array has the name NAME[INDEX]. */
  private SourceColumns source() {
    List<Integer> positions = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int feature = 0; feature < widths.length; feature++) {
      int column = columns.features()[feature];
      boolean single = form(feature) == ColumnForm.NUMBER;
      for (int i = 0; i < widths[feature]; i++) {
        positions.add(column);
        names.add(columns.names().get(column) + (single ? "" : "[" + i + "]"));
      }
    }
    return new SourceColumns(
        "row", positions.stream().mapToInt(Integer::intValue).toArray(), names, false);
  }
}
