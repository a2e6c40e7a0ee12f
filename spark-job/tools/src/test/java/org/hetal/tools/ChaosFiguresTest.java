package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChaosFiguresTest {
  @TempDir Path folder;

  @Test
  void add_tellsHowAFaultHappened_whereItCanHappenInSeveralWays() {
    Path file = folder.resolve("chaos.json");
    ChaosFigures figures = new ChaosFigures(file, 3);
    List<ChaosTraining.Kill> kills =
        List.of(
            new ChaosTraining.Kill(ChaosFault.DISK_FULL, 2, "a file system of 32 MiB"),
            new ChaosTraining.Kill(ChaosFault.DRIVER_KILLED, 4, ""));
    figures.add(1, result(kills, List.of("no answer of b:1"), ""));
    figures.add(2, result(kills, List.of(), "other bytes"));
    JsonNode all = Parties.read(file);
    assertEquals(2, all.at("/trainings").size());
    JsonNode first = all.at("/trainings/0/kills/0");
    assertEquals("a file system of 32 MiB", first.path("how").asText());
    assertFalse(all.at("/trainings/0/kills/1").has("how"));
    assertEquals(2, all.at("/kills_by_fault/disk full").asInt());
    assertEquals(1, all.at("/trainings_with_a_difference").asInt());
    assertEquals(3, all.at("/trainings/1/seed").asInt());
    assertEquals("no answer of b:1", all.at("/trainings/0/reasons_of_75/0").asText());
    assertFalse(all.at("/trainings/1").has("reasons_of_75"));
  }

  private static ChaosTraining.Result result(
      List<ChaosTraining.Kill> kills, List<String> retries, String difference) {
    return new ChaosTraining.Result(false, kills, List.of(73, 137, 0), retries, 10, difference);
  }
}
