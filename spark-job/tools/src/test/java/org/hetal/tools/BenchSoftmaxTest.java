package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command, on the simulator and on a toy ring of the engine. */
class BenchSoftmaxTest {
  @TempDir Path folder;

  @Test
  void onTheSimulator_bothMethodsForThreeToTenClasses() throws Exception {
    Path json = folder.resolve("softmax.json");
    CommandRun run =
        CommandRun.of(
            "bench",
            "softmax",
            "--backend",
            "simulator",
            "--parameters",
            "insecure_simulator_n11_l12",
            "--json",
            json.toString());
    assertEquals(0, run.status(), run.output());
    String text = Files.readString(json);
    assertEquals(16, text.split("\"method\"", -1).length - 1, text);
    assertTrue(text.contains("\"logit_range\" : 128"), text);
  }

  @Test
  void onTheEngine_theResultIsVerified() {
    CommandRun run =
        CommandRun.of(
            "bench",
            "softmax",
            "--parameters",
            "insecure_n10_l12",
            "--threads",
            "1",
            "--classes",
            "3");
    assertEquals(0, run.status(), run.output());
    assertTrue(run.output().contains("hetal "), run.output());
    assertTrue(run.output().contains("ours "), run.output());
  }

  @Test
  void wrongArguments_areRefused() {
    for (String[] wrong : new String[][] {{"--classes", "17"}, {"--methods", "exact"}}) {
      CommandRun run =
          CommandRun.of(
              "bench",
              "softmax",
              "--backend",
              "simulator",
              "--parameters",
              "insecure_simulator_n9_l12",
              wrong[0],
              wrong[1]);
      assertEquals(64, run.status(), run.output());
    }
  }
}
