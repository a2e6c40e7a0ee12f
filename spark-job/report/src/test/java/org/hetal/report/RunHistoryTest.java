package org.hetal.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.LocalStorage;
import org.hetal.training.TaskStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunHistoryTest {
  @TempDir Path root;

  @Test
  void stages_divideTheTimeOfWaitingInProportionToTheTasks() {
    LocalStorage storage = new LocalStorage(root);
    Runs.write(storage, 1);
    Map<TaskStage, Double> stages = RunHistory.read(storage).steps().get(0).stages();
    assertEquals(1.5, stages.get(TaskStage.SOFTMAX), 1e-12);
    assertEquals(3.0, stages.values().stream().mapToDouble(x -> x).sum(), 1e-12);
  }

  @Test
  void isFinished_onlyAfterTheLastEpochOrAStop() {
    LocalStorage storage = new LocalStorage(root);
    Runs.write(storage, 11);
    assertFalse(RunHistory.read(storage).isFinished());
    assertEquals(2, RunHistory.read(storage).bestEpoch());
    Runs.write(storage, 12);
    assertTrue(RunHistory.read(storage).isFinished());
  }

  @Test
  void read_ofWhatIsNoRun_refuses() {
    LocalStorage storage = new LocalStorage(root);
    String none = assertThrows(DatasetException.class, () -> RunHistory.read(storage)).getMessage();
    assertTrue(none.contains("expected a run directory"), none);
    Runs.write(storage, 1);
    Runs.writeFinished(storage);
    String text = new String(storage.read("report.json"), StandardCharsets.UTF_8);
    storage.writeAtomically(
        "report.json",
        text.replace(Runs.plan().parameters().name(), "n16_l12").getBytes(StandardCharsets.UTF_8));
    String mixed =
        assertThrows(DatasetException.class, () -> RunHistory.read(storage)).getMessage();
    assertTrue(mixed.contains("the files are of different runs"), mixed);
    storage.writeAtomically("report.json", "{\"run_id\":1}".getBytes(StandardCharsets.UTF_8));
    String damaged =
        assertThrows(DatasetException.class, () -> RunHistory.read(storage)).getMessage();
    assertTrue(damaged.contains("report.json: expected what train wrote"), damaged);
  }

  /** The owner's report reads what the cluster wrote. The files have holes. */
  @ParameterizedTest
  @ValueSource(strings = {"metrics.jsonl", "report.json", "owners.json", "plan.json"})
  void hugeFile_isRefusedBeforeItIsRead(String name) throws Exception {
    LocalStorage storage = new LocalStorage(root);
    Runs.write(storage, 1);
    try (RandomAccessFile huge = new RandomAccessFile(root.resolve(name).toFile(), "rw")) {
      huge.setLength(3L << 30);
    }
    String message =
        assertThrows(DatasetException.class, () -> RunHistory.read(storage)).getMessage();
    assertTrue(message.startsWith(root.resolve(name) + ": expected at most "), message);
  }
}
