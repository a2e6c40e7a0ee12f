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
    figures.add(1, new ChaosTraining.Result(false, kills, List.of(73, 137, 0), 10, ""));
    figures.add(2, new ChaosTraining.Result(false, kills, List.of(73, 137, 0), 10, "other bytes"));
    JsonNode all = Parties.read(file);
    assertEquals(2, all.at("/trainings").size());
    JsonNode first = all.at("/trainings/0/kills/0");
    assertEquals("a file system of 32 MiB", first.path("how").asText());
    assertFalse(all.at("/trainings/0/kills/1").has("how"));
    assertEquals(2, all.at("/kills_by_fault/disk full").asInt());
    assertEquals(1, all.at("/trainings_with_a_difference").asInt());
    assertEquals(3, all.at("/trainings/1/seed").asInt());
  }
}
