package org.hetal.owner.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.hetal.he.Parameters;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.owner.table.DataException;
import org.hetal.planner.CostModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchFileTest {
  private final Parameters parameters = SimulatedParameters.withRingDegree(1 << 10);

  @TempDir Path folder;

  @Test
  void medians_becomeCosts() throws Exception {
    CostModel costs = BenchFile.costs(bench("bootstrap_pair"), parameters);
    assertEquals(0.56 * 0.25, costs.keySwitchSeconds(), 1e-12);
    assertEquals(0.56 * 0.5, costs.productSeconds(), 1e-12);
    assertEquals(4, costs.bootstrapSeconds());
    assertEquals(6, costs.bootstrapPairSeconds());
  }

  @Test
  void file_isOfTheSetThatItMeasured() throws Exception {
    Path file = bench("bootstrap_pair");
    assertTrue(BenchFile.isOf(file, parameters));
    assertFalse(BenchFile.isOf(file, SimulatedParameters.withRingDegree(1 << 11)));
    Path text = Files.writeString(folder.resolve("text.json"), "not JSON");
    assertThrows(DataException.class, () -> BenchFile.isOf(text, parameters));
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
