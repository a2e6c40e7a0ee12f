package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.hetal.command.ExitCode;
import org.hetal.he.library.NativePlatform;
import org.hetal.he.library.OwnerOnly;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.NativeClient;
import org.hetal.spark.Main;
import org.hetal.spark.job.ToyOracle.Reply;
import org.hetal.training.EarlyStopping;
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
    owner.writeEvaluationKeys(root.resolve("keys"), toy.plan.keys(), (d, of, bytes) -> {});
    String sparkJars = Files.readString(Path.of(System.getProperty("hetal.spark.classpath")));
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.add("@" + Path.of("java.options").toAbsolutePath());
    java.addAll(List.of("-Xmx1g", "-cp", System.getProperty("hetal.jar") + ":" + sparkJars));
    java.add("-Xlog:class+load:file=" + root.resolve("classes.log") + ":none:filecount=0");
    java.add(Main.class.getName());
    assertEquals(0, run(java, "embedded"));
  }

  @AfterAll
  static void closeOwner() {
    owner.close();
  }

  private static int run(List<String> launcher, String name, String... more) throws Exception {
    EarlyStopping stopping = toy.decide();
    File log = root.resolve(name + ".log").toFile();
    try (ToyOracle oracle =
        new ToyOracle(root, 0, r -> Reply.of(toy.decision(stopping, r.epoch(), r.ciphertexts())))) {
      List<String> command = new ArrayList<>(launcher);
      command.addAll(toy.arguments("train", oracle.settings()));
      command.addAll(List.of("--set", "paths.run=" + root.resolve(name)));
      command.addAll(List.of(more));
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

  /**
   * Jars with copies of libraries at fault cannot be given later ones: dev/advisories.txt. An
   * embedded training loads no class of these copies. Of Jetty in Spark it loads handlers, and
   * nothing that accepts or reads a request.
   */
  @Test
  void embedded_loadsNoClassOfACopyAtFault() throws Exception {
    List<String> loaded = Files.readAllLines(root.resolve("classes.log"));
    assertTrue(loaded.stream().anyMatch(line -> line.startsWith("org.apache.spark.SparkContext ")));
    List<String> copies =
        List.of(
            "org.sparkproject.jetty.server.HttpChannel",
            "org.sparkproject.jetty.server.HttpConnection",
            "org.sparkproject.jetty.server.Request",
            "org.sparkproject.jetty.server.ServerConnector",
            "org.apache.hadoop.shaded.org.eclipse.jetty.",
            "org.apache.hadoop.shaded.io.netty.",
            "org.apache.hadoop.shaded.com.nimbusds.");
    assertEquals(
        List.of(),
        loaded.stream().filter(line -> copies.stream().anyMatch(line::startsWith)).toList());
  }

  /**
   * The library comes in a jar of its own, here the kernels played by the host, to executors that
   * Spark gives a GPU each.
   */
  @Test
  void sparkSubmit_onCuda_givesTheSameBytes() throws Exception {
    assumeSpark();
    Path discovery = root.resolve("discovery.sh");
    Files.writeString(
        discovery, "#!/bin/sh\necho '{\"name\":\"gpu\",\"addresses\":[\"0\",\"1\"]}'\n");
    Files.setPosixFilePermissions(discovery, PosixFilePermissions.fromString("rwx------"));
    List<String> options =
        new ArrayList<>(
            List.of("--properties-file", secured().toString(), "--jars", cudaJar().toString()));
    for (String setting :
        List.of(
            "spark.worker.resource.gpu.amount=2",
            "spark.worker.resource.gpu.discoveryScript=" + discovery,
            "spark.executor.resource.gpu.amount=1",
            "spark.task.resource.gpu.amount=1")) {
      options.addAll(List.of("--conf", setting));
    }
    List<String> submit = submit(2, options.toArray(String[]::new));
    assertEquals(0, run(submit, "cuda", "--device", "cuda"));
    String log = Files.readString(root.resolve("cuda.log"));
    assertTrue(log.contains("engine cpu/"), log);
    assertTrue(log.contains("the executors' on cuda"), log);
    assertSameBytes("cuda");
  }

  /** What an executor lacks comes back to the driver, which has no GPU. */
  @Test
  void sparkSubmit_onCudaWithoutTheLibrary_isConfigurationInOneLine() throws Exception {
    assumeSpark();
    List<String> submit = submit(1, "--properties-file", secured().toString());
    int status = run(submit, "without", "--device", "cuda");
    assertOneLine(ExitCode.CONFIGURATION, "expected hetal-he-cuda-VERSION.jar", status, "without");
  }

  /** The driver reads the manifest alone; an executor finds that a key file is missing. */
  @Test
  void sparkSubmit_onABundleWithoutAKeyFile_isInputInOneLine() throws Exception {
    assumeSpark();
    List<String> submit = submit(1, "--properties-file", secured().toString());
    Path key = root.resolve("keys/relinearization.key");
    Path away = Files.move(key, root.resolve("relinearization.key"));
    try {
      int status = run(submit, "incomplete");
      assertOneLine(ExitCode.INPUT, key + " of the manifest is missing", status, "incomplete");
    } finally {
      Files.move(away, key);
    }
  }

  /** As docs/security.md has it for a standalone cluster; the secret is no argument. */
  private static Path secured() throws Exception {
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    Path file = root.resolve("spark.conf");
    Files.deleteIfExists(file);
    Files.createFile(file, OwnerOnly.file());
    return Files.writeString(
        file,
        "spark.authenticate true\nspark.network.crypto.enabled true\nspark.authenticate.secret "
            + HexFormat.of().formatHex(secret)
            + "\n");
  }

  /** The refusal comes from the installed jar under spark-submit, too. */
  @Test
  void sparkSubmit_withoutAuthentication_isRefused() throws Exception {
    assumeSpark();
    assertEquals(ExitCode.CONFIGURATION.status(), run(submit(1), "unauthenticated"));
    String log = Files.readString(root.resolve("unauthenticated.log"));
    assertTrue(log.contains("expected spark.authenticate=true"), log);
  }

  /** As he-native/java/cuda makes it. */
  private static Path cudaJar() throws Exception {
    Path jar = root.resolve("cuda.jar");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new ZipEntry(NativePlatform.resource("libhetal_cuda.so").substring(1)));
      Files.copy(Path.of(System.getProperty("hetal.test.cuda.library")), out);
    }
    return jar;
  }

  /** A command on a cluster of this machine, whose executors have a core each. */
  private static List<String> submit(int executors, String... options) {
    List<String> out = new ArrayList<>();
    out.add(Path.of(System.getenv("SPARK_HOME"), "bin", "spark-submit").toString());
    out.addAll(List.of("--master", "local-cluster[" + executors + ",1,1024]"));
    out.addAll(List.of(options));
    out.addAll(List.of("--conf", "spark.ui.enabled=false"));
    out.addAll(List.of("--class", Main.class.getName(), System.getProperty("hetal.jar")));
    return out;
  }

  /** A run that failed said why in one line. */
  private static void assertOneLine(ExitCode expected, String part, int status, String run)
      throws Exception {
    List<String> log = Files.readAllLines(root.resolve(run + ".log"));
    assertEquals(expected.status(), status, () -> log.toString());
    List<String> said = log.stream().filter(line -> line.startsWith("hetal")).toList();
    assertEquals(1, said.size(), () -> log.toString());
    assertTrue(said.get(0).contains(part), said.get(0));
  }

  private static void assumeSpark() {
    String home = System.getenv("SPARK_HOME");
    assumeTrue(home != null && !home.isEmpty(), "SPARK_HOME is not set");
  }

  private static void assertSameBytes(String run) {
    List<byte[]> expected = EncryptedToy.modelBytes(root.resolve("embedded"));
    List<byte[]> actual = EncryptedToy.modelBytes(root.resolve(run));
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), "ciphertext " + i);
    }
  }

  /** Two executors in processes of their own; needs a Spark installation. */
  @Test
  void sparkSubmit_onTwoExecutors_givesTheSameBytes() throws Exception {
    assumeSpark();
    List<String> submit = submit(2, "--properties-file", secured().toString());
    assertEquals(0, run(submit, "submitted"));
    String log = Files.readString(root.resolve("submitted.log"));
    String version = SparkSubmit.sparkVersion();
    assertTrue(log.contains("Spark " + version + " on local-cluster[2,1,1024]"), log);
    assertSameBytes("submitted");
  }
}
