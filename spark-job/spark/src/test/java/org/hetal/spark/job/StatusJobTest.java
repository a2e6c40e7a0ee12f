package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.hetal.command.ExitCode;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.PlanFile;
import org.hetal.spark.Main;
import org.hetal.spark.storage.RunLock;
import org.hetal.spark.storage.RunLockTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Run directories in every state; beside a job that runs: TrainJobTest. */
class StatusJobTest {
  static final String STEP =
      "{\"event\":\"step\",\"step\":%d,\"epoch\":%d,\"batch\":0,\"gradient_seconds\":3.5,"
          + "\"update_seconds\":0.5,\"bootstraps\":3,\"broadcast_bytes\":1000,\"gradient_bytes\":500,\"task_seconds\":{\"read\":0,"
          + "\"expand\":1,\"logits\":1,\"softmax\":4,\"gradient\":1,\"sum\":0}}\n";
  static final String EPOCH =
      "{\"event\":\"epoch\",\"epoch\":%d,\"seconds\":14,\"validation_seconds\":1.5,"
          + "\"oracle_seconds\":0.5,\"decision\":\"continue\",\"best\":true,\"reason\":\"\","
          + "\"broadcast_bytes\":100}\n";

  @TempDir Path root;
  private Path run;
  private EncryptedToy toy;

  @BeforeEach
  void makeRun() throws Exception {
    run = Files.createDirectory(root.resolve("run"));
    toy = new EncryptedToy(root, 4); // 3 minibatches
  }

  private void keepPlan() {
    PlanFile.write(new LocalStorage(run), toy.plan);
  }

  /** {@code steps} of the first epochs with the answers of whole epochs. */
  static String metrics(int steps, int batches) {
    StringBuilder text = new StringBuilder();
    for (int step = 1; step <= steps; step++) {
      int epoch = (step + batches - 1) / batches;
      text.append(String.format(Locale.ROOT, STEP, step, epoch));
      if (step % batches == 0) {
        text.append(String.format(Locale.ROOT, EPOCH, epoch));
      }
    }
    return text.toString();
  }

  private List<String> lines() {
    List<String> lines = StatusJob.lines(run.toString(), new Configuration(), Instant.now());
    assertEquals(5, lines.size());
    return lines;
  }

  private static void assertLine(String name, String part, String line) {
    assertTrue(line.startsWith(name) && line.contains(part), line);
  }

  private String failure(int status, String... arguments) {
    PrintStream err = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream captured = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      System.setErr(captured);
      assertEquals(status, Main.run(arguments));
    } finally {
      System.setErr(err);
    }
    String text = bytes.toString(StandardCharsets.UTF_8).strip();
    assertEquals(1, text.lines().count(), text);
    return text;
  }

  @Test
  void status_ofARunThatHasNotWrittenItsPlan_isStarting() throws Exception {
    try (RunLock lock = RunLock.acquire(run.toString(), new Configuration(), line -> {})) {
      assertLine("run", "starting", lines().get(0));
      assertLine("lock", "process " + ProcessHandle.current().pid() + " on ", lines().get(4));
    }
  }

  @Test
  void status_ofAnInterruptedRun_tellsWhereItStoppedAndWhatContinuesIt() throws Exception {
    keepPlan();
    Files.writeString(run.resolve("metrics.jsonl"), metrics(4, 3));
    Files.write(run.resolve("run.lock"), RunLockTest.lockOfAnEndedProcess());
    List<String> lines = lines();
    assertLine("run", "interrupted; the same hetal train continues it", lines.get(0));
    assertLine("progress", "epoch 2 of 4, step 4 of 12", lines.get(1));
    // 8 steps of 4 s and 3 validations of 2 s are left.
    assertLine("time", "4.00 s per step; at most 38.0 s left", lines.get(2));
    assertLine("decision", "epoch 1: continue, best so far", lines.get(3));
    assertLine("lock", "it has ended", lines.get(4));
  }

  @Test
  void status_ofARunWhoseClockIsAhead_tellsByHowMuch() throws Exception {
    keepPlan();
    java.time.Instant later = java.time.Instant.now().plusSeconds(3610);
    Files.writeString(run.resolve("run.lock"), "pid=7\nhost=h\nrenewed=" + later + "\ntoken=t\n");
    List<String> lines = lines();
    assertLine("run", "running", lines.get(0));
    assertLine("lock", "renewed by a clock that is 1 h 00 min ahead", lines.get(4));
  }

  @Test
  void status_withoutALock_tellsThatNoProcessHasTheRun() throws Exception {
    keepPlan();
    List<String> lines = lines();
    assertLine("progress", "epoch 1 of 4, step 0 of 12", lines.get(1));
    assertLine("time", "unknown before the first step", lines.get(2));
    assertLine("decision", "none yet", lines.get(3));
    assertLine("lock", "none: no process has this run", lines.get(4));
  }

  @Test
  void status_ofNoRunOrADamagedOne_isOneLineAndExitCode65() throws Exception {
    int input = ExitCode.INPUT.status();
    String none = failure(input, "status", root.resolve("absent").toString());
    assertTrue(none.contains("absent: expected a run directory"), none);
    keepPlan();
    Files.writeString(run.resolve("metrics.jsonl"), "{\"event\":\"step\",\n");
    String damaged = failure(input, "status", run.toString());
    assertTrue(damaged.contains("metrics.jsonl line 1: expected a JSON object"), damaged);
    String usage = failure(ExitCode.USAGE.status(), "status");
    assertTrue(usage.contains("RUN"), usage);
    String scheme = failure(ExitCode.CONFIGURATION.status(), "status", "nowhere://host/run");
    assertTrue(scheme.contains("nowhere"), scheme);
  }
}
