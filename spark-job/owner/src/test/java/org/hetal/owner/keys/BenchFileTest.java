package org.hetal.owner.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.hetal.he.Parameters;
import org.hetal.he.engine.NativeParameters;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.owner.table.DataException;
import org.hetal.planner.CostModel;
import org.hetal.planner.CostsByThreads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchFileTest {
  private final Parameters parameters = SimulatedParameters.withRingDegree(1 << 10);

  @TempDir Path folder;

  @Test
  void medians_becomeCosts() throws Exception {
    CostModel costs = BenchFile.costs(bench("bootstrap_pair"), parameters);
    assertEquals(0.25, costs.keySwitchSeconds());
    assertEquals(0.5, costs.productSeconds());
    assertEquals(4, costs.bootstrapSeconds());
    assertEquals(6, costs.bootstrapPairSeconds());
  }

  @Test
  void shippedFigures_areOfTheDefaultSetOnly() {
    CostModel costs = BenchFile.shipped(NativeParameters.named("n16_l12")).orElseThrow();
    assertTrue(costs.bootstrapPairSeconds() > costs.bootstrapSeconds());
    assertTrue(BenchFile.shipped(parameters).isEmpty());
  }

  @Test
  void shippedFigures_areThoseOfTheMeasurement() {
    Parameters measured = NativeParameters.named("n16_l12");
    Path results = Path.of("../../he-native/cpp/bench/results/n16_l12_2_threads.json");
    CostModel expected = BenchFile.costs(results, measured);
    CostModel shipped = BenchFile.shipped(measured).orElseThrow();
    assertEquals(expected.keySwitchSeconds(), shipped.keySwitchSeconds());
    assertEquals(expected.productSeconds(), shipped.productSeconds());
    assertEquals(expected.bootstrapSeconds(), shipped.bootstrapSeconds());
    assertEquals(expected.bootstrapPairSeconds(), shipped.bootstrapPairSeconds());
  }

  @Test
  void shippedFiguresByThreads_areThoseOfTheMeasurements() {
    Parameters measured = NativeParameters.named("n16_l12");
    Path results = Path.of("../../he-native/cpp/bench/results");
    CostsByThreads expected =
        BenchFile.byThreads(
            List.of(
                results.resolve("n16_l12_1_thread.json"),
                results.resolve("n16_l12_2_threads.json"),
                results.resolve("n16_l12_16_threads.json")),
            measured);
    CostsByThreads shipped = BenchFile.shippedByThreads(measured).orElseThrow();
    assertEquals(List.of(1, 2, 16), List.copyOf(shipped.threads()));
    for (int threads : new int[] {1, 2, 8, 16}) {
      assertEquals(
          expected.at(threads).bootstrapSeconds(), shipped.at(threads).bootstrapSeconds(), 0);
      assertEquals(
          expected.at(threads).keySwitchSeconds(), shipped.at(threads).keySwitchSeconds(), 0);
    }
    assertTrue(BenchFile.shippedByThreads(parameters).isEmpty());
  }

  @Test
  void missingEntryOrNonsense_isRefused() throws Exception {
    DataException e =
        assertThrows(DataException.class, () -> BenchFile.costs(bench("another_name"), parameters));
    assertTrue(e.getMessage().contains("expected an entry bootstrap_pair"), e.getMessage());
    Path text = Files.writeString(folder.resolve("text.json"), "not JSON");
    assertThrows(DataException.class, () -> BenchFile.costs(text, parameters));
  }

  private Path bench(String last) throws Exception {
    String entry =
        "{\"name\": \"%s\", \"parameter_set\": \"" + parameters.name() + "\", \"median_s\": %s}";
    return Files.writeString(
        folder.resolve("bench.json"),
        "["
            + String.format(Locale.ROOT, entry, "rotate", 0.25)
            + ","
            + String.format(Locale.ROOT, entry, "multiply", 0.75)
            + ","
            + String.format(Locale.ROOT, entry, "bootstrap", 4.0)
            + ","
            + String.format(Locale.ROOT, entry, last, 6.0)
            + "]");
  }
}
