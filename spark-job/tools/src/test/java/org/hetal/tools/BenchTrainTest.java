package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hetal.format.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark of a training, on the simulator. */
class BenchTrainTest {
  @TempDir Path folder;

  private CommandRun bench(String... more) throws Exception {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      rows.append(i % 3 == 0 ? 9 + i % 2 : i % 4).append(',').append(3 * (i % 3)).append(',');
      rows.append(i % 3).append('\n');
    }
    Path data = Files.writeString(folder.resolve("rows.csv"), rows);
    List<String> arguments = new ArrayList<>(List.of("bench", "train"));
    for (String setting :
        List.of(
            "backend=simulator",
            "parameters=insecure_simulator_n8_l12",
            "data.train.features=" + data,
            "data.classes=3",
            "training.batch-rows=60",
            "training.logit-range=32",
            "training.learning-rate=2")) {
      arguments.addAll(List.of("--set", setting));
    }
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  @Test
  void goesOnIntoTheNextEpochs() throws Exception {
    Path json = folder.resolve("figures.json");
    CommandRun run = bench("--iterations", "3", "--json", json.toString());
    assertEquals(0, run.status(), run.output());
    assertTrue(run.output().contains("bench train: iteration 3 of 3"), run.output());
    JsonNode figures = Json.parse(Files.readAllBytes(json)).get(0);
    assertEquals(3, figures.path("repetitions").asInt(), figures.toString());
    for (String stage : List.of("expand_s", "logits_s", "softmax_s", "gradient_s")) {
      double seconds = figures.path(stage).asDouble();
      assertTrue(seconds > 0 && seconds < figures.path("median_s").asDouble(), figures.toString());
    }
  }

  @Test
  void saysWhenItDoesMoreThanAsked() throws Exception {
    CommandRun run = bench("--iterations", "3", "--set", "training.batch-rows=30");
    assertEquals(0, run.status(), run.output());
    assertTrue(run.output().contains("instead of 3 iterations 4 are done"), run.output());
    assertTrue(run.output().contains("iteration 4 of 4"), run.output());
  }

  @Test
  void oldNameOfAnOption_isRefusedWithTheNewOne() throws Exception {
    CommandRun run = bench("--made-up", "9");
    assertEquals(64, run.status(), run.output());
    assertEquals(
        "hetal: bench train --made-up is now named bench train --synthetic-features",
        run.output().strip());
  }
}
