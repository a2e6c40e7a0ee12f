package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.hetal.command.ProgressBar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may read what demo and benchmarks write of the data owner. */
@Timeout(60)
class FilesOfToolsTest {
  @TempDir Path folder;

  private void assertPrivate(String name) throws Exception {
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))),
        name);
  }

  @Test
  void logs_areForTheOwnerAloneAndGrow() throws Exception {
    Path log = folder.resolve("demo.log");
    ProgressBar bar = new ProgressBar(System.out, "steps", false, () -> 0);
    for (int i = 0; i < 2; i++) {
      try (DemoProcess process =
          DemoProcess.shown("owner", List.of("echo", "accuracy"), log, bar)) {
        process.await(() -> {});
      }
    }
    assertPrivate("demo.log");
    assertEquals("owner: accuracy\nowner: accuracy\n", Files.readString(log));
    try (LoggedProcesses processes = new LoggedProcesses()) {
      processes.run(List.of("echo", "loss"), Map.of(), folder.resolve("owner.log"));
    }
    assertPrivate("owner.log");
    assertEquals("loss\n", Files.readString(folder.resolve("owner.log"), StandardCharsets.UTF_8));
  }

  @Test
  void figures_areForTheOwnerAlone() throws Exception {
    Figures.write(Map.of("accuracy", 0.9), folder.resolve("figures.json"));
    assertPrivate("figures.json");
  }
}
