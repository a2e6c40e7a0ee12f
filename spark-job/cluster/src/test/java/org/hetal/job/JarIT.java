package org.hetal.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.NativeClient;
import org.hetal.job.ToyOracle.Reply;
import org.hetal.training.Judge;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as users run it, on real ciphertexts of a toy ring. */
class JarIT {
  @TempDir static Path root;
  private static Client owner;
  private static EncryptedToy toy;

  @BeforeAll
  static void encryptAndTrainEmbedded() throws Exception {
    owner = NativeClient.insecureGenerate("insecure_n10_l12", 7);
    toy = new EncryptedToy(root, 2, "native", owner).write();
    owner.writeEvaluationKeys(root.resolve("keys"), toy.plan.rotations(), (d, of, bytes) -> {});
    String sparkJars = Files.readString(Path.of(System.getProperty("hetal.spark.classpath")));
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.add("@" + Path.of("java.options").toAbsolutePath());
    java.addAll(List.of("-Xmx1g", "-cp", System.getProperty("hetal.jar") + ":" + sparkJars));
    java.add(Main.class.getName());
    assertEquals(0, run(java, "embedded"));
  }

  @AfterAll
  static void closeOwner() {
    owner.close();
  }

  private static int run(List<String> launcher, String name) throws Exception {
    Judge judge = toy.judge();
    File log = root.resolve(name + ".log").toFile();
    try (ToyOracle oracle =
        new ToyOracle(root, 0, r -> Reply.of(toy.verdict(judge, r.epoch(), r.logits())))) {
      List<String> command = new ArrayList<>(launcher);
      command.addAll(toy.arguments("train", oracle.settings()));
      command.addAll(List.of("--set", "paths.run=" + root.resolve(name)));
      Process process =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
      assertTrue(process.waitFor(5, TimeUnit.MINUTES), "still running");
      if (process.exitValue() != 0) {
        System.err.println(Files.readString(log.toPath()));
      }
      return process.exitValue();
    }
  }

  @Test
  void embedded_givesTheWeightsOfThePlainTraining() {
    double[][] expected = toy.plain().best();
    double[][] actual = toy.weights(root.resolve("embedded"));
    for (int c = 0; c < expected.length; c++) {
      assertArrayEquals(expected[c], actual[c], 2e-2);
    }
  }

  /** Two executors in processes of their own; needs a Spark installation. */
  @Test
  void sparkSubmit_onTwoExecutors_givesTheSameBytes() throws Exception {
    String home = System.getenv("SPARK_HOME");
    assumeTrue(home != null && !home.isEmpty(), "SPARK_HOME is not set");
    List<String> submit = new ArrayList<>();
    submit.add(Path.of(home, "bin", "spark-submit").toString());
    submit.addAll(List.of("--master", "local-cluster[2,1,1024]"));
    submit.addAll(List.of("--conf", "spark.kryo.registrationRequired=true"));
    submit.addAll(List.of("--conf", "spark.ui.enabled=false"));
    submit.addAll(List.of("--class", Main.class.getName(), System.getProperty("hetal.jar")));
    assertEquals(0, run(submit, "submitted"));
    String log = Files.readString(root.resolve("submitted.log"));
    assertTrue(log.contains("Spark 4.1.3 on local-cluster[2,1,1024]"), log);
    List<byte[]> expected = EncryptedToy.modelBytes(root.resolve("embedded"));
    List<byte[]> actual = EncryptedToy.modelBytes(root.resolve("submitted"));
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), "ciphertext " + i);
    }
  }
}
