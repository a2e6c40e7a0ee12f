package org.hetal.owner.table.text;

import static org.hetal.owner.table.files.DataFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.hetal.owner.data.Preparation;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.data.Splits;
import org.hetal.owner.table.Table;
import org.hetal.owner.table.files.DataFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvReaderTest {
  @TempDir Path folder;

  @Test
  void withoutHeader_theLastColumnIsTheLabel() throws Exception {
    Table table = read("1,2,0\n3,4.5,1\n");
    assertArrayEquals(new double[][] {{1, 2}, {3, 4.5}}, table.features());
    assertArrayEquals(new int[] {0, 1}, table.labels());
  }

  @Test
  void header_isFoundWhereTheLineIsNamesOrARow() throws Exception {
    assertEquals(
        List.of("length", "2026"),
        DataFiles.read(write("length,2026,kind\n1,2,0\n"), "header", "true")
            .sourceColumns()
            .names());
    assertEquals(List.of("a", "b"), read("a,b,y\n1,2,0\n").sourceColumns().names());
    assertEquals(1, DataFiles.read(write("kind,a,b\n0,1,2\n"), "label-column", "kind").rows());
    assertEquals(2, read("1,2,ant\n3,4,bee\n").rows(), "a word as label is no name");
    assertBad("length,2026,kind\n1,2,0\n", "actual both: \"length\" in column 0 and \"2026\"");
    assertBad("2025,2026,kind\n1,2,0\n3,4,1\n", "line 1 column 2", "set data.header = true");
  }

  @Test
  void labelsOfAFile_areNumbersOrWords() throws Exception {
    Path features = Files.writeString(folder.resolve("x.csv"), "1,2\n3,4\n5,6\n");
    Path words = Files.writeString(folder.resolve("words.csv"), "kind\nbee\nant\nbee\n");
    Path numbers = Files.writeString(folder.resolve("numbers.csv"), "1\n0\n1\n");
    assertArrayEquals(
        new int[] {1, 0, 1}, DataFiles.read(features, "train.labels", numbers.toString()).labels());
    assertRefused(
        () -> DataFiles.read(features, "train.labels", words.toString()),
        "words.csv line 1: expected a label or the name of the column, actual \"kind\"",
        "set data.header = true or false");
    Path named = Files.writeString(folder.resolve("named.csv"), "a,b\n1,2\n3,4\n5,6\n");
    Table table = DataFiles.read(named, "train.labels", words.toString(), "header", "true");
    assertArrayEquals(new int[] {1, 0, 1}, table.labels());
    assertEquals(List.of("ant", "bee"), table.classNames());
  }

  @Test
  void wordsForMissingValues_areThoseOfTheSettingsToo() throws Exception {
    Path file = write("1,-999,0\nunknown,2,1\n5,?,0\n");
    Table table = DataFiles.read(file, "missing", "mean", "missing-words", "-999,unknown");
    assertArrayEquals(
        new double[][] {{1, Double.NaN}, {Double.NaN, 2}, {5, Double.NaN}}, table.features());
    assertRefused(
        () -> DataFiles.read(file, "missing-words", "-999,unknown"),
        "line 1 column 1: expected a finite number, actual \"-999\" (a missing value)",
        "missing in all: 1 in column 0, 2 in column 1");
    Path label = write("1,2,0\n3,4,NA\n");
    assertRefused(
        () -> DataFiles.read(label, "missing", "mean"),
        "line 2 column 2: expected a label, actual \"NA\" (a missing value)");
  }

  @Test
  void gzippedWithHeader_theLabelIsFoundByName() throws Exception {
    Path file = Files.write(folder.resolve("a.csv.gz"), gzip("x,kind,\"y\"\n1,1,2\n3,0,4\n"));
    Table table = DataFiles.read(file, "header", "true", "label-column", "kind");
    assertArrayEquals(new double[][] {{1, 2}, {3, 4}}, table.features());
    assertArrayEquals(new int[] {1, 0}, table.labels());
    assertEquals(file + " line 2", table.where(0), "the header is line 1");
    assertEquals("column 2 (y)", table.columnName(1), "as in the file");
  }

  @Test
  void badValue_isNamedWithFileLineColumnAndValue() throws Exception {
    assertBad("1,2,0\n3,NaN,1\n", "line 2 column 1: expected a finite number, actual \"NaN\"");
    assertBad("1,Infinity,0\n", "line 1 column 1: expected a finite number, actual \"Infinity\"");
    assertBad("1,-inf,0\n", "line 1 column 1: expected a finite number, actual \"-inf\"");
    assertBad("1,2,0\n3,4,2\n", "line 2 column 2: expected a label of 0 to 1", "actual 2");
    assertBad("1,2,1\n3,4,-1\n", "line 2 column 2: expected a label", "write 0 and 1");
    assertBad("1,2,0.5\n", "line 1 column 2: expected a whole number as label, actual 0.5");
    assertBad("1,2,1e300\n", "line 1 column 2: expected a label of 0 to 1");
    assertBad(
        "1,two,0\n",
        "line 1: expected names of columns or a row of numbers, actual both: \"two\" in column 1",
        "set data.header = true",
        "data.drop-columns");
    assertBad(
        "1,2,0\n1,two,0\n",
        "line 2 column 1: expected a number",
        "\"two\"; if the column holds words");
    assertBad("1,2,0\n3,1\n", "line 2: expected 3 columns as in line 1, actual 2");
    assertBad("1,2,0\n\n3,4,1\n", "line 2: expected a row, actual an empty line");
    assertBad("\n1,2,0\n", "line 1: expected a row, actual an empty line");
    assertBad("1,2,0\n,,\n", "line 2: expected a row, actual only empty fields");
    assertBad("1,2,0\n3,\u00002,1\n", "line 2 column 1", "\\u0000");
    assertBad("1,2,0\n3,#DIV/0!,1\n", "line 2 column 1", "\"#DIV/0!\"");
    assertBad("1,2,0\n3,True,1\n", "line 2 column 1", "\"True\"; write 1 and 0");
    assertBad("1,2,0\n\ufeff3,2,1\n", "line 2 column 0", "\"\\ufeff3\"", "remove the mark");
    assertBad("1,2,0\n3,1\u00a0234,1\n", "line 2 column 1", "\"1\\u00a0234\"");
    assertBad("", "actual an empty file");
    assertBad("sep=;\n1;2;0\n", "line 1", "for Excel; delete the line");
  }

  @Test
  void emptyLinesAtTheEnd_areRead() throws Exception {
    assertEquals(1, read("1,2,0\n\n  \n\n").rows());
    assertEquals(1, read("1,2,0").rows());
  }

  @Test
  void blanksAroundFields_areNoPartOfThem() throws Exception {
    assertArrayEquals(new double[] {1, 2}, read(" 1 ,\t\"2\" , 0\n").features()[0]);
  }

  @Test
  void quotes_thatAreNotClosedAreRefused() throws Exception {
    assertBad("1,2,0\n3,\"4,1\n", "after line 1: expected fields, quoted ones with closed");
    assertBad("1,2,0\n3,\"4\"5,1\n", "after line 1: expected fields, quoted ones with closed");
  }

  @Test
  void namesAgainInTheMiddle_areRefused() throws Exception {
    Path file = write("a,b,y\n1,2,0\na,b,y\n3,4,1\n");
    assertRefused(
        () -> DataFiles.read(file, "header", "true"), "line 3", "actual names as in line 1");
    Path headless = write("1,2,0\na,b,y\n3,4,1\n");
    assertRefused(() -> DataFiles.read(headless), "line 2", "actual names, \"a\", \"b\"");
  }

  @Test
  void columnsOfAnotherOrderThanInTraining_areRefused() throws Exception {
    Path train = write("a,b,y\n1,2,0\n3,4,1\n5,1,1\n");
    Path validation = Files.writeString(folder.resolve("v.csv"), "b,a,y\n2,1,0\n");
    assertRefused(
        () ->
            Splits.read(
                DataFiles.data(
                    "train.features",
                    train.toString(),
                    "validation.features",
                    validation.toString(),
                    "header",
                    "true")),
        "v.csv column 0 (b): expected the column \"a\"",
        "same order");
    Preparation fitted =
        PreparedData.read(
                DataFiles.data(
                    "train.features",
                    train.toString(),
                    "header",
                    "true",
                    "validation-fraction",
                    "0.4",
                    "test-fraction",
                    "0"))
            .preparation();
    Path rows = Files.writeString(folder.resolve("r.csv"), "b,a\n2,1\n");
    assertRefused(
        () -> fitted.applyToNew(DataFiles.unlabelled(rows, "header", "true")),
        "r.csv column 0 (b): expected the column \"a\"");
  }

  @Test
  void rowsWithSeparatorsAtTheirEnds_areRefused() throws Exception {
    Path file = write("a,b,y\n1,2,0,\n");
    assertRefused(
        () -> DataFiles.read(file, "header", "true"),
        "line 2: expected 3 columns",
        "ends with a separator, remove it");
    Path both = write("a,b,y,\n1,2,0,\n");
    assertRefused(() -> DataFiles.read(both, "header", "true"), "line 1", "remove it");
    Path names = write("a,b,y\n7,1,2,0\n");
    assertRefused(() -> DataFiles.read(names, "header", "true"), "row.names = FALSE");
  }

  @Test
  void defaultNamesOfPandasForTwoColumns_areToldByTheRowsBelow() throws Exception {
    Path names = write("0,1\n0.5,2.5\n1.5,2.0\n");
    assertRefused(() -> DataFiles.unlabelled(names), "line 1", "set data.header = true");
    assertEquals(2, DataFiles.unlabelled(write("0,1\n3,2.5\n")).rows(), "whole numbers as above");
    assertEquals(2, DataFiles.unlabelled(write("0\n0.5\n")).rows(), "one column says nothing");
    assertEquals(2, DataFiles.unlabelled(write("0.0,1,2\n0.5,1,2\n")).rows(), "as the remedy says");
  }

  @Test
  void labelColumn_thatIsNotThereIsRefused() throws Exception {
    Path file = write("1,2,0\n");
    for (String column : List.of("kind", "3", "99999999999")) {
      assertRefused(
          () -> DataFiles.read(file, "label-column", column),
          "data.label-column: expected a name, a number of 0 to 2 or last",
          column);
    }
    Path named = write("a,b,y\n1,2,0\n");
    assertRefused(
        () -> DataFiles.read(named, "label-column", "kind", "header", "true"),
        "\"a\", \"b\", \"y\"");
  }

  @Test
  void onlyNames_areRefused() throws Exception {
    Path file = write("a,b,y\n");
    assertRefused(
        () -> DataFiles.read(file, "header", "true"), "at least one row", "only the line of names");
  }

  @Test
  void otherEncodings_areRefused() throws Exception {
    Path latin = folder.resolve("latin.csv");
    Files.write(latin, "Länge,y\n1,0\n".getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(() -> DataFiles.read(latin, "header", "true"), "expected UTF-8 text");
    for (String name : List.of("UTF-16LE", "UTF-16BE")) {
      Path wide = Files.write(folder.resolve("w.csv"), "1,2,0\n".getBytes(Charset.forName(name)));
      assertRefused(() -> DataFiles.read(wide), "bytes of zero, as in UTF-16");
    }
  }

  @Test
  void contentOfOtherPrograms_isNamed() throws Exception {
    assertBinary("PK\u0003\u0004", "zip archive, such as .xlsx");
    assertBinary("PAR1", "a Parquet file");
    assertBinary("\u0093NUMPY\u0001\u0000", "a NumPy array");
    assertBinary("BZh91AY", "bzip2");
    assertBinary("\u00d0\u00cf\u0011\u00e0", "Excel");
  }

  @Test
  void gzip_cutOrFollowedByOtherBytesIsRefused() throws Exception {
    byte[] one = gzip("1,2,0\n".repeat(100));
    byte[] two = Arrays.copyOf(one, 2 * one.length);
    System.arraycopy(one, 0, two, one.length, one.length);
    Path file = folder.resolve("cut.csv.gz");
    assertEquals(200, DataFiles.read(Files.write(file, two)).rows());
    for (int length = 3; length < two.length; length++) {
      if (length != one.length) {
        Files.write(file, Arrays.copyOf(two, length));
        assertRefused(() -> DataFiles.read(file), "cut.csv.gz");
      }
    }
    byte[] padded = Arrays.copyOf(one, one.length + 1);
    Files.write(file, padded);
    assertRefused(() -> DataFiles.read(file), "1 bytes follow the last whole gzip member");
  }

  @Test
  void messages_areTheSameInEveryLocale() throws Exception {
    Locale usual = Locale.getDefault();
    try {
      for (String tag : List.of("ar-EG", "tr-TR", "de-DE")) {
        Locale.setDefault(Locale.forLanguageTag(tag));
        assertBad("1,2,0\n3,1\n", "line 2: expected 3 columns as in line 1, actual 2");
        assertBad("1,2,0\n3,1,5\n", "expected a label of 0 to 1, as data.classes = 2, actual 5");
        assertBad("1,2,0\n3,INF,1\n", "line 2 column 1: expected a finite number");
        assertBad("1,2,0\n3,\u00014,1\n", "\\u0001");
      }
    } finally {
      Locale.setDefault(usual);
    }
  }

  @Test
  void wideRows_areRead() throws Exception {
    String wide = "1.5,".repeat(20_000) + "0\n";
    assertEquals(20_000, read(wide + wide).columns());
  }

  private void assertBinary(String head, String message) throws IOException {
    Path file = folder.resolve("binary.csv");
    Files.write(file, (head + "and so on").getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(() -> DataFiles.read(file), "binary.csv: expected UTF-8 text", message);
  }

  private void assertBad(String csv, String... parts) throws IOException {
    Path file = write(csv);
    assertRefused(() -> DataFiles.read(file), parts);
  }

  private Table read(String csv) throws IOException {
    return DataFiles.read(write(csv));
  }

  private Path write(String csv) throws IOException {
    return Files.writeString(folder.resolve("a.csv"), csv);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return out.toByteArray();
  }
}
