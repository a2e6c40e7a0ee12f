package org.hetal.owner.table.files;

import static org.hetal.owner.table.files.DataFiles.assertRefused;
import static org.hetal.owner.table.files.DataFiles.data;
import static org.hetal.owner.table.files.DataFiles.resource;
import static org.hetal.owner.table.files.DataFiles.unlabelled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hetal.owner.data.Preparation;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.table.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the readers do with the files of field-cases, see the README there. */
class FieldCasesTest {
  private static final Table BASE = labelled("base/base.csv");

  // Cases 02 to 04, 07, 08: arrays that NumPy writes.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "base/x.npy",
        "03/fortran.npy",
        "04/big.npy",
        "07/dquote.npy",
        "07/order.npy",
        "08/py2.npy",
        "08/trail.npy",
        "08/v2.npy",
        "08/v3.npy"
      })
  void arraysOfAnyForm_areRead(String name) {
    assertArrayEquals(BASE.features(), unlabelled(file(name)).features());
  }

  @Test
  void case02_float16IsReadAsRounded() {
    double[][] rows = unlabelled(file("02/f2.npy")).features();
    for (int row = 0; row < rows.length; row++) {
      assertArrayEquals(BASE.features()[row], rows[row], 1e-3);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "06/struct.npy|a structured array with the fields a, b, c, d|structured_to_unstructured",
        "08/empty.npy|expected sides of 1 to 2147483647|(0, 4)",
        "08/hugeempty.npy|expected sides of 1 to 2147483647|(2147483647, 0)",
        "08/nocols.npy|expected sides of 1 to 2147483647|(150, 0)",
        "08/three_d.npy|1 or 2 dimensions, actual shape (150, 2, 2)|array.reshape",
        "08/zero_d.npy|1 or 2 dimensions, actual shape ()|a single value",
        "09/data.npz|\"X\", \"y\"|data.npz#X",
        "09/renamed.npy|\"X\", \"y\"|renamed.npy#X",
        "27/x.parquet|expected a whole Parquet file|length is too low: 4",
      })
  void arraysWithoutAMatrix_areRefused(String name, String actual, String remedy) {
    assertRefused(() -> unlabelled(file(name)), name, actual, remedy);
  }

  // Cases 05, 09, 10: labels.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "base/y.npy",
        "05/y_f4.npy",
        "05/y_i1.npy",
        "05/y_i2.npy",
        "05/y_i4.npy",
        "05/y_u1.npy",
        "05/y_u2.npy",
        "05/y_u4.npy",
        "05/y_u8.npy",
        "08/nocomma.npy",
        "10/y_n1.npy",
        "10/y_onehot.npy"
      })
  void labelsOfAnyForm_areRead(String name) {
    assertArrayEquals(BASE.labels(), withLabels(file(name).toString(), "3").labels());
  }

  @Test
  void case05_boolIsReadAndObjectsAndTextAreRefused() {
    int[] bool = withLabels(file("05/y_b1.npy").toString(), "2").labels();
    for (int row = 0; row < bool.length; row++) {
      assertEquals(BASE.labels()[row] == 1 ? 1 : 0, bool[row]);
    }
    assertRefused(
        () -> withLabels(file("05/y_O.npy").toString(), "3"), "y_O.npy", "array.astype(np.int64)");
    assertRefused(
        () -> withLabels(file("05/y_str.npy").toString(), "3"), "y_str.npy", "return_inverse=True");
  }

  @Test
  void case09_membersOfAnArchiveAreRead() {
    for (String name : List.of("09/data.npz", "09/renamed.npy")) {
      Table table =
          TableReader.read(
              new org.hetal.config.Settings.Source(file(name) + "#X", file(name) + "#y"),
              data("classes", "3"),
              null);
      assertArrayEquals(BASE.features(), table.features());
      assertArrayEquals(BASE.labels(), table.labels());
    }
  }

  // Cases 11 to 15, 19: text.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "11/bom.csv", "13/blank_end.csv", "13/cr.csv", "13/crlf.csv", "13/noeol.csv",
        "15/quoted.csv", "19/concat.csv.gz", "19/gz.csv", "19/notgz.csv.gz", "20/float_labels.csv",
        "20/negzero.csv", "27/x.libsvm"
      })
  void textOfAnyForm_isRead(String name) {
    Table table = labelled(name);
    assertArrayEquals(BASE.features(), table.features());
    assertArrayEquals(BASE.labels(), table.labels());
  }

  @Test
  void case12_theNameBehindAByteOrderMarkIsFound() {
    Table table = labelled("12/bom_header.csv", "header", "true", "label-column", "species");
    assertArrayEquals(BASE.features(), table.features());
    assertEquals(List.of("sl", "sw", "pl", "pw"), table.sourceColumns().names());
  }

  @Test
  void case15_quotedNamesWithCommasAndLineEndsAreNames() {
    Table comma = labelled("15/name_comma.csv", "header", "true");
    assertEquals("length, cm", comma.sourceColumns().names().get(0));
    Table lines = labelled("15/multiline.csv", "header", "true");
    assertEquals("column 0 (length\\ncm)", lines.columnName(0));
    assertArrayEquals(BASE.features(), lines.features());
    assertTrue(lines.where(0).endsWith("line 3"), "the names take two lines: " + lines.where(0));
  }

  @Test
  void case15_otherSeparatorsAreReadWithTheSetting() {
    assertArrayEquals(BASE.features(), labelled("15/semicolon.csv", "separator", ";").features());
    assertArrayEquals(BASE.features(), labelled("15/tab.csv", "separator", "tab").features());
    assertRefused(
        () -> labelled("15/decimal_comma.csv", "separator", ";"),
        "line 1 column 0",
        "\"-1,538\" (a decimal comma or a thousands separator)",
        "decimal=','");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "13/blank_mid.csv|line 2: expected a row, actual an empty line|delete it",
        "14/trailing.csv|line 1: expected a number in column 5, actual an empty field|remove it",
        "15/decimal_comma.csv|line 1|looks separated by semicolons; set data.separator = \";\"",
        "15/semicolon.csv|line 1|looks separated by semicolons; set data.separator = \";\"",
        "15/tab.csv|line 1|looks separated by tabs; set data.separator = \"tab\"",
        "15/thousands.csv|line 1 column 0|\"2,538.0\" (a decimal comma or a thousands separator)",
        "17/suffix.csv|line 1 column 0: expected a number such as|\"3d\"",
        "18/index.csv|column 0: expected a feature|index=False",
        "18/numeric_header_train.csv|line 1: expected names of columns or a row|or true",
        "19/trunc.csv.gz|expected whole gzip data, actual damaged or cut|copy the file again",
        "19/utf16.csv|actual UTF-16 text|save it as UTF-8",
        "20/half_label.csv|line 3 column 4: expected a whole number as label, actual 1.5|classes",
        "20/neg.csv|line 3 column 4: expected a label of 0 to 2|actual -1; correct the row",
        "20/one_based.csv|line 3 column 4|actual 3; the labels count from 1: subtract 1",
        "26/e400.csv|line 5 column 1: expected a number of magnitude below 1.8e308|\"1e400\"",
        "26/inf.csv|line 5 column 1: expected a finite number|\"inf\"",
        "26/missing.csv|line 5 column 1: expected a finite number|\"\" (a missing value)",
        "26/na.csv|line 5 column 1: expected a finite number|\"NA\" (a missing value)",
        "26/nan.csv|line 5 column 1: expected a finite number|\"NaN\" (a missing value)",
      })
  void badText_isRefusedWithPlaceValueAndRemedy(String name, String place, String remedy) {
    assertRefused(() -> labelled(name), name, place, remedy);
  }

  @Test
  void case15_18_namesThatTheSettingsDenyAreRefused() {
    for (String name : List.of("15/name_comma.csv", "18/index.csv")) {
      assertRefused(
          () -> labelled(name, "header", "false"),
          "line 1: expected numbers, as data.header = false",
          "set data.header = true");
    }
    assertRefused(
        () -> labelled("18/numeric_header_train.csv", "header", "false"),
        "line 1: expected a row",
        "set data.header = true");
  }

  @Test
  void case20_wordsAreNumberedInSortedOrder() {
    Table table = labelled("20/strings.csv");
    assertArrayEquals(BASE.features(), table.features());
    assertArrayEquals(BASE.labels(), table.labels());
    assertEquals(List.of("setosa", "versicolor", "virginica"), table.classNames());
    assertRefused(
        () -> labelled("20/strings.csv", "classes", "2"),
        "line 1 column 4: expected at most 2 different labels, as data.classes = 2, actual 3",
        "\"setosa\", \"versicolor\", \"virginica\"");
  }

  // Cases 16 to 18, 28: names and columns.

  @Test
  void case16_aNameThatStandsTwiceIsRefused() {
    assertRefused(
        () -> labelled("16/dup.csv", "header", "true", "label-column", "label"),
        "line 1",
        "\"label\" for columns 0 and 5");
  }

  @Test
  void case18_anIndexAndNumbersForNamesAreRefused() {
    assertRefused(() -> labelled("18/index.csv", "header", "true"), "column 0", "index=False");
    assertRefused(
        () -> labelled("18/numeric_header_train.csv", "header", "true"),
        "line 1",
        "actual numbers",
        "set data.header = false");
    assertRefused(
        () -> labelled("base/base.csv", "header", "true"), "line 1", "set data.header = false");
    Path rows = file("18/numeric_header_rows.csv");
    assertRefused(() -> unlabelled(rows), "line 1", "the names that pandas gives columns");
    assertRefused(
        () -> unlabelled(rows, "header", "false"), "line 1", "write its first value as 0.0");
    assertRefused(() -> unlabelled(file("base/rows.csv"), "header", "true"), "actual numbers");
    Table named = unlabelled(rows, "header", "true");
    assertArrayEquals(unlabelled(file("base/rows.csv")).features(), named.features());
  }

  @Test
  void case28_rowsToPredictWithALabelAreRefused() {
    Preparation fitted = prepared("base/base.csv").preparation();
    assertEquals(5, fitted.applyToNew(unlabelled(file("base/rows.csv"))).length);
    assertRefused(
        () -> fitted.applyToNew(unlabelled(file("28/rows_with_label.csv"))),
        "expected 4 features",
        "actual 5",
        "if a column holds labels or an index, remove it");
  }

  // Cases 21 to 26: numbers that look wrong.

  @Test
  void case21_22_classesWithoutRowsAreNamed() {
    PreparedData sorted = prepared("22/sorted.csv", "shuffle-seed", "none");
    assertWarned(sorted, "class 0 has no rows to validate with", "data.shuffle-seed");
    PreparedData cut =
        prepared(
            "22/sorted.csv",
            "shuffle-seed",
            "none",
            "validation-fraction",
            "0.35",
            "test-fraction",
            "0");
    assertWarned(cut, "class 2 has no rows to train on, but 50 to validate", "data.shuffle-seed");
    assertEquals(List.of(), prepared("22/sorted.csv").warnings(), "shuffled");
  }

  @Test
  void case23_24_aSingleClassAndTooManyClassesAreNamed() {
    assertWarned(prepared("23/single.csv"), "only class 1 has rows to train on", "classes = 3");
    assertWarned(
        prepared("base/base.csv", "classes", "5"),
        "classes 3, 4 have no rows at all, though data.classes = 5",
        "set data.classes = 3");
    assertEquals(List.of(), prepared("base/base.csv").warnings());
  }

  @Test
  void case25_aColumnThatVariesByRoundingIsConstant() {
    PreparedData near = prepared("25/near.csv");
    assertArrayEquals(new int[] {1, 2, 3, 4}, near.preparation().kept());
    assertTrue(near.notes().get(0).endsWith("column 0"), near.notes().toString());
  }

  @Test
  void case26_aColumnThatMakesTheNormIsNamed() {
    assertWarned(
        prepared("26/timestamp.csv"),
        "column 0: makes 100.0 % of the mean squared norm",
        "set data.standardize = true");
    PreparedData huge = prepared("26/huge.csv");
    assertWarned(huge, "line 4: this row is 3.72e+199 times", "1.0E200 in column 0");
  }

  @Test
  void case26_tinyNumbersAreScaledLikeOthers() {
    double[][] base = prepared("base/base.csv").train();
    double[][] tiny = prepared("26/tiny.csv").train();
    for (int row = 0; row < base.length; row++) {
      assertArrayEquals(base[row], tiny[row], 1e-12);
    }
  }

  @Test
  void case26_columnsAreNumberedAsInTheFile() {
    String[] first = {"label-column", "0", "classes", "2"};
    assertRefused(() -> labelled("26/col_nan.csv", first), "line 2 column 2:", "\"NaN\"");
    assertRefused(() -> labelled("26/col_x.csv", first), "line 2 column 2:", "\"x\"");
    Table ok = labelled("26/col_ok.csv", first);
    assertEquals("column 2", ok.columnName(1), "the label stands before it");
    PreparedData prepared = prepared("26/col_ok.csv", first);
    assertTrue(prepared.notes().get(0).endsWith("column 4"), prepared.notes().toString());
  }

  private static void assertWarned(PreparedData data, String... parts) {
    boolean warned =
        data.warnings().stream().anyMatch(line -> List.of(parts).stream().allMatch(line::contains));
    assertTrue(warned, data.warnings().toString());
  }

  private static Path file(String name) {
    return resource("field-cases/" + name);
  }

  private static Table labelled(String name, String... more) {
    return DataFiles.read(file(name), with(more));
  }

  private static Table withLabels(String labels, String classes) {
    return DataFiles.read(file("base/x.npy"), "train.labels", labels, "classes", classes);
  }

  private static PreparedData prepared(String name, String... more) {
    return PreparedData.read(data(with(more, "train.features", file(name).toString())));
  }

  /** Three classes unless said otherwise. */
  private static String[] with(String[] more, String... others) {
    List<String> pairs = new ArrayList<>(List.of("classes", "3"));
    pairs.addAll(List.of(more));
    pairs.addAll(List.of(others));
    return pairs.toArray(String[]::new);
  }
}
