package org.hetal.owner.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.files.DataFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreparationTest {
  @TempDir Path folder;

  @Test
  void constantColumn_isDroppedWithANoteAndRowsAreScaled() throws Exception {
    Splits splits = splits("7,3,4,0\n7,0,1,1\n", "7,6,8,0\n", Map.of());
    Preparation fitted = Preparation.fit(splits, data(Map.of()));
    assertArrayEquals(new int[] {1, 2}, fitted.kept());
    assertEquals(0.1, fitted.factor(), 1e-15, "the longest row is the validation row of norm 10");
    assertTrue(PreparedData.of(splits, data(Map.of())).notes().get(0).endsWith("column 0"));
    double[][] train = fitted.apply(splits.train());
    assertArrayEquals(new double[] {0.3, 0.4, 1}, train[0], 1e-15);
  }

  @Test
  void centering_subtractsTheMeansOfTrain() throws Exception {
    Map<String, String> centred =
        Map.of(
            "data.centering",
            "true",
            "data.scaling",
            "none",
            "data.row-norm-bound",
            "100",
            "data.bias",
            "0.5");
    Splits splits = splits("1,10,0\n3,30,1\n", "1,10,0\n", centred);
    Preparation fitted = Preparation.fit(splits, data(centred));
    assertArrayEquals(new double[] {-1, -10, 0.5}, fitted.apply(splits.train())[0], 1e-12);
  }

  @Test
  void rowBeyondTheBound_isNamedWithItsLargestValue() throws Exception {
    Map<String, String> unscaled = Map.of("data.scaling", "none");
    Splits splits = splits("0.1,0.2,0\n0.3,5,1\n", "0.1,0.1,0\n", unscaled);
    DataException e =
        assertThrows(DataException.class, () -> Preparation.fit(splits, data(unscaled)));
    assertTrue(e.getMessage().contains("train.csv line 2"), e.getMessage());
    assertTrue(e.getMessage().contains("5.0 in column 1"), e.getMessage());
  }

  @Test
  void rowsOfAnotherScale_areRefusedAtPrediction() throws Exception {
    Splits splits = splits("3,4,0\n0,1,1\n", "3,4,0\n", Map.of());
    Preparation fitted = Preparation.fit(splits, data(Map.of()));
    Path far = Files.writeString(folder.resolve("far.csv"), "4,5\n300,400\n");
    DataException e =
        assertThrows(DataException.class, () -> fitted.applyToNew(DataFiles.unlabelled(far)));
    assertTrue(e.getMessage().contains("far.csv line 2"), e.getMessage());
    Path narrow = Files.writeString(folder.resolve("narrow.csv"), "4\n");
    assertThrows(DataException.class, () -> fitted.applyToNew(DataFiles.unlabelled(narrow)));
  }

  @Test
  void onlyConstantColumns_areRefused() throws Exception {
    Splits splits = splits("1,2,0\n1,2,1\n", "1,2,0\n", Map.of());
    assertThrows(DataException.class, () -> Preparation.fit(splits, data(Map.of())));
  }

  @Test
  void cutSplits_shareNoRowAndFollowTheSeed() throws Exception {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      rows.append(i).append(',').append(i % 2).append('\n');
    }
    Path file = Files.writeString(folder.resolve("all.csv"), rows);
    Map<String, String> cut =
        Map.of(
            "data.train.features", file.toString(),
            "data.validation-fraction", "0.2",
            "data.test-fraction", "0.1");
    Splits first = Splits.read(SettingsLoader.load(List.of(), cut).data());
    assertEquals(70, first.train().rows());
    assertEquals(20, first.validation().rows());
    assertEquals(10, first.test().rows());
    long distinct =
        java.util.stream.Stream.of(first.train(), first.validation(), first.test())
            .flatMapToDouble(t -> java.util.Arrays.stream(t.features()).mapToDouble(r -> r[0]))
            .distinct()
            .count();
    assertEquals(100, distinct);
    Splits again = Splits.read(SettingsLoader.load(List.of(), cut).data());
    assertArrayEquals(first.train().features(), again.train().features());
    Map<String, String> other = new LinkedHashMap<>(cut);
    other.put("data.shuffle-seed", "2");
    Splits shuffled = Splits.read(SettingsLoader.load(List.of(), other).data());
    assertTrue(!java.util.Arrays.deepEquals(first.train().features(), shuffled.train().features()));
  }

  private Splits splits(String train, String validation, Map<String, String> more)
      throws Exception {
    Files.writeString(folder.resolve("train.csv"), train);
    Files.writeString(folder.resolve("validation.csv"), validation);
    return Splits.read(data(more));
  }

  private Settings.Data data(Map<String, String> more) {
    Map<String, String> overrides = new LinkedHashMap<>(more);
    overrides.put("data.train.features", folder.resolve("train.csv").toString());
    overrides.put("data.validation.features", folder.resolve("validation.csv").toString());
    overrides.put("data.test-fraction", "0");
    overrides.put("data.shuffle-seed", "none");
    return SettingsLoader.load(List.of(), overrides).data();
  }
}
