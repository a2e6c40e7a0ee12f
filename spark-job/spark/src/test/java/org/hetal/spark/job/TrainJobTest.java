package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.hetal.command.ExitCode;
import org.hetal.oracle.Greeting;
import org.hetal.oracle.ValidationAnswer;
import org.hetal.oracle.ValidationRequest;
import org.hetal.spark.Main;
import org.hetal.spark.job.ToyOracle.Reply;
import org.hetal.training.EarlyStopping;
import org.hetal.training.StopDecision;
import org.hetal.training.TaskStage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole trainings on the simulator, through the command line, on Spark inside this process. */
@Tag("slow")
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
    EarlyStopping stopping = toy.decide();
    try (ToyOracle oracle =
        new ToyOracle(root, 0, r -> Reply.of(toy.decision(stopping, r.epoch(), r.ciphertexts())))) {
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
  void train_withTheSetOfTheDataSet_givesTheSameBytes() throws Exception {
    Path run = root.resolve("run-auto");
    assertEquals(0, train(run, "parameters=auto"));
    assertSameModel(root.resolve("run"), run);
    Path refused = root.resolve("run-other-set");
    assertEquals(65, train(refused, "parameters=insecure_simulator_n9_l12"));
    assertEquals(65, train(refused, "backend=native", "parameters=auto"), "never an insecure set");
    assertFalse(Files.exists(refused));
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
      assertEquals(List.of(), oracle.greetings());
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
    double stages = 0;
    for (TaskStage stage : TaskStage.values()) {
      double seconds = first.path("task_seconds").path(stage.label()).asDouble(-1);
      assertTrue(seconds >= 0, stage.label() + ": " + seconds);
      stages += seconds;
    }
    assertEquals(TaskStage.values().length, first.path("task_seconds").size());
    assertTrue(first.path("task_seconds").path("softmax").asDouble() > 0);
    // Two tasks at a time.
    assertTrue(stages <= 2 * first.path("gradient_seconds").asDouble() + 0.01, first.toString());
    JsonNode report = json.readTree(root.resolve("run/report.json").toFile());
    assertEquals(EPOCHS, report.path("epochs").asInt());
    assertEquals(EncryptedToy.ROWS, report.path("rows").asInt());
    assertEquals(0, report.path("security_bits").asInt());
    assertTrue(report.path("bootstraps").asLong() > 0);
  }

  @Test
  void status_besideTheJobAndAfterIt_tellsWhereItStands() throws Exception {
    Path run = root.resolve("run-watched");
    EarlyStopping stopping = toy.decide();
    List<List<String>> seen = new ArrayList<>();
    try (ToyOracle oracle =
        new ToyOracle(
            root,
            0,
            r -> {
              seen.add(StatusJob.lines(run.toString(), new Configuration(), Instant.now()));
              return Reply.of(toy.decision(stopping, r.epoch(), r.ciphertexts()));
            })) {
      List<String> arguments = toy.arguments("train", oracle.settings());
      arguments.addAll(List.of("--set", "paths.run=" + run));
      assertEquals(0, Main.run(arguments.toArray(String[]::new)));
    }
    int batches = toy.plan.schedule().batches();
    List<String> second = seen.get(1);
    assertTrue(second.get(0).endsWith(": running"), second.toString());
    assertTrue(
        second.get(1).endsWith("epoch 2 of 3, step " + 2 * batches + " of " + 3 * batches),
        second.toString());
    assertTrue(
        second.get(2).matches("time +[0-9.]+ s per step; at most .* left(, without validations)?"),
        second.get(2));
    assertTrue(second.get(3).endsWith("epoch 1: continue, best so far"), second.toString());
    assertTrue(
        second.get(4).contains("process " + ProcessHandle.current().pid()), second.toString());
    List<String> last = StatusJob.lines(run.toString(), new Configuration(), Instant.now());
    assertTrue(last.get(0).endsWith(": finished"), last.toString());
    assertTrue(last.get(1).contains("all epochs done; the model is of epoch"), last.toString());
    assertTrue(last.get(4).contains("none: no process has this run"), last.toString());
    assertEquals(0, Main.run("status", run.toString()));
    Path page = root.resolve("pages/report.html");
    assertEquals(0, Main.run("report", run.toString(), "--output", page.toString()));
    assertTrue(Files.readString(page).contains("All planned epochs were trained."));
    assertEquals(65, Main.run("report", root.resolve("absent").toString()));
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
    assertEquals(ExitCode.COMMIT.status(), Main.run(arguments.toArray(String[]::new)), "twice");
  }

  /** The oracle goes away after its first answer: the second epoch is not trained twice. */
  @Test
  void train_whoseOracleGoesAway_keepsTheEpochAndGoesOnWithItsQuestion() throws Exception {
    Path run = root.resolve("run-away");
    EarlyStopping stopping = toy.decide();
    AtomicInteger questions = new AtomicInteger();
    Function<ValidationRequest, Reply> replies =
        request ->
            questions.incrementAndGet() == 2
                ? new Reply(500, ValidationAnswer.failure("away"))
                : Reply.of(toy.decision(stopping, request.epoch(), request.ciphertexts()));
    try (ToyOracle oracle = new ToyOracle(root, 0, replies)) {
      List<String> arguments = toy.arguments("train", oracle.settings());
      arguments.addAll(List.of("--set", "paths.run=" + run));
      assertEquals(ExitCode.RETRY.status(), Main.run(arguments.toArray(String[]::new)));
      int batches = toy.plan.schedule().batches();
      assertEquals(2 * batches, steps(run));
      assertEquals(0, Main.run(arguments.toArray(String[]::new)));
      assertEquals(List.of(1, 2, 2, 3), oracle.epochs());
      assertEquals(
          List.of(0, 1), oracle.greetings().stream().map(Greeting::epochsAnswered).toList());
      assertEquals(EPOCHS * batches, steps(run));
      assertEquals(EPOCHS * (batches + 1), Files.readAllLines(run.resolve("metrics.jsonl")).size());
    }
    assertSameModel(root.resolve("run"), run);
  }

  private static long steps(Path run) throws Exception {
    return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
        .filter(line -> line.contains("\"event\":\"step\""))
        .count();
  }

  /** Noticed before the first step: nothing is trained for an oracle that will not answer. */
  @Test
  void train_thatTheOracleRefusesToAnswer_ends78BeforeTheFirstStep() throws Exception {
    Path run = root.resolve("run-refused");
    Reply no = new Reply(409, ValidationAnswer.failure("run: expected case-1, actual default"));
    try (ToyOracle oracle =
        new ToyOracle(root, InetAddress.getLoopbackAddress(), 0, greeting -> no, r -> no)) {
      List<String> arguments = toy.arguments("train", oracle.settings());
      arguments.addAll(List.of("--set", "paths.run=" + run));
      assertEquals(ExitCode.CONFIGURATION.status(), Main.run(arguments.toArray(String[]::new)));
      assertEquals(1, oracle.greetings().size());
      assertEquals(toy.origin().keyId(), oracle.greetings().get(0).run().keyId());
      assertEquals(List.of(), oracle.epochs());
    }
    assertFalse(Files.exists(run.resolve("metrics.jsonl")));
  }

  @Test
  void train_thatDiverges_ends78() throws Exception {
    Path diverging = Files.createDirectories(root.resolve("diverging"));
    EncryptedToy steep = new EncryptedToy(diverging, EPOCHS, 1e6).write();
    try (ToyOracle oracle =
        new ToyOracle(diverging, 0, r -> Reply.of(new StopDecision(false, true, "")))) {
      List<String> arguments = steep.arguments("train", oracle.settings());
      PrintStream before = System.err;
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
      try {
        assertEquals(ExitCode.CONFIGURATION.status(), Main.run(arguments.toArray(String[]::new)));
      } finally {
        System.setErr(before);
      }
      String said = err.toString(StandardCharsets.UTF_8);
      assertTrue(said.contains("hetal train: training diverged in epoch"), said);
      assertTrue(said.contains("lower training.learning-rate"), said);
    }
  }
}
