package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkException;
import org.hetal.command.ExitCode;
import org.hetal.config.SettingsException;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
import org.hetal.he.DeviceLostException;
import org.hetal.he.DeviceOutOfMemoryException;
import org.hetal.he.DeviceUnavailableException;
import org.hetal.spark.Main;
import org.hetal.spark.errors.RetryLaterException;
import org.hetal.spark.job.ToyOracle.Reply;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exit statuses, and one line that says why. */
@Tag("slow")
class MainTest {
  @TempDir Path root;

  private record Outcome(int status, List<String> said) {}

  private static Outcome run(List<String> arguments) {
    PrintStream before = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      int status = Main.run(arguments.toArray(String[]::new));
      List<String> said =
          err.toString(StandardCharsets.UTF_8)
              .lines()
              .filter(line -> line.startsWith("hetal"))
              .toList();
      return new Outcome(status, said);
    } finally {
      System.setErr(before);
    }
  }

  private static void assertOutcome(int status, String part, Outcome outcome) {
    assertEquals(status, outcome.status(), () -> outcome.said().toString());
    assertEquals(1, outcome.said().size(), () -> outcome.said().toString());
    assertTrue(outcome.said().get(0).contains(part), outcome.said().get(0));
  }

  private List<String> toy(String... more) {
    List<String> arguments = new EncryptedToy(root, 2).arguments("train", more);
    arguments.remove("--trace");
    return arguments;
  }

  @Test
  void unknownOption_isUsage() {
    Outcome outcome = run(List.of("train", "--frobnicate"));
    assertEquals(64, outcome.status());
    assertTrue(outcome.said().get(0).contains("--frobnicate"), outcome.said().get(0));
  }

  @Test
  void noCommand_isUsage() {
    assertEquals(64, run(List.of()).status());
  }

  @Test
  void help_isNoFailure() {
    assertEquals(0, run(List.of("train", "--help")).status());
  }

  @Test
  void badSetting_isConfiguration() {
    assertOutcome(78, "training.epochs", run(List.of("train", "--set", "training.epochs=none")));
  }

  @Test
  void settingWithoutAName_isUsage() {
    Outcome outcome = run(List.of("train", "--set", "training,epochs=3"));
    assertEquals(64, outcome.status());
    assertTrue(outcome.said().get(0).contains("expected a setting such as"), outcome.said().get(0));
  }

  @Test
  void settingsOfAnotherFileSystem_areUsageAndSayWhatToDo() {
    Outcome outcome = run(List.of("train", "-c", "hdfs://namenode/run.conf"));
    assertEquals(64, outcome.status());
    assertTrue(outcome.said().get(0).contains("give a local path"), outcome.said().get(0));
  }

  @Test
  void masterThatIsNone_isConfiguration() {
    assertOutcome(78, "cluster.master", run(toy("cluster.master=nonsense")));
    // Embedded there is no YARN.
    assertOutcome(78, "spark.authenticate=true", run(toy("cluster.master=yarn")));
    Outcome allowed = run(toy("cluster.master=yarn", "cluster.allow-unauthenticated=true"));
    assertEquals(2, allowed.said().size(), () -> allowed.said().toString());
    assertTrue(allowed.said().get(0).startsWith("hetal: warning: Spark on yarn runs with"));
    assertOutcome(78, "SPARK_HOME", new Outcome(allowed.status(), allowed.said().subList(1, 2)));
  }

  @Test
  void javaThatSparkDoesNotRunOn_isConfiguration() {
    for (int version : List.of(11, 16, 22, 25)) {
      String said =
          assertThrows(SettingsException.class, () -> SparkSessions.requireJava(version))
              .getMessage();
      assertTrue(said.contains("17 to 21") && said.contains("actual " + version), said);
    }
    SparkSessions.requireJava(17);
    SparkSessions.requireJava(21);
  }

  @Test
  void cudaWithoutItsLibrary_isConfigurationAndSaysHowToGetIt() {
    assertOutcome(
        78,
        "expected hetal-he-cuda-VERSION.jar",
        run(List.of("train", "--device", "cuda", "--set", "paths.dataset=" + root)));
  }

  @Test
  void cudaWithTheSimulator_isConfiguration() {
    List<String> arguments = toy();
    arguments.addAll(List.of("--device", "cuda"));
    assertOutcome(78, "device: expected cpu with the backend simulator", run(arguments));
  }

  /** Spark would wait for ever. */
  @Test
  void gpusOfATaskInLocalMode_isConfiguration() {
    System.setProperty("spark.task.resource.gpu.amount", "1");
    try {
      assertOutcome(78, "spark.task.resource.gpu.amount: expected none", run(toy()));
    } finally {
      System.clearProperty("spark.task.resource.gpu.amount");
    }
  }

  @Test
  void missingDataSet_isInput() {
    assertOutcome(65, "manifest.json", run(toy()));
  }

  @Test
  void damagedCiphertext_isInputAndNamesTheFile() throws Exception {
    EncryptedToy toy = new EncryptedToy(root, 2).write();
    Path file = root.resolve("dataset/train/group-00001/y.ct");
    byte[] bytes = Files.readAllBytes(file);
    bytes[100] ^= 1;
    Files.write(file, bytes);
    try (ToyOracle oracle = new ToyOracle(root, 0, r -> new Reply(500, new byte[0]))) {
      List<String> arguments = toy.arguments("train", oracle.settings());
      arguments.remove("--trace");
      assertOutcome(65, "train/group-00001/y.ct", run(arguments));
    }
  }

  @Test
  void runOfAnotherProcess_cannotCommit() throws Exception {
    new EncryptedToy(root, 2).write();
    Files.createDirectories(root.resolve("run"));
    Files.writeString(
        root.resolve("run/run.lock"),
        "host=elsewhere\npid=1\nrenewed=" + java.time.Instant.now() + "\ntoken=other\n");
    assertOutcome(73, "elsewhere", run(toy()));
  }

  @Test
  void oracleThatIsAway_isRetryLaterAndLeavesNoLock() throws Exception {
    new EncryptedToy(root, 2).write();
    String[] away;
    try (ToyOracle oracle = new ToyOracle(root, 0, r -> new Reply(500, new byte[0]))) {
      away = oracle.settings();
    }
    assertOutcome(75, "the run continues", run(toy(away[0], away[1], "oracle.retry-timeout=1s")));
    assertTrue(Files.notExists(root.resolve("run/run.lock")));
  }

  @Test
  void exitCode_isThatOfTheKnownCause() {
    Exception task = new Exception("Job aborted", new DatasetException("x: expected, actual"));
    assertEquals(ExitCode.INPUT, ClusterFailures.TABLE.code(task));
    assertEquals("x: expected, actual", ClusterFailures.TABLE.line(task));
    assertEquals(ExitCode.COMMIT, ClusterFailures.TABLE.code(new CommitException("x")));
    assertEquals(ExitCode.RETRY, ClusterFailures.TABLE.code(new RetryLaterException("x")));
    assertEquals(ExitCode.CONFIGURATION, ClusterFailures.TABLE.code(new SettingsException("x")));
    assertEquals(ExitCode.RETRY, ClusterFailures.TABLE.code(new DeviceOutOfMemoryException("x")));
    assertEquals(ExitCode.RETRY, ClusterFailures.TABLE.code(new DeviceLostException("x")));
    Exception missing = new Exception("Job aborted", new DeviceUnavailableException("no GPU"));
    assertEquals(ExitCode.CONFIGURATION, ClusterFailures.TABLE.code(missing));
    assertEquals("no GPU", ClusterFailures.TABLE.line(missing));
    Exception away =
        new SparkException("Job aborted: ExecutorLostFailure (executor 1 exited)\nstack");
    assertEquals(ExitCode.RETRY, ClusterFailures.TABLE.code(away));
    assertEquals(
        "Job aborted: ExecutorLostFailure (executor 1 exited)", ClusterFailures.TABLE.line(away));
    Exception unknown = new IllegalStateException("surprise\nsecond line");
    assertEquals(ExitCode.INTERNAL, ClusterFailures.TABLE.code(unknown));
    assertEquals(
        "internal error: java.lang.IllegalStateException: surprise",
        ClusterFailures.TABLE.line(unknown));
  }
}
