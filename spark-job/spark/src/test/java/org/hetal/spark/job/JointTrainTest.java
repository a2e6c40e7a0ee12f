package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hetal.dataset.EncryptedModel;
import org.hetal.dataset.LocalStorage;
import org.hetal.report.RunHistory;
import org.hetal.report.RunMetrics;
import org.hetal.report.RunOwners;
import org.hetal.spark.Main;
import org.hetal.training.StopDecision;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The job trains on the data sets of three owners. */
class JointTrainTest {
  @TempDir static Path root;
  private static JointToy toy;
  private static final List<StopDecision> DECISIONS = new ArrayList<>();

  @BeforeAll
  static void trainOnceUndisturbed() throws Exception {
    toy = JointToy.simulated(root);
    assertEquals(0, train("run", DECISIONS, "paths.dataset=" + toy.datasets("a", "b", "c")));
  }

  private static int train(String run, List<StopDecision> decisions, String... more)
      throws Exception {
    try (ToyOracle oracle = toy.oracle(decisions)) {
      List<String> settings = new ArrayList<>(List.of("paths.run=" + root.resolve(run)));
      settings.addAll(List.of(oracle.settings()));
      settings.addAll(List.of(more));
      return Main.run(toy.arguments("train", settings).toArray(String[]::new));
    }
  }

  @Test
  void decisionsAndWeights_areThoseOfThePlainTraining() {
    assertEquals(toy.plain().epochs().stream().map(epoch -> epoch.decision()).toList(), DECISIONS);
    double[][] expected = toy.plain().best();
    double[][] actual = toy.weights(EncryptedToy.modelBytes(root.resolve("run")));
    for (int c = 0; c < expected.length; c++) {
      assertArrayEquals(expected[c], actual[c], 1e-3);
    }
  }

  @ParameterizedTest
  @CsvSource({"local[1], 1, c, a, b, 1", "local[2], 0, b, c, a, 2", "local[3], 2, a, c, b, 0"})
  void orderPartitionsAndSplits_giveTheSameBytes(
      String master, int partitions, String first, String second, String third, int split)
      throws Exception {
    String run = "run-" + first;
    assertEquals(
        0,
        train(
            run,
            new ArrayList<>(),
            "paths.dataset=" + toy.datasets(first, second, third),
            "cluster.master=" + master,
            "cluster.partitions=" + partitions,
            "cluster.split=" + split));
    List<byte[]> expected = EncryptedToy.modelBytes(root.resolve("run"));
    List<byte[]> actual = EncryptedToy.modelBytes(root.resolve(run));
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), "ciphertext " + i);
    }
  }

  @Test
  void runDirectory_namesOwnersAndRows() {
    RunHistory history = RunHistory.read(new LocalStorage(root.resolve("run")));
    assertEquals(
        List.of(JointToy.ROWS[0], JointToy.ROWS[1], JointToy.ROWS[2]),
        history.owners().stream().map(RunOwners.Owner::rows).toList());
    assertEquals(root.resolve("a").toString(), history.owners().get(0).folder());
    assertEquals(Arrays.stream(JointToy.ROWS).sum(), history.trainingRows());
    assertEquals(JointToy.VALIDATION_ROWS * 3, history.validationRows());
    assertEquals(history.metrics().lastStep(), history.mostSteps());
    assertTrue(history.isFinished());
  }

  /** Each owner's validation rows are one microbatch. */
  @Test
  void bootstrapsOfAValidation_areThoseOfItsEpoch() {
    RunHistory history = RunHistory.read(new LocalStorage(root.resolve("run")));
    int each = 3 * history.plan().loss().softmax().bootstraps();
    assertTrue(each > 0);
    for (RunMetrics.Epoch epoch : history.epochs()) {
      assertEquals(each, epoch.bootstraps(), "epoch " + epoch.epoch());
    }
    for (RunMetrics.Step step : history.steps()) {
      long most = history.plan().bootstrapsPerIteration();
      assertTrue(step.bootstraps() > 0 && step.bootstraps() <= most, step.toString());
    }
    long all =
        history.steps().stream().mapToLong(RunMetrics.Step::bootstraps).sum()
            + each * history.epochs().size();
    assertEquals(all, history.summary().orElseThrow().bootstraps());
  }

  @Test
  void ownerThatLeaves_isNotInTheNextRun() throws Exception {
    assertEquals(
        0,
        train("two", new ArrayList<>(), "paths.dataset=" + toy.datasets("a", "c"), "run-id=two"));
    RunHistory history = RunHistory.read(new LocalStorage(root.resolve("two")));
    assertEquals(2, history.owners().size());
    EncryptedModel all = EncryptedModel.open(new LocalStorage(root.resolve("run/model")));
    EncryptedModel two = EncryptedModel.open(new LocalStorage(root.resolve("two/model")));
    assertNotEquals(all.origin().datasetId(), two.origin().datasetId());
    assertEquals(all.origin().planDigest(), two.origin().planDigest());
  }

  @Test
  void partsThatDoNotBelongTogether_areRefusedBeforeWork() {
    String twice = toy.refusal("a", "b", "copy");
    assertTrue(twice.contains("expected each data set once"), twice);
    String key = toy.refusal("a", "other-key");
    assertTrue(key.contains("/other-key: expected the key id"), key);
    String missing = toy.refusal("a", "nobody");
    assertTrue(missing.contains("/nobody"), missing);
    assertFalse(new LocalStorage(root.resolve("refused")).exists("metrics.jsonl"));
  }
}
