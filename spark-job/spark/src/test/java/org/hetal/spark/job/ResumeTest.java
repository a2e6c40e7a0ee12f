package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.hetal.spark.Main;
import org.hetal.spark.job.ToyOracle.Reply;
import org.hetal.training.EarlyStopping;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run whose process is killed continues and ends with the bytes of an undisturbed one. */
@Tag("slow")
class ResumeTest {
  private static final int EPOCHS = 3;
  @TempDir Path root;

  /** Whether an answer of the oracle makes the run wait in its next epoch. */
  private final AtomicBoolean holding = new AtomicBoolean();

  /** With checkpoints at the ends of epochs only, and with one after each minibatch. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  @Timeout(180)
  void train_killedInsideAnEpochAndStartedAgain_endsWithTheSameBytes(int checkpointEvery)
      throws Exception {
    EncryptedToy toy = new EncryptedToy(root, EPOCHS).write();
    AtomicReference<EarlyStopping> stopping = new AtomicReference<>(toy.decide());
    try (ToyOracle oracle =
        new ToyOracle(
            root,
            0,
            r -> {
              if (holding.get()) {
                create(root.resolve("hold"));
              }
              return Reply.of(toy.decision(stopping.get(), r.epoch(), r.ciphertexts()));
            })) {
      Path undisturbed = root.resolve("undisturbed");
      List<String> arguments = toy.arguments("train", oracle.settings());
      String every = "training.checkpoint-every=" + checkpointEvery;
      arguments.addAll(List.of("--set", every, "--set", "paths.run=" + undisturbed));
      assertEquals(0, Main.run(arguments.toArray(String[]::new)));
      stopping.set(toy.decide());

      Path disturbed = root.resolve("disturbed");
      holding.set(true);
      killInsideSecondEpoch(toy, oracle, disturbed, every);
      holding.set(false);
      assertTrue(isInsideSecondEpoch(disturbed.resolve("metrics.jsonl")));
      assertFalse(Files.exists(disturbed.resolve("model/manifest.json")));
      assertEquals(
          checkpointEvery == 1,
          Files.exists(
              disturbed.resolve("checkpoints/epoch-000001-batch-000000002/manifest.json")));
      assertTrue(Files.exists(disturbed.resolve("run.lock")), "a killed process keeps its lock");

      arguments.set(arguments.size() - 1, "paths.run=" + disturbed);
      assertEquals(0, Main.run(arguments.toArray(String[]::new)));
      assertEquals(List.of(1, 2, 3, 1, 2, 3), oracle.epochs());
      List<byte[]> expected = EncryptedToy.modelBytes(undisturbed);
      List<byte[]> actual = EncryptedToy.modelBytes(disturbed);
      for (int i = 0; i < expected.size(); i++) {
        assertArrayEquals(expected.get(i), actual.get(i), "ciphertext " + i);
      }
      int lines = EPOCHS * (toy.plan.schedule().batches() + 1);
      assertEquals(lines, Files.readAllLines(disturbed.resolve("metrics.jsonl")).size());
    }
  }

  /**
   * From the first answer on the child cannot open the labels of the last minibatch, which it does
   * not keep: it waits there in epoch 2, with two steps done, until it is killed.
   */
  private void killInsideSecondEpoch(EncryptedToy toy, ToyOracle oracle, Path run, String every)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Path.of("java.options").toAbsolutePath());
    command.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path")));
    command.add("-Dspark.hadoop.fs.unreliable.impl=" + UnreliableFileSystem.class.getName());
    Path held = root.resolve("held");
    command.add("-Dspark.hadoop.fs.unreliable.holds=.*/train/" + lastGroup() + "/y\\.ct");
    command.add("-Dspark.hadoop.fs.unreliable.hold=" + root.resolve("hold"));
    command.add("-Dspark.hadoop.fs.unreliable.held=" + held);
    command.add(Main.class.getName());
    command.addAll(toy.arguments("train", oracle.settings()));
    command.addAll(
        List.of(
            "--set",
            every,
            "--set",
            "paths.run=" + run,
            "--set",
            "cluster.cache-bytes=0",
            "--set",
            "paths.dataset=unreliable:" + root.resolve("dataset")));
    File log = root.resolve("child.log").toFile();
    Process child =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
    try {
      while (!Files.exists(held)) {
        assertTrue(child.isAlive(), () -> "the child ended by itself: " + text(log));
        Thread.sleep(20);
      }
    } finally {
      child.destroyForcibly();
      assertTrue(child.waitFor(60, TimeUnit.SECONDS));
    }
  }

  private String lastGroup() throws IOException {
    try (Stream<Path> groups = Files.list(root.resolve("dataset/train"))) {
      return groups.map(group -> group.getFileName().toString()).sorted().reduce((a, b) -> b).get();
    }
  }

  private static void create(Path file) {
    try {
      Files.write(file, new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isInsideSecondEpoch(Path metrics) throws Exception {
    return Files.exists(metrics)
        && Files.readAllLines(metrics).stream()
            .anyMatch(line -> line.contains("\"event\":\"step\"") && line.contains("\"epoch\":2"));
  }

  private static String text(File log) {
    try {
      return Files.readString(log.toPath());
    } catch (IOException e) {
      return e.toString();
    }
  }
}
