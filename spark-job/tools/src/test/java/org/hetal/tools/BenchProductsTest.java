package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command, on the simulator and on a toy ring of the engine. */
class BenchProductsTest {
  @TempDir Path folder;

  private static CommandRun simulated(String... more) {
    String[] arguments = {
      "bench", "products", "--backend", "simulator", "--parameters", "insecure_simulator_n9_l12"
    };
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return CommandRun.of(all);
  }

  @Test
  void onTheEngine_everyMethodIsVerifiedAndWritten() throws Exception {
    Path json = folder.resolve("products.json");
    CommandRun run =
        CommandRun.of(
            "bench",
            "products",
            "--parameters",
            "insecure_n10_l12",
            "--threads",
            "1",
            "--shapes",
            "16x40x4,32x20x2",
            "--json",
            json.toString());
    assertEquals(0, run.status(), run.output());
    String text = Files.readString(json);
    assertEquals(26, text.split("\"method\"", -1).length - 1, text);
    assertTrue(text.contains("\"ratio_to_ours\" : 1.0"), text);
    assertTrue(text.contains("\"parameter_set\" : \"insecure_n10_l12\""), text);
    assertFalse(run.output().contains("extrapolated"), run.output());
  }

  @Test
  void aProductThatTakesTooLong_isExtrapolatedAndMarked() throws Exception {
    Path json = folder.resolve("products.json");
    CommandRun run =
        simulated("--shapes", "16x20x4", "--longest-minutes", "0", "--json", json.toString());
    assertEquals(0, run.status(), run.output());
    assertTrue(run.output().contains("extrapolated from 1 of 80 steps"), run.output());
    assertTrue(run.output().contains("extrapolated from 1 of 2 steps"), run.output());
    assertTrue(Files.readString(json).contains("\"extrapolated\" : true"));
  }

  @Test
  void oneMethod_hasNoRatio() {
    CommandRun run = simulated("--shapes", "16x20x4", "--methods", "diag-abt");
    assertEquals(0, run.status(), run.output());
    assertTrue(run.output().contains("diag-abt"), run.output());
    assertFalse(run.output().contains("row-major"), run.output());
  }

  @Test
  void wrongArguments_areRefusedInOneLine() {
    for (String[] wrong :
        new String[][] {
          {"--shapes", "16x20"},
          {"--shapes", "256x20x4"},
          {"--methods", "fast"},
          {"--longest-minutes", "-1"}
        }) {
      CommandRun run = simulated(wrong);
      assertEquals(64, run.status(), run.output());
    }
  }
}
