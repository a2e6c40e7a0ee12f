package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hetal.spark.Main;
import org.hetal.spark.job.ToyOracle.Reply;
import org.hetal.training.EarlyStopping;
import org.hetal.training.StopDecision;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The job computes the validation loss on Spark's executors and sends one ciphertext per epoch. */
class EncryptedLossTrainTest {
  private static final int EPOCHS = 3;
  @TempDir static Path root;
  private static EncryptedToy toy;
  private static final List<StopDecision> DECISIONS = new ArrayList<>();
  private static List<byte[]> questions;

  @BeforeAll
  static void trainOnceUndisturbed() throws Exception {
    toy = EncryptedToy.withEncryptedLoss(root, EPOCHS).write();
    questions = train(root.resolve("run"), DECISIONS);
  }

  /** Returns the ciphertexts that the oracle was asked with, one per epoch. */
  private static List<byte[]> train(Path run, List<StopDecision> decisions, String... more)
      throws Exception {
    EarlyStopping stopping = toy.decide();
    List<byte[]> asked = new ArrayList<>();
    try (ToyOracle oracle =
        new ToyOracle(
            root,
            0,
            r -> {
              assertEquals(1, r.ciphertexts().size());
              asked.addAll(r.ciphertexts());
              StopDecision decision = toy.decision(stopping, r.epoch(), r.ciphertexts());
              decisions.add(decision);
              return Reply.of(decision);
            })) {
      List<String> arguments = toy.arguments("train", more);
      arguments.addAll(List.of("--set", "paths.run=" + run));
      for (String setting : oracle.settings()) {
        arguments.addAll(List.of("--set", setting));
      }
      assertEquals(0, Main.run(arguments.toArray(String[]::new)));
    }
    return asked;
  }

  @Test
  void decisionsAndWeights_areThoseOfThePlainTraining() {
    assertEquals(toy.plain().epochs().stream().map(epoch -> epoch.decision()).toList(), DECISIONS);
    double[][] expected = toy.plain().best();
    double[][] actual = toy.weights(root.resolve("run"));
    for (int c = 0; c < expected.length; c++) {
      assertArrayEquals(expected[c], actual[c], 1e-3);
    }
  }

  @ParameterizedTest
  @CsvSource({"local[1], 1, 4m", "local[2], 2, 0", "local[3], 0, 1g"})
  void partitionsThreadsAndCache_giveTheSameBytes(String master, int partitions, String cache)
      throws Exception {
    Path run = root.resolve("run-" + partitions);
    List<byte[]> asked =
        train(
            run,
            new ArrayList<>(),
            "cluster.master=" + master,
            "cluster.partitions=" + partitions,
            "cluster.cache-bytes=" + cache);
    assertEquals(EPOCHS, asked.size());
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      assertArrayEquals(questions.get(epoch), asked.get(epoch), "epoch " + (epoch + 1));
    }
    List<byte[]> expected = EncryptedToy.modelBytes(root.resolve("run"));
    List<byte[]> actual = EncryptedToy.modelBytes(run);
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), "ciphertext " + i);
    }
  }

  @Test
  void question_hasTheBytesOfOneCiphertextWhateverTheRows() {
    assertTrue(toy.plan.validationRows() > toy.plan.layout().rowsPerGroup());
    long bytes = questions.get(0).length;
    assertTrue(questions.stream().allMatch(each -> each.length == bytes));
    assertTrue(Arrays.stream(toy.decrypted(questions.get(0))).skip(2).allMatch(x -> x == 0));
  }

  @Test
  void settingsOfAnotherMetric_areRefused() throws Exception {
    List<String> arguments =
        toy.arguments(
            "train", "early-stopping.metric=logits", "paths.run=" + root.resolve("other"));
    assertEquals(65, Main.run(arguments.toArray(String[]::new)));
  }
}
