package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The variable HETAL_CPU_PATH. */
class CpuPathTest {
  @TempDir Path folder;

  @Test
  void unknownPath_isRefusedBeforeAnyWork() throws Exception {
    for (String command : List.of("plan", "keygen", "encrypt")) {
      // The data of the defaults are not there: a command that began to work would say so first.
      CommandRun run =
          CommandRun.process(
              CommandRun.line(List.of(command, "--quiet", "--set", "parameters=insecure_n10_l12")),
              Map.of("HETAL_CPU_PATH", "sse9"),
              folder.resolve("log"));
      assertEquals(78, run.status(), run.output());
      List<String> lines =
          run.output().lines().filter(line -> !line.startsWith("WARNING")).toList();
      assertEquals(1, lines.size(), run.output());
      assertTrue(lines.get(0).contains("HETAL_CPU_PATH: expected one of"), lines.get(0));
      assertTrue(lines.get(0).contains("portable"), lines.get(0));
      assertTrue(lines.get(0).contains("actual 'sse9'"), lines.get(0));
    }
  }

  @Test
  void portablePath_runsEverywhere() throws Exception {
    CommandRun run =
        CommandRun.process(
            CommandRun.line(List.of("plan", "--quiet", "--set", "parameters=insecure_n10_l12")),
            Map.of("HETAL_CPU_PATH", "portable"),
            folder.resolve("log"));
    assertEquals(65, run.status(), run.output());
    assertTrue(run.output().contains("data.train.features"), run.output());
  }
}
