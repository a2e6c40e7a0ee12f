package org.hetal.owner.table.files;

import static org.hetal.owner.table.files.DataFiles.assertRefused;
import static org.hetal.owner.table.files.DataFiles.read;
import static org.hetal.owner.table.files.DataFiles.resource;
import static org.hetal.owner.table.files.DataFiles.unlabelled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.hetal.owner.table.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that NumPy, pandas and scikit-learn wrote, see references/README.md. */
class ReferenceFilesTest {
  private static final double[][] VALUES = {
    {0.5, -2, 3}, {1, 0, -0.25}, {7, 100, 2}, {-4, 8, 6},
  };
  private static final double[][] COUNTS = {{0, 2, 3}, {1, 0, 25}, {7, 100, 2}, {4, 8, 6}};
  private static final int[] LABELS = {2, 0, 1, 2};

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "f2le.npy",
        "f2be.npy",
        "f4le.npy",
        "f4be.npy",
        "f8le.npy",
        "f8be.npy",
        "fortran.npy",
        "fortran_f2be.npy",
        "version1.npy",
        "version2.npy",
        "version3.npy",
        "one.npz",
        "savetxt.csv"
      })
  void floats_areReadInEveryForm(String name) {
    assertArrayEquals(VALUES, unlabelled(file(name)).features());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "i1.npy",
        "u1.npy",
        "i2le.npy",
        "i2be.npy",
        "u2le.npy",
        "u2be.npy",
        "i4le.npy",
        "i4be.npy",
        "u4le.npy",
        "u4be.npy",
        "i8le.npy",
        "i8be.npy",
        "u8le.npy",
        "u8be.npy"
      })
  void integers_areReadInEveryForm(String name) {
    assertArrayEquals(COUNTS, unlabelled(file(name)).features());
  }

  @Test
  void valuesAtTheEndsOfATypeAreExact() {
    assertArrayEquals(
        new double[][] {{0x1p64}, {0x1p63}, {5}}, unlabelled(file("u8_large.npy")).features());
    double[][] halves = unlabelled(file("half_special.npy")).features();
    assertArrayEquals(new double[][] {{65504}, {0x1p-24}, {-0.0}, {0.333251953125}}, halves);
    assertArrayEquals(
        new double[] {0, 0, 1}, unlabelled(file("b1.npy")).features()[0], "bool: 0, 2, 3 > 2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"labels.npy", "labels_column.npy", "labels_one_hot.npy", "two.npz#y"})
  void labels_areReadInEveryForm(String name) {
    Table table = read(file("f8le.npy"), "train.labels", name(name), "classes", "3");
    assertArrayEquals(LABELS, table.labels());
  }

  @Test
  void labels_ofBoolAreTwoClasses() {
    Table table = read(file("f8le.npy"), "train.labels", name("labels_bool.npy"));
    assertArrayEquals(new int[] {1, 0, 0, 1}, table.labels());
  }

  @Test
  void typesThatAreNoNumbers_areRefusedWithTheRemedy() {
    assertRefused(
        () -> read(file("f8le.npy"), "train.labels", name("labels_object.npy"), "classes", "3"),
        "labels_object.npy",
        "Python objects",
        "array.astype(np.int64)");
    assertRefused(
        () -> read(file("f8le.npy"), "train.labels", name("labels_text.npy"), "classes", "3"),
        "text (type <U1)",
        "return_inverse=True");
    assertRefused(() -> unlabelled(file("complex.npy")), "complex numbers", "array.real");
    assertRefused(() -> unlabelled(file("dates.npy")), "dates", "astype(np.int64)");
    assertRefused(
        () -> unlabelled(file("structured.npy")),
        "structured array with the fields length, Breite °",
        "structured_to_unstructured(array)");
    assertRefused(() -> unlabelled(file("long_double.npy")), "<f16", "array.astype(np.float64)");
  }

  @Test
  void archive_isReadByTheNameOfAnArray() {
    Table table =
        read(Path.of(name("two.npz#X")), "train.labels", name("two.npz#y"), "classes", "3");
    assertArrayEquals(VALUES, table.features());
    assertArrayEquals(LABELS, table.labels());
    assertRefused(() -> unlabelled(file("two.npz")), "\"X\", \"y\"", "actual no name", "two.npz#X");
    assertRefused(() -> unlabelled(Path.of(name("two.npz#Z"))), "\"X\", \"y\"", "actual \"Z\"");
    assertRefused(
        () -> unlabelled(Path.of(name("f8le.npy#X"))), "expected an .npz archive before #");
    assertRefused(
        () -> read(Path.of(name("two.npz#X")), "classes", "3"), "set labels to", "data.npz#y");
  }

  @Test
  void archiveRenamedToNpy_isReadByItsContent() throws Exception {
    Path renamed = Files.copy(file("two.npz"), folder.resolve("renamed.npy"));
    assertArrayEquals(VALUES, unlabelled(Path.of(renamed + "#X")).features());
    assertRefused(() -> unlabelled(renamed), "\"X\", \"y\"", "renamed.npy#X");
    Path array = Files.copy(file("f8le.npy"), folder.resolve("array.npz"));
    assertArrayEquals(VALUES, unlabelled(array).features());
  }

  @ParameterizedTest
  @ValueSource(strings = {"pandas.csv", "pandas_quoted.csv.gz", "pandas_bom.csv"})
  void csv_isReadByTheNamesOfItsColumns(String name) {
    Table table = read(file(name), "header", "true", "label-column", "kind", "classes", "3");
    assertArrayEquals(VALUES, table.features());
    assertArrayEquals(LABELS, table.labels());
    assertEquals(List.of("length, cm", "width", "depth"), table.sourceColumns().names());
    assertEquals(file(name) + " line 2", table.where(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"pandas_index.csv", "pandas_index_shuffled.csv"})
  void csv_withTheIndexOfPandasIsRefused(String name) {
    assertRefused(
        () -> read(file(name), "header", "true", "classes", "3"),
        name + " column 0",
        "numbers the rows",
        "index=False");
  }

  @Test
  void csv_withOtherSeparatorsIsReadWithTheSetting() {
    String[] tab = {"header", "true", "separator", "tab", "classes", "3"};
    assertArrayEquals(VALUES, read(file("pandas_tab.csv"), tab).features());
    assertArrayEquals(
        VALUES, unlabelled(file("savetxt_blank.csv"), "separator", "blank").features());
    String[] commas = {"header", "true", "classes", "3"};
    assertRefused(() -> read(file("pandas_tab.csv"), commas), "line 2", "data.separator = \"tab\"");
    assertRefused(
        () -> unlabelled(file("savetxt_blank.csv")), "line 1", "data.separator = \"blank\"");
    assertRefused(
        () -> read(file("pandas_european.csv"), commas),
        "data.separator = \";\"",
        "decimal points");
    assertRefused(
        () -> read(file("pandas_european.csv"), "header", "true", "separator", ";", "classes", "3"),
        "line 2 column 0 (length, cm)",
        "actual \"0,5\" (a decimal comma",
        "decimal=','");
  }

  @Test
  void csv_withDefaultNamesOfPandasIsReadAsNamesOnly() {
    Path file = file("pandas_default_names.csv");
    assertArrayEquals(VALUES, unlabelled(file, "header", "true").features());
    assertRefused(
        () -> unlabelled(file), "line 1", "\"0\", \"1\", \"2\"", "set data.header = false or true");
    assertRefused(() -> unlabelled(file, "header", "false"), "line 1", "set data.header = true");
    assertRefused(
        () -> unlabelled(file("savetxt.csv"), "header", "true"),
        "line 1",
        "actual numbers",
        "set data.header = false");
    assertRefused(
        () -> unlabelled(file("savetxt_comment.csv"), "header", "false"),
        "line 1",
        "\"# length\", \"width\"",
        "set data.header = true");
  }

  @Test
  void csv_withMissingValuesIsRefusedWithTheRemedy() {
    String[] names = {"header", "true", "classes", "3"};
    assertRefused(
        () -> read(file("pandas_missing.csv"), names),
        "line 4 column 1 (width): expected a finite number, actual \"\" (a missing value)",
        "missing in all: 1 in column 1 (width)",
        "dropna()",
        "set data.missing = mean or zero");
    assertRefused(
        () -> read(file("pandas_missing_word.csv"), names), "line 4 column 1 (width)", "\"NA\"");
    assertRefused(() -> read(file("pandas_utf16.csv"), names), "UTF-16", "UTF-8");
  }

  @Test
  void libsvm_isReadWithIndicesFromOne() {
    Table table = read(file("one_based.libsvm"), "classes", "3");
    assertArrayEquals(VALUES, table.features());
    assertArrayEquals(LABELS, table.labels());
    assertEquals("column 2", table.columnName(1), "as its index is written");
    assertRefused(
        () -> read(file("zero_based.libsvm"), "classes", "3"),
        "line 1: expected indices from 1, actual 0",
        "zero_based=False");
  }

  private static Path file(String name) {
    return resource("references/" + name);
  }

  private static String name(String name) {
    int member = name.indexOf('#');
    return member < 0
        ? file(name).toString()
        : file(name.substring(0, member)) + name.substring(member);
  }
}
