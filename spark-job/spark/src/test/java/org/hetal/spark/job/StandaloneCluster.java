package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A master and workers of one core each, as processes on loopback that authenticate each other, as
 * docs/clusters.md tells. Each worker has an address of its own.
 */
final class StandaloneCluster implements AutoCloseable {
  private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://\\S+)");
  private static final String HOST = "127.0.0.";
  private static final String DEPLOY = "org.apache.spark.deploy.";
  private static final long MILLIS = 60_000;

  private final Path folder;
  private final Path secret;
  private final List<Process> workers = new ArrayList<>();
  private final Process master;
  private final String uri;

  /** Starts the master. */
  StandaloneCluster(Path folder) throws Exception {
    this.folder = Files.createDirectories(folder);
    secret = folder.resolve("secret.conf");
    Files.createFile(
        secret, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        secret,
        String.join(
            "\n",
            "spark.authenticate true",
            "spark.network.crypto.enabled true",
            "spark.authenticate.secret " + UUID.randomUUID(),
            "spark.decommission.enabled true",
            ""));
    master = start("master", HOST + 1, Map.of(), DEPLOY + "master.Master");
    uri = await("master", MASTER);
  }

  String master() {
    return uri;
  }

  /** The properties file with the cluster's secret, to be joined with a profile. */
  String secret() {
    return secret.toString();
  }

  /**
   * Starts a worker and waits until the master knows it.
   *
   * @param environment which its executors inherit
   */
  Process addWorker(Map<String, String> environment) throws Exception {
    String name = "worker-" + workers.size();
    Process worker =
        start(
            name,
            // Spark starts no second attempt of a task on the host of the first one.
            HOST + (1 + workers.size()),
            environment,
            DEPLOY + "worker.Worker",
            "--cores",
            "1",
            "--memory",
            "1g",
            "--work-dir",
            folder.resolve(name).toString(),
            uri);
    workers.add(worker);
    await(name, Pattern.compile("(Successfully registered with master)"));
    return worker;
  }

  /** Standard error of the executors of a worker, all applications. */
  String executorLogs(int worker) throws IOException {
    StringBuilder all = new StringBuilder();
    try (var files = Files.walk(folder.resolve("worker-" + worker))) {
      for (Path file : files.filter(path -> path.endsWith("stderr")).sorted().toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }

  private Process start(String name, String host, Map<String, String> environment, String... words)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(SparkSubmit.program("spark-class"), words[0]));
    command.addAll(List.of("--host", host, "--port", "0", "--webui-port", "0"));
    command.addAll(List.of("--properties-file", secret.toString()));
    command.addAll(List.of(words).subList(1, words.length));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("SPARK_LOCAL_IP", host);
    builder.environment().put("SPARK_DAEMON_MEMORY", "256m");
    builder.environment().put("SPARK_CONF_DIR", SparkSubmit.profile("").toString());
    builder.environment().putAll(environment);
    return builder.redirectErrorStream(true).redirectOutput(log(name).toFile()).start();
  }

  private Path log(String name) {
    return folder.resolve(name + ".log");
  }

  private String await(String name, Pattern line) throws Exception {
    for (long waited = 0; waited < MILLIS; waited += 100) {
      Matcher matcher = line.matcher(Files.readString(log(name)));
      if (matcher.find()) {
        return matcher.group(1);
      }
      Thread.sleep(100);
    }
    throw new AssertionError(name + ": " + Files.readString(log(name)));
  }

  @Override
  public void close() throws InterruptedException {
    for (Process worker : workers) {
      worker.destroy(); // which ends its executors
      assertTrue(worker.waitFor(60, TimeUnit.SECONDS), "a worker does not end");
    }
    master.destroy();
    assertTrue(master.waitFor(60, TimeUnit.SECONDS), "the master does not end");
  }
}
