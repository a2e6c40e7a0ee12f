package org.hetal.owner.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import org.hetal.config.Settings;
import org.hetal.owner.table.files.DataFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataWarningsTest {
  @TempDir Path folder;

  @Test
  void ordinaryRows_giveNoWarning() throws Exception {
    assertEquals(List.of(), warnings(row -> noise(row, 1) + "," + noise(row, 2) + "," + row % 2));
  }

  @Test
  void index_isNamed() throws Exception {
    List<String> found =
        warnings(row -> row + "," + noise(row, 1) + "," + noise(row, 2) + "," + row % 2);
    assertWarned(found, "column 0: numbers the rows", "index=False");
    assertWarned(found, "column 0: makes 100.0 % of the mean squared norm");
  }

  @Test
  void columnsOfVeryDifferentScale_areNamedUnlessStandardized() throws Exception {
    IntFunction<String> rows =
        row -> noise(row, 1) + "," + noise(row, 3) + "," + (row % 5 + 1) * 1e-6 + "," + row % 2;
    assertWarned(
        warnings(rows),
        "columns of very different scale: the values of column 2 spread over less than 1/1000",
        "set data.standardize = true");
    assertEquals(List.of(), warnings(rows, "standardize", "true"));
  }

  @Test
  void copyOfTheLabel_isNamed() throws Exception {
    assertWarned(
        warnings(row -> noise(row, 1) + "," + row % 2 + "," + noise(row, 2) + "," + row % 2),
        "column 1: equals the label in every row");
  }

  @Test
  void rowsInTrainAndInAnotherSplit_areCounted() throws Exception {
    List<String> found = warnings(row -> row % 10 * row % 10 + "," + row % 10 + "," + row % 2);
    assertWarned(found, "rows to validate with have the features of a row to train on");
    assertWarned(found, "rows to test with have the features of a row to train on");
  }

  @Test
  void classBetweenOthersWithoutRows_isNamed() throws Exception {
    assertWarned(
        warnings(row -> noise(row, 1) + "," + noise(row, 2) + "," + row % 2 * 2, "classes", "3"),
        "class 1 has no rows at all, though data.classes = 3",
        "number the labels without gaps");
  }

  @Test
  void rowFarLongerThanOthers_isNamedOnlyWhereRowsAreScaled() throws Exception {
    IntFunction<String> rows =
        row -> (row == 7 ? "900" : noise(row, 1)) + "," + noise(row, 2) + "," + row % 2;
    assertWarned(warnings(rows), "line 8: this row is", "900.0 in column 0");
    List<String> unscaled = warnings(rows, "scaling", "none", "row-norm-bound", "1000");
    assertTrue(unscaled.stream().noneMatch(line -> line.contains("this row")), unscaled.toString());
  }

  /** Between -1 and 1, without order. */
  private static String noise(int row, int column) {
    return String.valueOf(Math.sin(1 + row * 12.9898 + column * 78.233));
  }

  private static void assertWarned(List<String> warnings, String... parts) {
    assertTrue(
        warnings.stream().anyMatch(line -> List.of(parts).stream().allMatch(line::contains)),
        warnings.toString());
  }

  /** The preparation is that of rows in which the column varies. */
  @Test
  void columnThatIsConstantForOneOfSeveralOwners_isNoMistake() throws Exception {
    Settings.Data all =
        data(row -> noise(row, 1) + "," + noise(row, 2) + "," + row % 2, "standardize", "true");
    Preparation common = PreparedData.read(all).preparation();
    Settings.Data own = data(row -> noise(row, 1) + ",0.5," + row % 2, "standardize", "true");
    assertEquals(List.of(), PreparedData.ofCommon(Splits.read(own), common, own).warnings());
  }

  private List<String> warnings(IntFunction<String> row, String... more) throws Exception {
    return PreparedData.read(data(row, more)).warnings();
  }

  private Settings.Data data(IntFunction<String> row, String... more) throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      text.append(row.apply(i)).append('\n');
    }
    Path file = Files.writeString(folder.resolve("rows.csv"), text);
    String[] pairs = java.util.Arrays.copyOf(more, more.length + 2);
    pairs[more.length] = "train.features";
    pairs[more.length + 1] = file.toString();
    return DataFiles.data(pairs);
  }
}
