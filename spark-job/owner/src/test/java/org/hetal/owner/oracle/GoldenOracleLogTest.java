package org.hetal.owner.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.hetal.owner.vectors.GoldenFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Committed logs are read, and a log that is written today has the same bytes. */
class GoldenOracleLogTest {
  @TempDir private Path root;

  private static List<OracleLog.Entry> entries(String dataset) {
    return List.of(
        entry(1, dataset, 1.25, false, true, ""),
        entry(2, dataset, 0.1 + 0.2, true, false, "caf\u00e9"));
  }

  private static OracleLog.Entry entry(
      int epoch, String dataset, double loss, boolean stop, boolean best, String reason) {
    return new OracleLog.Entry(
        "2026-01-01T00:00:0" + epoch + "Z",
        "run-1",
        "00112233445566778899aabbccddeeff",
        dataset,
        epoch,
        "a1".repeat(32),
        loss,
        0.5,
        7.25,
        1e-9,
        stop,
        best,
        reason);
  }

  @Test
  void log_isWrittenAndReadAsCommitted() throws Exception {
    List<OracleLog.Entry> entries = entries("b2".repeat(32));
    try (OracleLog log = OracleLog.open(root.resolve("oracle.jsonl"), warning -> fail(warning))) {
      entries.forEach(log::append);
    }
    Files.deleteIfExists(root.resolve("oracle.jsonl.lock"));
    GoldenFolder.requireSame("oracle-log", root);
    assertEquals(entries, OracleLog.read(GoldenFolder.of("oracle-log").resolve("oracle.jsonl")));
  }

  /** As they were before lines named the data set. */
  @Test
  void logWithoutDataset_isRead() {
    Path file = GoldenFolder.of("oracle-log-without-dataset").resolve("oracle.jsonl");
    assertEquals(entries(""), OracleLog.read(file));
  }
}
