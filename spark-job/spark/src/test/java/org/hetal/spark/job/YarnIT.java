package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.hetal.spark.storage.HadoopStorage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training on YARN with data set, keys and run on HDFS: real ResourceManager, NodeManager, NameNode
 * and DataNode, started from nothing. Run by dev/clusters_test.sh.
 */
@Tag("clusters")
class YarnIT {
  @TempDir static Path root;
  private static Path servers;
  private static Process hadoop;
  private static ClusterToy toy;
  private static FileSystem hdfs;

  @BeforeAll
  static void startAndUpload() throws Exception {
    SparkSubmit.assumeSpark();
    String jars = SparkSubmit.jars("hadoop", ":");
    servers = Files.createDirectories(root.resolve("servers"));
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-opens=java.base/java.lang=ALL-UNNAMED", // Guice
            "-Xmx512m",
            "-cp",
            Path.of("target/test-classes").toAbsolutePath() + ":" + jars,
            HadoopServers.class.getName());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home")); // the containers'
    builder.directory(servers.toFile()).redirectErrorStream(true);
    hadoop = builder.redirectOutput(root.resolve("servers.log").toFile()).start();
    toy = new ClusterToy(root.resolve("owner"));
    Path ready = servers.resolve("ready");
    while (!Files.exists(ready)) {
      assertTrue(hadoop.isAlive(), () -> read(root.resolve("servers.log")));
      Thread.sleep(100);
    }
    Configuration conf = new Configuration();
    conf.set("fs.defaultFS", Files.readString(ready));
    hdfs = FileSystem.get(conf);
    for (String folder : List.of("dataset", "keys")) {
      Path local = toy.root.resolve(folder);
      hdfs.copyFromLocalFile(
          new org.apache.hadoop.fs.Path(local.toUri()),
          new org.apache.hadoop.fs.Path("/toy/" + folder));
      // No driver and no executor can read the local files.
      FileUtils.moveDirectory(local.toFile(), root.resolve("moved-" + folder).toFile());
    }
  }

  @AfterAll
  static void stop() throws Exception {
    if (toy != null) {
      toy.close();
    }
    if (hadoop != null) {
      hadoop.getOutputStream().close();
      if (!hadoop.waitFor(60, TimeUnit.SECONDS)) {
        hadoop.destroyForcibly();
      }
    }
  }

  private static String uri(String path) {
    return hdfs.getUri() + path;
  }

  private static SparkSubmit submit(Path folder, String name, String mode) throws IOException {
    return new SparkSubmit(folder, name, "yarn.conf")
        .environment("HADOOP_CONF_DIR", servers.resolve("conf").toString())
        .option("--deploy-mode", mode)
        .option("--files", "my.conf,oracle.pem,oracle.token")
        // The node is this machine: nothing to upload.
        .conf("spark.yarn.jars", "local:" + Path.of(SparkSubmit.sparkHome(), "jars", "*"))
        .conf("spark.hadoop.hetal.keys.cache", root.resolve("cache").toString());
  }

  private static Path configuration(ToyOracle oracle, String name) throws IOException {
    return toy.configuration(
        root.resolve(name),
        oracle,
        "paths.dataset=" + uri("/toy/dataset"),
        "paths.key-bundle=" + uri("/toy/keys"),
        "paths.run=" + uri("/" + name));
  }

  private static void assertSameBytes(String run) {
    toy.assertSameBytes(new HadoopStorage(uri("/" + run + "/model"), hdfs.getConf()));
  }

  /** The run's URI has a blank and a letter with an accent. */
  @Test
  void client_withAnExecutorKilled_givesTheSameBytes() throws Exception {
    String name = "le résultat";
    AtomicReference<SparkSubmit> submission = new AtomicReference<>();
    try (ToyOracle oracle =
        toy.oracle(
            epoch -> {
              if (epoch == 1) {
                submission.get().kill(SparkSubmit.EXECUTOR);
              }
            })) {
      SparkSubmit submit = submit(configuration(oracle, name), name, "client");
      submission.set(submit);
      assertEquals(0, submit.run(List.of("train", "-c", "my.conf")), submit::text);
      assertEquals(List.of(1, 2, 3), oracle.epochs());
      assertTrue(submit.text().contains("on yarn"), submit::text);
    }
    assertSameBytes(name);
  }

  /** Everything that the driver reads comes with {@code --files} or from HDFS. */
  @Test
  void cluster_withTheDriverKilled_isContinuedByTheSecondAttempt() throws Exception {
    AtomicReference<SparkSubmit> submission = new AtomicReference<>();
    boolean[] killed = {false};
    try (ToyOracle oracle =
        toy.oracle(
            epoch -> {
              if (epoch == 2 && !killed[0]) {
                killed[0] = true;
                FileUtils.deleteQuietly(root.resolve("cluster").toFile());
                submission.get().kill("yarn.ApplicationMaster");
              }
            })) {
      SparkSubmit submit = submit(configuration(oracle, "cluster"), "cluster", "cluster");
      submission.set(submit);
      assertEquals(0, submit.run(List.of("train", "-c", "my.conf")), submit::text);
      assertEquals(List.of(1, 2, 2, 3), oracle.epochs());
      assertFalse(Files.exists(root.resolve("cluster")));
    }
    assertSameBytes("cluster");
  }

  /** The status of the command is in YARN's diagnostics. */
  @Test
  void cluster_withoutADataset_reportsTheExitCode() throws Exception {
    try (ToyOracle oracle = toy.oracle(epoch -> {})) {
      Path folder =
          toy.configuration(
              root.resolve("wrong"), oracle, "paths.dataset=" + uri("/none"), "paths.run=/wrong");
      SparkSubmit submit =
          submit(folder, "wrong", "cluster").conf("spark.yarn.maxAppAttempts", "1");
      assertNotEquals(0, submit.run(List.of("train", "-c", "my.conf")));
      assertTrue(submit.text().contains("exit code 65"), submit::text);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
