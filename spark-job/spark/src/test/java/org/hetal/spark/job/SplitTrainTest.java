package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListSet;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.hetal.he.engine.EngineLibrary;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.NativeClient;
import org.hetal.packing.GradientParts;
import org.hetal.spark.Main;
import org.hetal.spark.job.ToyOracle.Reply;
import org.hetal.training.EarlyStopping;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real ciphertexts of a toy ring: the model has the same bytes however the work is divided. */
@Tag("slow")
class SplitTrainTest {
  @TempDir static Path root;
  private static Client owner;
  private static EncryptedToy toy;
  private static List<byte[]> undivided;

  @BeforeAll
  static void encryptAndTrainUndivided() throws Exception {
    owner = NativeClient.insecureGenerate("insecure_n10_l12", 7);
    toy = EncryptedToy.wide(root, 2, "native", owner).write();
    assertTrue(new GradientParts(toy.plan.layout()).size() > 1, "something to divide");
    assertTrue(toy.plan.layout().rowBlocks(toy.plan.layout().rowsPerGroup()) > 1);
    owner.writeEvaluationKeys(root.resolve("keys"), toy.plan.keys(), (d, of, bytes) -> {});
    Path run = root.resolve("undivided");
    train(run, "cluster.split=1", "threads=1");
    undivided = EncryptedToy.modelBytes(run);
    double[][] expected = toy.plain().best();
    double[][] actual = toy.weights(run);
    for (int c = 0; c < expected.length; c++) {
      assertArrayEquals(expected[c], actual[c], 2e-2);
    }
  }

  @AfterAll
  static void closeOwner() {
    owner.close();
  }

  private static void train(Path run, String... more) throws Exception {
    EarlyStopping stopping = toy.decide();
    try (ToyOracle oracle =
        new ToyOracle(root, 0, r -> Reply.of(toy.decision(stopping, r.epoch(), r.ciphertexts())))) {
      List<String> arguments = toy.arguments("train", more);
      arguments.addAll(List.of("--set", "paths.run=" + run));
      for (String setting : oracle.settings()) {
        arguments.addAll(List.of("--set", setting));
      }
      assertEquals(0, Main.run(arguments.toArray(String[]::new)));
    }
  }

  private static void assertSameModel(Path run) {
    List<byte[]> actual = EncryptedToy.modelBytes(run);
    assertEquals(undivided.size(), actual.size());
    for (int i = 0; i < undivided.size(); i++) {
      assertArrayEquals(undivided.get(i), actual.get(i), "ciphertext " + i);
    }
  }

  /** Remembers the names of stages and the descriptions of jobs. */
  public static final class Names extends SparkListener {
    private static final Set<String> STAGES = new ConcurrentSkipListSet<>();
    private static final Set<String> JOBS = new ConcurrentSkipListSet<>();

    @Override
    public void onStageCompleted(SparkListenerStageCompleted completed) {
      STAGES.add(completed.stageInfo().name());
    }

    @Override
    public void onJobStart(SparkListenerJobStart started) {
      JOBS.add(started.properties().getProperty("spark.job.description"));
    }
  }

  @Test
  void train_split_namesEachStage() throws Exception {
    System.setProperty("spark.extraListeners", Names.class.getName());
    try {
      train(root.resolve("named"), "cluster.split=2");
    } finally {
      System.clearProperty("spark.extraListeners");
    }
    String place = "epoch 2, minibatch 3 of 3: ";
    for (String stage :
        List.of("partial logits", "softmax", "partial gradient", "sum of the partial gradients")) {
      assertTrue(Names.STAGES.contains(place + stage), () -> stage + ": " + Names.STAGES);
    }
    assertTrue(Names.STAGES.contains("epoch 2: validation logits"), Names.STAGES::toString);
    assertTrue(Names.JOBS.contains(place + "logits, softmax, gradient"), Names.JOBS::toString);
    assertTrue(Names.JOBS.contains("epoch 2: validation logits"), Names.JOBS::toString);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 64})
  void train_splitInOneProcess_givesTheSameBytes(int split) throws Exception {
    Path run = root.resolve("split-" + split);
    train(run, "cluster.split=" + split);
    assertSameModel(run);
    assertEquals(0, EngineLibrary.liveObjects());
  }

  /** Executors are processes of their own: needs a Spark installation. */
  @ParameterizedTest
  @CsvSource({"1, 2", "2, 1", "2, 0", "3, 3"})
  @Timeout(180)
  void train_onExecutors_givesTheSameBytes(int executors, int split) throws Exception {
    String home = System.getenv("SPARK_HOME");
    assumeTrue(home != null && !home.isEmpty(), "SPARK_HOME is not set");
    Path run = root.resolve("executors-" + executors + "-split-" + split);
    Map<String, String> spark =
        Map.of(
            "spark.executor.extraClassPath",
            System.getProperty("java.class.path"),
            "spark.authenticate",
            "true",
            "spark.authenticate.secret",
            UUID.randomUUID().toString(),
            "spark.network.crypto.enabled",
            "true");
    spark.forEach(System::setProperty);
    try {
      train(
          run,
          "cluster.master=local-cluster[" + executors + ",1,1024]",
          "cluster.split=" + split,
          "threads=1");
    } finally {
      spark.keySet().forEach(System::clearProperty);
    }
    assertSameModel(run);
  }
}
