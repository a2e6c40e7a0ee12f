package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.hetal.spark.Main;

/**
 * {@code spark-submit} of the jar as users run it, with a properties file of {@code conf/spark}.
 * Driver and executors carry a mark in their Java options, by which a test finds their processes.
 */
final class SparkSubmit {
  static final String EXECUTOR = "CoarseGrainedExecutorBackend";
  private static final long MINUTES = 6;

  private final Path folder;
  private final Path log;
  private final List<String> options = new ArrayList<>();
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final String mark = "-Dhetal.test.mark=" + UUID.randomUUID();
  private Process process;

  /**
   * @param folder in which the command runs
   * @param name of the log beside the folder
   * @param profiles files of {@code conf/spark}, and others, joined as by {@code cat}
   */
  SparkSubmit(Path folder, String name, String... profiles) throws IOException {
    this.folder = folder;
    this.log = folder.resolveSibling(name + ".log");
    StringBuilder joined = new StringBuilder();
    for (String profile : profiles) {
      joined.append(Files.readString(profile(profile)));
    }
    Path properties = folder.resolveSibling(name + "-spark.conf");
    Files.writeString(properties, joined);
    option("--properties-file", properties.toString());
    // A toy ring on a small machine.
    conf("spark.driver.memory", "512m");
    conf("spark.driver.memoryOverhead", "512m");
    conf("spark.driver.cores", "1");
    conf("spark.executor.memory", "512m");
    conf("spark.executor.memoryOverhead", "512m");
    conf("spark.executor.cores", "1");
    conf("spark.task.cpus", "1");
    conf("spark.driver.extraJavaOptions", mark);
    conf("spark.executor.extraJavaOptions", mark);
    conf("spark.ui.enabled", "false");
  }

  static void assumeSpark() {
    assumeTrue(sparkHome() != null && !sparkHome().isEmpty(), "SPARK_HOME is not set");
  }

  static String sparkHome() {
    return System.getenv("SPARK_HOME");
  }

  /** A port of loopback that was free. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** A program of the Spark installation. */
  static String program(String name) {
    return Path.of(sparkHome(), "bin", name).toString();
  }

  /** The version of the Spark installation. */
  static String sparkVersion() throws IOException {
    try (var jars = Files.list(Path.of(sparkHome(), "jars"))) {
      return jars.map(jar -> jar.getFileName().toString())
          .filter(name -> name.matches("spark-core_2\\.13-.*\\.jar"))
          .map(name -> name.replaceAll("^spark-core_2\\.13-|\\.jar$", ""))
          .findFirst()
          .orElseThrow();
    }
  }

  static Path profile(String name) {
    return Path.of("../../conf/spark").resolve(name).toAbsolutePath().normalize();
  }

  /** The folder of what dev/clusters_test.sh fetched. */
  static Path fetched(String part) {
    String clusters = System.getProperty("hetal.clusters", "");
    assumeTrue(!clusters.isEmpty(), "hetal.clusters is not set: dev/clusters_test.sh sets it");
    Path fetched = Path.of(clusters, part);
    assertTrue(Files.isDirectory(fetched), () -> fetched + ": expected a folder");
    return fetched;
  }

  /** The jars of a fetched part, with a separator between them. */
  static String jars(String part, String separator) throws IOException {
    try (var files = Files.list(fetched(part))) {
      return String.join(separator, files.map(Path::toString).sorted().toList());
    }
  }

  SparkSubmit option(String... words) {
    options.addAll(List.of(words));
    return this;
  }

  SparkSubmit conf(String key, String value) {
    settings.put(key, value);
    return this;
  }

  SparkSubmit environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Starts it; its output goes to the log. */
  SparkSubmit start(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(program("spark-submit")));
    command.addAll(options);
    settings.forEach((key, value) -> command.addAll(List.of("--conf", key + "=" + value)));
    command.addAll(List.of("--class", Main.class.getName(), System.getProperty("hetal.jar")));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    process = builder.start();
    return this;
  }

  /** Waits for its end; its exit status. */
  int status() throws InterruptedException {
    boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
    if (!ended) {
      killAll();
    }
    assertTrue(ended, () -> "still running after " + MINUTES + " minutes: " + text());
    return process.exitValue();
  }

  int run(List<String> arguments) throws Exception {
    return start(arguments).status();
  }

  Process process() {
    return process;
  }

  String text() {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Running processes of this submission whose command line has the words. */
  List<ProcessHandle> processes(String... words) {
    return ProcessHandle.allProcesses()
        .filter(
            handle -> {
              String line = commandLine(handle);
              return line.contains(mark) && List.of(words).stream().allMatch(line::contains);
            })
        .toList();
  }

  /**
   * Kills one process of this submission with SIGKILL: the first whose command line has the word.
   */
  void kill(String word) {
    List<ProcessHandle> found = processes("/bin/java", word);
    assertTrue(!found.isEmpty(), () -> "expected a process with " + word + ": " + text());
    assertTrue(found.get(0).destroyForcibly());
  }

  void killAll() {
    processes().forEach(ProcessHandle::destroyForcibly);
  }

  private static String commandLine(ProcessHandle handle) {
    try {
      Path file = Path.of("/proc", Long.toString(handle.pid()), "cmdline");
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return ""; // it has ended
    }
  }
}
