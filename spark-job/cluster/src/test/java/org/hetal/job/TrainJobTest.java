package org.hetal.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.hetal.command.ExitCode;
import org.hetal.job.ToyOracle.Reply;
import org.hetal.training.Judge;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole trainings on the simulator, through the command line, on Spark inside this process. */
class TrainJobTest {
  private static final int EPOCHS = 3;
  @TempDir static Path root;
  private static EncryptedToy toy;

  @BeforeAll
  static void trainOnceUndisturbed() throws Exception {
    toy = new EncryptedToy(root, EPOCHS).write();
    assertEquals(0, train(root.resolve("run")));
  }

  private static int train(Path run, String... more) throws Exception {
    Judge judge = toy.judge();
    try (ToyOracle oracle =
        new ToyOracle(root, 0, r -> Reply.of(toy.verdict(judge, r.epoch(), r.logits())))) {
      List<String> arguments = toy.arguments("train", more);
      arguments.addAll(List.of("--set", "paths.run=" + run));
      for (String setting : oracle.settings()) {
        arguments.addAll(List.of("--set", setting));
      }
      return Main.run(arguments.toArray(String[]::new));
    }
  }

  private static void assertSameModel(Path a, Path b) {
    List<byte[]> expected = EncryptedToy.modelBytes(a);
    List<byte[]> actual = EncryptedToy.modelBytes(b);
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), "ciphertext " + i);
    }
  }

  @Test
  void train_givesTheWeightsOfThePlainTraining() {
    double[][] expected = toy.plain().best();
    double[][] actual = toy.weights(root.resolve("run"));
    for (int c = 0; c < expected.length; c++) {
      assertArrayEquals(expected[c], actual[c], 1e-3);
    }
  }

  @Test
  void train_onOneThreadAndOnePartition_givesTheSameBytes() throws Exception {
    Path run = root.resolve("run-1");
    assertEquals(0, train(run, "cluster.master=local[1]", "cluster.partitions=1"));
    assertSameModel(root.resolve("run"), run);
  }

  @Test
  void train_onTwoPartitionsWithoutCache_givesTheSameBytes() throws Exception {
    Path run = root.resolve("run-2");
    assertEquals(0, train(run, "cluster.partitions=2", "cluster.cache-bytes=0"));
    assertSameModel(root.resolve("run"), run);
  }

  @Test
  void train_whenFilesFailOnce_retriesTasksAndGivesTheSameBytes() throws Exception {
    Path run = root.resolve("run-retried");
    UnreliableFileSystem.FAILED.clear();
    System.setProperty("spark.hadoop.fs.unreliable.impl", UnreliableFileSystem.class.getName());
    System.setProperty("spark.hadoop.fs.unreliable.impl.disable.cache", "true");
    System.setProperty("spark.hadoop.fs.unreliable.fails", ".*/train/.*/y\\.ct");
    try {
      int status =
          train(
              run,
              "cluster.master=local[2,4]",
              "cluster.cache-bytes=0",
              "paths.dataset=unreliable:" + root.resolve("dataset"));
      assertEquals(0, status);
    } finally {
      System.clearProperty("spark.hadoop.fs.unreliable.impl");
      System.clearProperty("spark.hadoop.fs.unreliable.impl.disable.cache");
      System.clearProperty("spark.hadoop.fs.unreliable.fails");
    }
    assertFalse(UnreliableFileSystem.FAILED.isEmpty(), "nothing failed");
    assertSameModel(root.resolve("run"), run);
  }

  @Test
  void train_ofAFinishedRun_isDoneAlreadyAndAsksNobody() throws Exception {
    List<byte[]> before = EncryptedToy.modelBytes(root.resolve("run"));
    try (ToyOracle oracle = new ToyOracle(root, 0, r -> new Reply(500, new byte[0]))) {
      List<String> arguments = toy.arguments("train", oracle.settings());
      assertEquals(0, Main.run(arguments.toArray(String[]::new)));
      assertEquals(List.of(), oracle.epochs());
    }
    assertArrayEquals(before.get(0), EncryptedToy.modelBytes(root.resolve("run")).get(0));
  }

  @Test
  void train_leavesMetricsAndAReport() throws Exception {
    ObjectMapper json = new ObjectMapper();
    List<String> lines = Files.readAllLines(root.resolve("run/metrics.jsonl"));
    int batches = toy.plan.schedule().batches();
    assertEquals(EPOCHS * (batches + 1), lines.size());
    JsonNode first = json.readTree(lines.get(0));
    assertEquals("step", first.path("event").asText());
    assertEquals(1, first.path("step").asInt());
    assertEquals(toy.plan.bootstrapsPerIteration(), first.path("bootstraps").asInt());
    assertTrue(first.path("gradient_bytes").asLong() > 0);
    JsonNode report = json.readTree(root.resolve("run/report.json").toFile());
    assertEquals(EPOCHS, report.path("epochs").asInt());
    assertEquals(EncryptedToy.ROWS, report.path("rows").asInt());
    assertEquals(0, report.path("security_bits").asInt());
    assertTrue(report.path("bootstraps").asLong() > 0);
  }

  @Test
  void train_withOtherSettingsInTheSameRunDirectory_refuses() throws Exception {
    // Layout and data are the same, but not the schedule that the data set was made for.
    assertEquals(ExitCode.INPUT.status(), train(root.resolve("run"), "training.learning-rate=1.0"));
  }

  @Test
  void predict_givesTheLogitsOfTheModel() {
    Path output = root.resolve("logits");
    List<String> arguments = toy.arguments("predict");
    arguments.addAll(List.of("--output", output.toString()));
    assertEquals(0, Main.run(arguments.toArray(String[]::new)));
    double[][] expected = toy.plainLogits(toy.weights(root.resolve("run")));
    double[][] actual = toy.predicted(output);
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i], actual[i], 1e-6);
    }
    assertEquals(ExitCode.INPUT.status(), Main.run(arguments.toArray(String[]::new)), "twice");
  }
}
