package org.hetal.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.hetal.command.ExitCode;
import org.hetal.he.EngineLibrary;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.NativeClient;
import org.hetal.job.ToyOracle.Reply;
import org.hetal.training.Judge;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real ciphertexts of a toy ring, trained on by Spark. */
class NativeTrainTest {
  @TempDir static Path root;
  private static Client owner;
  private static EncryptedToy toy;

  @BeforeAll
  static void encryptAndTrain() throws Exception {
    owner = NativeClient.insecureGenerate("insecure_n10_l12", 7);
    toy = new EncryptedToy(root, 2, "native", owner).write();
    owner.writeEvaluationKeys(root.resolve("keys"), toy.plan.rotations(), (d, of, bytes) -> {});
    assertEquals(0, train(root.resolve("run"), "threads=2"));
  }

  @AfterAll
  static void closeOwner() {
    owner.close();
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
      other.writeEvaluationKeys(keys, toy.plan.rotations(), (d, of, bytes) -> {});
      assertEquals(
          ExitCode.INPUT.status(), train(root.resolve("run-2"), "paths.key-bundle=" + keys));
    }
  }

  @Test
  void train_withoutKeys_isRefusedAsInputInOneLine() throws Exception {
    PrintStream before = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setErr(new PrintStream(err, true));
    int status;
    try {
      List<String> arguments = toy.arguments("train", "paths.key-bundle=" + root.resolve("none"));
      arguments.remove("--trace");
      status = Main.run(arguments.toArray(String[]::new));
    } finally {
      System.setErr(before);
    }
    assertEquals(ExitCode.INPUT.status(), status);
    List<String> lines = err.toString().lines().filter(l -> l.startsWith("hetal")).toList();
    assertEquals(1, lines.size(), err.toString());
  }
}
