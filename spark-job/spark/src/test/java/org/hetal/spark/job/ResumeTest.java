package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.hetal.spark.Main;
import org.hetal.spark.job.ToyOracle.Reply;
import org.hetal.training.EarlyStopping;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run whose process is killed continues and ends with the bytes of an undisturbed one. */
class ResumeTest {
  private static final int EPOCHS = 3;
  @TempDir Path root;

  @Test
  @Timeout(180)
  void train_killedInsideAnEpochAndStartedAgain_endsWithTheSameBytes() throws Exception {
    EncryptedToy toy = new EncryptedToy(root, EPOCHS).write();
    AtomicReference<EarlyStopping> judge = new AtomicReference<>(toy.decide());
    try (ToyOracle oracle =
        new ToyOracle(root, 0, r -> Reply.of(toy.decision(judge.get(), r.epoch(), r.logits())))) {
      Path undisturbed = root.resolve("undisturbed");
      List<String> arguments = toy.arguments("train", oracle.settings());
      arguments.addAll(List.of("--set", "paths.run=" + undisturbed));
      assertEquals(0, Main.run(arguments.toArray(String[]::new)));
      judge.set(toy.decide());

      Path disturbed = root.resolve("disturbed");
      killInsideSecondEpoch(toy, oracle, disturbed);
      assertFalse(Files.exists(disturbed.resolve("model/manifest.json")), "it was too late");
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

  /** The child reads slowly and caches nothing, so that a step takes its time. */
  private void killInsideSecondEpoch(EncryptedToy toy, ToyOracle oracle, Path run)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Path.of("java.options").toAbsolutePath());
    command.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path")));
    command.add("-Dspark.hadoop.fs.unreliable.impl=" + UnreliableFileSystem.class.getName());
    command.add("-Dspark.hadoop.fs.unreliable.delay.millis=60");
    command.add(Main.class.getName());
    command.addAll(toy.arguments("train", oracle.settings()));
    command.addAll(
        List.of(
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
      Path metrics = run.resolve("metrics.jsonl");
      while (!isInsideSecondEpoch(metrics)) {
        assertTrue(child.isAlive(), () -> "the child ended by itself: " + text(log));
        Thread.sleep(20);
      }
    } finally {
      child.destroyForcibly();
      assertTrue(child.waitFor(30, TimeUnit.SECONDS));
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
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }
}
