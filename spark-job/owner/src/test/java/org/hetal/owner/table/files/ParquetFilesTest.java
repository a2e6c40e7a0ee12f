package org.hetal.owner.table.files;

import static org.hetal.owner.table.files.DataFiles.assertRefused;
import static org.hetal.owner.table.files.DataFiles.read;
import static org.hetal.owner.table.files.DataFiles.resource;
import static org.hetal.owner.table.files.DataFiles.unlabelled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.hetal.owner.table.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that pandas, PyArrow and Spark wrote, see parquet/README.md. */
class ParquetFilesTest {
  private static final double[][] VALUES = {
    {0.5, -2, 3}, {1, 0, -0.25}, {7, 100, 2}, {-4, 8, 6},
  };
  private static final int[] LABELS = {2, 0, 1, 2};
  private static final List<String> KINDS = List.of("ant", "bee", "sky");

  private static final long MOST_BYTES = 64 << 20;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"pandas_columns.parquet", "pandas_category.parquet", "spark_columns"})
  void namedColumns_areReadWithWordsAsLabels(String name) {
    Table table = read(file(name), "label-column", "kind", "classes", "3");
    assertArrayEquals(VALUES, table.features());
    assertArrayEquals(LABELS, table.labels());
    assertEquals(KINDS, table.classNames());
    assertEquals(3, table.sourceColumns().names().size());
    assertEquals(file(name) + " row 1", table.where(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "arrays_snappy.parquet",
        "arrays_gzip.parquet",
        "arrays_zstd.parquet",
        "arrays_lz4.parquet",
        "arrays_none.parquet",
        "arrays_fixed_size.parquet",
        "spark_sparse"
      })
  void arraysAndVectors_areReadInEveryCompression(String name) {
    Table table = read(file(name), "classes", "3");
    assertArrayEquals(VALUES, table.features());
    assertArrayEquals(LABELS, table.labels());
    assertEquals("column 0 (features[2])", table.columnName(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"spark_arrays", "spark_arrays_legacy"})
  void arraysOfSpark_areReadInBothLayouts(String name) {
    Table table = read(file(name), "classes", "3");
    assertArrayEquals(VALUES, table.features());
    assertArrayEquals(LABELS, table.labels());
  }

  @Test
  void partFiles_areReadInTheOrderOfTheirNames() {
    Table table = read(file("spark_dense"), "classes", "3");
    assertArrayEquals(
        new double[][] {VALUES[1], VALUES[2], VALUES[0], VALUES[3]}, table.features());
    assertArrayEquals(new int[] {0, 1, 2, 2}, table.labels());
    assertEquals(file("spark_dense") + " row 4", table.where(3));
    Path part = file("spark_dense").resolve("part-00000.snappy.parquet");
    assertEquals(VALUES[1][0], read(part, "classes", "3").features()[0][0], "one part alone");
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.parquet", "types_v2_pages.parquet"})
  void numbersOfEveryType_areExact(String name) {
    Table table = read(file(name), "classes", "3");
    double[] first = {0.5, 0.5, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1.25, 1.25};
    double[] last = {
      -4, -4, 127, 32767, 0x1p31 - 1, 0x1p53, 255, 65535, 0x1p32 - 1, 0x1p64, 1, 9.99, 9.99
    };
    assertArrayEquals(first, table.features()[0]);
    assertArrayEquals(last, table.features()[3]);
    assertEquals(-0.5, table.features()[1][11]);
    assertArrayEquals(LABELS, table.labels());
  }

  /** The fuzzer found it: one run of encoded values claims to have billions. */
  @Test
  void runThatClaimsMoreMemoryThanJavaHas_isRefusedInOneLine() throws Exception {
    Path file = folder.resolve("claims.parquet");
    Files.copy(
        Path.of("src/test/resources/org/hetal/owner/fuzz/found/parquet/run_of_billions"), file);
    assertRefused(
        () -> unlabelled(file, "feature-columns", "features"),
        "claims.parquet",
        // The run claims 8 GiB.
        Runtime.getRuntime().maxMemory() < (8L << 30)
            ? "MiB of Java's memory, actual more"
            : "expected a whole Parquet file, actual",
        "copy or write");
  }

  @Test
  void byteStreamSplit_isReadAndItsChecksumIsVerified() throws Exception {
    assertEquals(7, read(file("byte_stream_split.parquet"), "classes", "3").features()[2][0]);
    byte[] bytes = Files.readAllBytes(file("byte_stream_split.parquet"));
    bytes[40] ^= 1;
    Path damaged = Files.write(folder.resolve("damaged.parquet"), bytes);
    assertRefused(
        () -> read(damaged, "classes", "3"),
        "damaged.parquet",
        "expected a whole Parquet file",
        "copy or write the file again");
  }

  /** The fuzzer found them: Parquet's reader allocates what the header of a page claims. */
  @ParameterizedTest
  @CsvSource({
    "page_of_two_gigabytes, expected pages within the, copy or write the file again",
    "dictionary_of_billions, expected a dictionary of column, copy or write the file again",
    "dictionary_behind_a_plaintext_footer, expected a Parquet file that is not encrypted, an encryption"
  })
  void sizesThatAFileCannotHave_areRefusedBeforeTheyAreAllocated(
      String name, String message, String more) throws Exception {
    Path found = Path.of("src/test/resources/org/hetal/owner/fuzz/found/parquet");
    Path file = folder.resolve("claims.parquet");
    Files.copy(found.resolve(name), file);
    ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    long before = memory.getThreadAllocatedBytes(thread);
    assertRefused(
        () -> unlabelled(file, "feature-columns", "features"), "claims.parquet: " + message, more);
    assertTrue(memory.getThreadAllocatedBytes(thread) - before < MOST_BYTES);
  }

  @Test
  void columns_areChosenByNameAndByNumber() {
    String[] label = {"label-column", "kind", "classes", "3"};
    assertArrayEquals(
        new double[] {3, 0.5},
        read(file("pandas_columns.parquet"), with(label, "feature-columns", "depth,0"))
            .features()[0]);
    assertArrayEquals(
        new double[] {0.5, 3},
        read(file("pandas_columns.parquet"), with(label, "drop-columns", "width")).features()[0]);
    assertArrayEquals(
        VALUES,
        read(file("pandas_index.parquet"), with(label, "drop-columns", "__index_level_0__"))
            .features());
    assertArrayEquals(
        VALUES, unlabelled(file("pandas_columns.parquet"), "drop-columns", "kind").features());
    assertRefused(
        () -> read(file("pandas_columns.parquet"), with(label, "drop-columns", "height")),
        "pandas_columns.parquet: data.drop-columns: expected names of its columns",
        "actual \"height\" of 4 columns, \"length, cm\", \"width\"");
    assertRefused(
        () -> read(file("pandas_columns.parquet"), with(label, "drop-columns", "kind")),
        "which data.label-column names as the labels");
    assertRefused(
        () -> read(file("pandas_columns.parquet"), with(label, "feature-columns", "width,1")),
        "actual \"1\", which is named before");
    assertRefused(
        () -> read(file("pandas_columns.parquet"), "label-column", "colour"),
        "data.label-column: expected a name",
        "actual \"colour\"");
  }

  @Test
  void missingValues_areRefusedWithTheirNumberInEachColumn() {
    String[] label = {"label-column", "kind", "classes", "3"};
    assertRefused(
        () -> read(file("pandas_missing.parquet"), label),
        "pandas_missing.parquet row 1 column 2 (depth): expected a finite number, actual NaN",
        "missing in all: 2 in column 1 (width), 1 in column 2 (depth)",
        "set data.missing = mean or zero");
    Table table = read(file("pandas_missing.parquet"), with(label, "missing", "mean"));
    assertEquals(Double.NaN, table.features()[2][1]);
    Table elements = read(file("spark_null_elements"), "missing", "zero");
    assertArrayEquals(new double[] {0.5, Double.NaN, 3}, elements.features()[0]);
    assertArrayEquals(new double[] {1, 0, Double.NaN}, elements.features()[1]);
    assertRefused(() -> read(file("spark_null_elements")), "row 1 column 0 (features[1])");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spark_null_array|row 2 column 0 (features): expected an array or vector, actual null",
        "spark_null_label|row 2 column 1 (kind): expected a label, actual null (a missing value)",
        "spark_partitioned|actual the folder kind=ant: partitionBy takes that column out",
        "arrays_ragged.parquet|row 2 column 0 (features): expected 2 numbers as in the first row,"
            + " actual 1",
        "arrays_brotli.parquet|compression BROTLI, which is not read",
        "pandas_dates.parquet|column 3 (kind): expected numbers, an array of numbers",
      })
  void whatIsNoTable_isRefused(String name, String message) {
    assertRefused(() -> read(file(name), "classes", "3"), name, message);
  }

  @Test
  void columnsThatAreNoNumbers_areRefusedWithTheRemedy() {
    String[] label = {"label-column", "kind", "classes", "3"};
    assertRefused(
        () -> read(file("pandas_dates.parquet"), label),
        "column 4 (day): expected numbers",
        "actual dates or times",
        "data.drop-columns");
    assertRefused(
        () -> read(file("pandas_columns.parquet"), "label-column", "width", "classes", "3"),
        "column 3 (kind)",
        "actual text",
        "get_dummies()");
    assertRefused(
        () -> read(file("spark_arrays"), "label-column", "features", "classes", "3"),
        "column 1 (kind)",
        "actual text");
    assertRefused(
        () -> unlabelled(file("spark_dense")),
        "expected one column of arrays or vectors",
        "data.feature-columns");
  }

  @Test
  void folders_thatAreUnfinishedOrOfOtherColumnsAreRefused() throws IOException {
    Path target = Files.createDirectory(folder.resolve("out"));
    Files.copy(file("pandas_columns.parquet"), target.resolve("part-0.parquet"));
    Files.copy(file("types.parquet"), target.resolve("part-1.parquet"));
    assertRefused(
        () -> read(target, "classes", "3"),
        "part-1.parquet: expected the columns of the first part file, \"length, cm\"",
        "actual \"f2\"");
    Files.delete(target.resolve("part-1.parquet"));
    assertEquals(4, read(target, "label-column", "kind", "classes", "3").rows());
    Files.createDirectory(target.resolve("_temporary"));
    assertRefused(() -> read(target, "classes", "3"), "actual one with _temporary");
  }

  private static String[] with(String[] pairs, String... more) {
    String[] out = java.util.Arrays.copyOf(pairs, pairs.length + more.length);
    System.arraycopy(more, 0, out, pairs.length, more.length);
    return out;
  }

  private static Path file(String name) {
    return resource("parquet/" + name);
  }
}
