package org.hetal.owner.data;

import static org.hetal.owner.table.files.DataFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.hetal.owner.table.Table;
import org.hetal.owner.table.files.DataFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Missing values and {@code data.standardize}, beside scikit-learn: see scikit/README.md. */
class StandardizeTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"mean", "zero"})
  void rows_areThoseOfScikitLearn(String missing) throws Exception {
    Settings.Data data =
        data(file("raw.csv"), "missing", missing, "standardize", "true", "scaling", "none");
    PreparedData prepared = PreparedData.read(data);
    double[][] expected = DataFiles.unlabelled(file(missing + ".csv")).features();
    assertEquals(expected.length, prepared.train().length);
    for (int row = 0; row < expected.length; row++) {
      for (int column = 0; column < 4; column++) {
        assertEquals(expected[row][column], prepared.train()[row][column], 1e-9);
      }
      assertEquals(1, prepared.train()[row][4], "the bias");
    }
    assertEquals(List.of("high", "low"), prepared.splits().train().classNames());
    assertArrayEquals(prepared.train(), prepared.validation(), "by the statistics of train");
  }

  @Test
  void missingValues_areRefusedByDefaultWithTheirNumberInEachColumn() throws Exception {
    assertRefused(
        () -> Splits.read(data(file("raw.csv"))),
        "raw.csv line 5 column 1 (rate): expected a finite number, actual \"\" (a missing value)",
        "missing in all: 7 in column 0 (height), 7 in column 1 (rate), 4 in column 2 (income), 6 in",
        "set data.missing = mean or zero");
  }

  @Test
  void statistics_areThoseOfTheTrainingRowsAlone() throws Exception {
    Path train = Files.writeString(folder.resolve("train.csv"), "1,10,0\n,30,1\n3,,0\n");
    Path other = Files.writeString(folder.resolve("other.csv"), "100,,1\n,500,0\n");
    Settings.Data data =
        data(train, "validation.features", other.toString(), "missing", "mean", "scaling", "none");
    Splits splits = Splits.read(data);
    Preparation fitted = Preparation.fit(splits, data);
    assertArrayEquals(new double[] {2, 20}, fitted.fills());
    PreparedData prepared = PreparedData.of(splits, fitted, data);
    assertArrayEquals(new double[] {100, 20, 1}, prepared.validation()[0]);
    assertArrayEquals(new double[] {2, 500, 1}, prepared.validation()[1]);
    assertArrayEquals(new double[] {2, 30, 1}, prepared.train()[1]);
    Table unlabelled = DataFiles.unlabelled(other, "missing", "zero", "drop-columns", "2");
    assertEquals(20, fitted.apply(unlabelled)[0][1], "new rows are filled as training rows are");
  }

  @Test
  void newRowsWithMissingValues_areRefusedWhereTrainingRowsHadNone() throws Exception {
    Path train = Files.writeString(folder.resolve("train.csv"), "1,10,0\n2,30,1\n3,20,0\n");
    Settings.Data data = data(train);
    Preparation fitted = Preparation.fit(Splits.read(data), data);
    Path rows = Files.writeString(folder.resolve("rows.csv"), "1,\n2,5\n");
    Table lenient = DataFiles.unlabelled(rows, "missing", "zero");
    assertRefused(() -> fitted.applyToNew(lenient), "rows.csv line 1 column 1", "1 in column 1");
  }

  @Test
  void columnWithoutAnyValue_isRefusedForTheMeanAndDroppedForZero() throws Exception {
    Path train = Files.writeString(folder.resolve("train.csv"), "1,NA,0\n2,NA,1\n3,NA,0\n");
    Settings.Data mean = data(train, "missing", "mean");
    Splits splits = Splits.read(mean);
    assertRefused(
        () -> Preparation.fit(splits, mean),
        "train.csv column 1: expected a value in some of the 3 rows",
        "data.drop-columns");
    Settings.Data zero = data(train, "missing", "zero");
    assertArrayEquals(new int[] {0}, Preparation.fit(splits, zero).kept());
  }

  @Test
  void hugeAndTinyColumns_areStandardizedWithoutOverflow() throws Exception {
    Path train =
        Files.writeString(
            folder.resolve("train.csv"), "1e300,1e-300,0\n3e300,3e-300,1\n1e300,1e-300,0\n");
    PreparedData prepared = PreparedData.read(data(train, "standardize", "true"));
    double[] row = prepared.train()[1];
    assertEquals(row[0], row[1], 1e-12);
    assertTrue(row[0] > 0.5 && row[0] < 1, "a row of norm 1");
  }

  @Test
  void wordsThatTrainDoesNotHave_areRefused() throws Exception {
    Path train = Files.writeString(folder.resolve("train.csv"), "1,b\n2,a\n3,b\n");
    Path other = Files.writeString(folder.resolve("other.csv"), "1,a\n2,c\n");
    Path numbers = Files.writeString(folder.resolve("numbers.csv"), "1,0\n2,1\n");
    assertRefused(
        () -> Splits.read(data(train, "validation.features", other.toString())),
        "other.csv line 2 column 1: expected a label of the training rows, \"a\", \"b\"",
        "actual \"c\"");
    assertRefused(
        () -> Splits.read(data(train, "validation.features", numbers.toString())),
        "numbers.csv line 1 column 1: expected a word as label, as in the training rows",
        "actual 0");
    assertRefused(
        () -> Splits.read(data(numbers, "validation.features", other.toString())),
        "other.csv line 1 column 1: expected a whole number as label, as in the training rows",
        "actual \"a\"");
    Path mixed = Files.writeString(folder.resolve("mixed.csv"), "1,0\n2,1\n3,x\n4,1\n");
    assertRefused(
        () -> Splits.read(data(mixed)), "mixed.csv line 3 column 1", "a whole number", "\"x\"");
  }

  private static Path file(String name) throws Exception {
    URL url = StandardizeTest.class.getResource("scikit/" + name);
    assertNotNull(url, name);
    return Path.of(url.toURI());
  }

  /** All rows train; the same rows validate unless another file is given. */
  private static Settings.Data data(Path train, String... pairs) {
    Map<String, String> overrides = new LinkedHashMap<>();
    overrides.put("data.train.features", train.toString());
    overrides.put("data.validation.features", train.toString());
    overrides.put("data.test-fraction", "0");
    overrides.put("data.shuffle-seed", "none");
    overrides.put("data.row-norm-bound", pairs.length > 4 ? "1000" : "1");
    for (int i = 0; i < pairs.length; i += 2) {
      overrides.put("data." + pairs[i], pairs[i + 1]);
    }
    return SettingsLoader.load(List.of(), overrides).data();
  }
}
