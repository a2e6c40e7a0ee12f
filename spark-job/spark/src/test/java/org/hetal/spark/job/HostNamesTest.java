package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.hetal.spark.Main;
import org.hetal.spark.job.ToyOracle.Reply;
import org.hetal.training.EarlyStopping;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole trainings on a machine whose resolver knows only the names in a file of the test. */
@Tag("slow")
class HostNamesTest {
  @TempDir Path root;

  /** The machine's own name has no address there, and the oracle's has an underscore. */
  @Test
  @Timeout(180)
  void train_withoutAnAddressForItsOwnNameAndWithAnUnderscoreInTheOracles_trains()
      throws Exception {
    EncryptedToy toy = new EncryptedToy(root, 2).write();
    EarlyStopping stopping = toy.decide();
    try (ToyOracle oracle =
        new ToyOracle(root, 0, r -> Reply.of(toy.decision(stopping, r.epoch(), r.ciphertexts())))) {
      String said = train(toy, 0, "oracle.host=data_owner", "oracle.port=" + oracle.port());
      assertTrue(said.contains("done: 2 epochs"), said);
      assertEquals(List.of(0), oracle.greetings().stream().map(g -> g.epochsAnswered()).toList());
      assertEquals(List.of(1, 2), oracle.epochs());
    }
  }

  /** One line, before the first step. */
  @Test
  @Timeout(180)
  void train_withAnUnknownOracle_ends75BeforeTheFirstStep() throws Exception {
    EncryptedToy toy = new EncryptedToy(root, 2).write();
    try (ToyOracle oracle = new ToyOracle(root, 0, r -> new Reply(500, new byte[0]))) {
      String said =
          train(
              toy,
              75,
              "oracle.host=data-owner",
              "oracle.port=" + oracle.port(),
              "oracle.retry-timeout=1s");
      assertTrue(said.contains("no address for the name data-owner (oracle.host)"), said);
      assertFalse(Files.exists(root.resolve("run/metrics.jsonl")));
    }
  }

  /** A cluster needs the name: one line says what to do. */
  @Test
  @Timeout(180)
  void train_onAClusterWithoutAnAddressForItsOwnName_ends78() throws Exception {
    EncryptedToy toy = new EncryptedToy(root, 2).write();
    String said = train(toy, 78, "cluster.master=spark://127.0.0.1:1");
    assertTrue(said.contains("add the name to /etc/hosts or set SPARK_LOCAL_IP"), said);
  }

  private String train(EncryptedToy toy, int status, String... settings) throws Exception {
    Path hosts = Files.writeString(root.resolve("hosts"), "127.0.0.1 localhost data_owner\n");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Path.of("java.options").toAbsolutePath());
    command.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path")));
    command.add("-Djdk.net.hosts.file=" + hosts);
    command.add(Main.class.getName());
    command.addAll(toy.arguments("train", settings));
    command.remove("--trace");
    Path log = root.resolve("child.log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().remove("SPARK_LOCAL_IP");
    builder.environment().remove("SPARK_LOCAL_HOSTNAME");
    Process child = builder.start();
    try {
      assertTrue(child.waitFor(150, TimeUnit.SECONDS), () -> "still running: " + text(log));
    } finally {
      child.destroyForcibly();
    }
    assertEquals(status, child.exitValue(), () -> text(log));
    assertFalse(text(log).contains("\tat "), () -> "a stack trace: " + text(log));
    return text(log);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }
}
