package org.hetal.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.hetal.dataset.DatasetException;
import org.hetal.owner.table.DataException;
import org.hetal.training.EpochMetrics;
import org.hetal.training.StopDecision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OracleAnswersTest {
  private static final String LINE =
      "{\"time\":\"2026-01-01T00:00:00Z\",\"runId\":\"r\",\"keyId\":\"k\",\"dataset\":\"d\","
          + "\"epoch\":1,\"sha256\":\"s\",\"loss\":0.5,\"accuracy\":0.75,\"largestLogit\":3.0,"
          + "\"drift\":0.125,\"stop\":false,\"best\":true,\"reason\":\"better\"}\n";

  @TempDir Path folder;

  @Test
  void answersOfALog_areTheMetricsOfItsEpochs_withoutALineThatIsBeingWritten() throws Exception {
    Path log = folder.resolve("oracle.jsonl");
    String second = LINE.replace("\"epoch\":1", "\"epoch\":2");
    Files.writeString(log, LINE + second + LINE.substring(0, 20));
    EpochMetrics first =
        new EpochMetrics(1, 0.5, 0.75, 3, 0.125, new StopDecision(false, true, "better"));
    List<EpochMetrics> answers = OracleAnswers.read(log);
    assertEquals(List.of(1, 2), answers.stream().map(EpochMetrics::epoch).toList());
    assertEquals(first, answers.get(0));
  }

  @Test
  void noLogAndADamagedLog_areRefused() throws Exception {
    Path log = folder.resolve("oracle.jsonl");
    DataException none = assertThrows(DataException.class, () -> OracleAnswers.read(log));
    assertTrue(none.getMessage().endsWith("expected the log of an oracle, actual no file"));
    Files.writeString(log, "x\n" + LINE);
    assertThrows(DatasetException.class, () -> OracleAnswers.read(log));
  }
}
