package org.hetal.spark.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hetal.command.ExitCode;
import org.hetal.he.KeyPlan;
import org.hetal.he.engine.EngineLibrary;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.NativeClient;
import org.hetal.spark.Main;
import org.hetal.spark.job.ToyOracle.Reply;
import org.hetal.training.EarlyStopping;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real ciphertexts of a toy ring, trained on by Spark. */
@Tag("slow")
class NativeTrainTest {
  @TempDir static Path root;
  private static Client owner;
  private static EncryptedToy toy;

  @BeforeAll
  static void encryptAndTrain() throws Exception {
    owner = NativeClient.insecureGenerate("insecure_n10_l12", 7);
    toy = new EncryptedToy(root, 2, "native", owner).write();
    owner.writeEvaluationKeys(root.resolve("keys"), toy.plan.keys(), (d, of, bytes) -> {});
    assertEquals(0, train(root.resolve("run"), "threads=2"));
  }

  @AfterAll
  static void closeOwner() {
    owner.close();
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

  @Test
  void train_onCiphertexts_givesTheWeightsOfThePlainTraining() {
    double[][] expected = toy.plain().best();
    double[][] actual = toy.weights(root.resolve("run"));
    for (int c = 0; c < expected.length; c++) {
      assertArrayEquals(expected[c], actual[c], 2e-2);
    }
  }

  @Test
  void train_closesEveryNativeObject() {
    assertEquals(0, EngineLibrary.liveObjects());
  }

  @Test
  void train_onOneThreadAndOnePartition_givesTheSameBytes() throws Exception {
    Path run = root.resolve("run-1");
    assertEquals(
        0,
        train(
            run,
            "threads=1",
            "cluster.master=local[1]",
            "cluster.partitions=1",
            "cluster.cache-bytes=0"));
    List<byte[]> expected = EncryptedToy.modelBytes(root.resolve("run"));
    List<byte[]> actual = EncryptedToy.modelBytes(run);
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), "ciphertext " + i);
    }
  }

  @Test
  void train_withKeysOfAnotherOwner_isRefusedAsInput() throws Exception {
    try (Client other = NativeClient.insecureGenerate("insecure_n10_l12", 8)) {
      Path keys = root.resolve("other-keys");
      other.writeEvaluationKeys(keys, toy.plan.keys(), (d, of, bytes) -> {});
      assertEquals(
          ExitCode.INPUT.status(), train(root.resolve("run-2"), "paths.key-bundle=" + keys));
    }
  }

  @Test
  void trainAndPredict_withoutAPlannedRotation_areRefusedBeforeAnyTask() throws Exception {
    KeyPlan fewer = new KeyPlan().merge(toy.plan.predictionKeys()).bootstrap();
    fewer.relinearize(toy.plan.keys().relinearizationLevel());
    fewer.conjugate(toy.plan.keys().conjugationLevel());
    Path few = root.resolve("few-keys");
    owner.writeEvaluationKeys(few, fewer, (done, of, bytes) -> {});
    Path run = root.resolve("run-3");
    String keys = "paths.key-bundle=" + few;
    Outcome train = outcome("train", keys, "paths.run=" + run);
    assertEquals(ExitCode.CONFIGURATION.status(), train.status(), train.errors());
    assertTrue(train.errors().contains("actual none for rotation by "), train.errors());
    assertTrue(train.errors().contains("hetal keygen --evaluation-keys-only"), train.errors());
    assertFalse(Files.exists(run.resolve("checkpoints")));
    String to = root.resolve("logits").toString();
    Outcome predict = outcome("predict", keys, "-o", to, "paths.run=" + root.resolve("run"));
    assertEquals(0, predict.status(), "a prediction needs no more: " + predict.errors());
    Path none = root.resolve("bootstrap-keys");
    owner.writeEvaluationKeys(none, new KeyPlan().bootstrap(), (done, of, bytes) -> {});
    keys = "paths.key-bundle=" + none;
    predict = outcome("predict", keys, "-o", to + "-2", "paths.run=" + root.resolve("run"));
    assertEquals(ExitCode.CONFIGURATION.status(), predict.status(), predict.errors());
  }

  private record Outcome(int status, String errors) {}

  /** Settings, and {@code -o FILE}. */
  private static Outcome outcome(String command, String... more) {
    List<String> settings = new ArrayList<>(List.of(more));
    int option = settings.indexOf("-o");
    List<String> options = new ArrayList<>();
    if (option >= 0) {
      options.addAll(List.of(settings.remove(option), settings.remove(option)));
    }
    List<String> arguments = toy.arguments(command, settings.toArray(String[]::new));
    arguments.addAll(options);
    PrintStream before = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setErr(new PrintStream(err, true, UTF_8));
    try {
      return new Outcome(Main.run(arguments.toArray(String[]::new)), err.toString(UTF_8));
    } finally {
      System.setErr(before);
    }
  }

  @Test
  void train_withoutKeys_isRefusedAsInputInOneLine() throws Exception {
    PrintStream before = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    int status;
    try {
      List<String> arguments = toy.arguments("train", "paths.key-bundle=" + root.resolve("none"));
      arguments.remove("--trace");
      status = Main.run(arguments.toArray(String[]::new));
    } finally {
      System.setErr(before);
    }
    assertEquals(ExitCode.INPUT.status(), status);
    List<String> lines =
        err.toString(StandardCharsets.UTF_8).lines().filter(l -> l.startsWith("hetal")).toList();
    assertEquals(1, lines.size(), err.toString(StandardCharsets.UTF_8));
  }
}
