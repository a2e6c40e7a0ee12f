package org.hetal.tools;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hetal.command.ProgressBar;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.config.SettingsLoader;
import org.hetal.dataset.LocalStorage;
import org.hetal.format.Digests;
import org.hetal.he.FileWriteException;
import org.hetal.owner.data.Splits;
import org.hetal.owner.table.Table;
import org.hetal.report.RunMetrics;

/**
 * One encrypted data set and its trainings on clusters of different sizes, with Spark's master
 * {@code local-cluster}: each executor is a process of its own.
 */
final class ScalingRuns {
  private static final int EXECUTOR_MEGABYTES = 1024;
  private static final int SECRET_BYTES = 32;

  /** Warnings only. */
  private static final String LOG =
      String.join(
          "\n",
          "rootLogger.level = warn",
          "rootLogger.appenderRef.stderr.ref = stderr",
          "appender.stderr.type = Console",
          "appender.stderr.name = stderr",
          "appender.stderr.target = SYSTEM_ERR",
          "appender.stderr.layout.type = PatternLayout",
          "appender.stderr.layout.pattern = %p %c{1}: %m%n",
          "");

  private final PrintStream out;
  private final List<Path> files;
  private final Map<String, String> overrides;
  private final Path folder;

  /**
   * @param files settings of the user
   * @param overrides over them
   * @param folder gets everything
   * @param trainings that the oracle answers
   * @throws SettingsException without {@code SPARK_HOME}
   */
  ScalingRuns(
      PrintStream out,
      List<Path> files,
      Map<String, String> overrides,
      Path folder,
      int trainings) {
    requireSpark();
    this.out = out;
    this.files = files;
    this.folder = folder.toAbsolutePath();
    this.overrides = new LinkedHashMap<>(overrides);
    Map.of(
            "data.train.features", "train.csv",
            "data.validation.features", "validation.csv",
            "paths.secret-key", "owner/secret.key",
            "paths.private", "owner",
            "paths.model", "owner/model",
            "paths.key-bundle", "keys",
            "paths.dataset", "dataset",
            "oracle.certificate", "given/oracle.pem",
            "oracle.token-file", "given/oracle.token")
        .forEach((name, path) -> this.overrides.put(name, this.folder.resolve(path).toString()));
    this.overrides.put("data.header", "false");
    this.overrides.put("data.test-fraction", "0");
    this.overrides.put("training.epochs", "1");
    this.overrides.put("oracle.query-budget", Integer.toString(trainings));
  }

  private static void requireSpark() {
    if (System.getenv().getOrDefault("SPARK_HOME", "").isEmpty()) {
      throw new SettingsException(
          "SPARK_HOME: expected a Spark for the cluster, actual none; export SPARK_HOME=$("
              + Programs.home().resolve("spark-job/spark/install_spark.sh")
              + ") fetches one");
    }
  }

  /**
   * Makes keys and encrypts.
   *
   * @param splits the rows; those to train on fill all minibatches
   * @param batchRows rows of a minibatch
   */
  void encrypt(Splits splits, int batchRows) {
    overrides.put("training.batch-rows", Integer.toString(batchRows));
    write(splits.train(), folder.resolve("train.csv"));
    write(splits.validation(), folder.resolve("validation.csv"));
    Parties parties = parties(0);
    for (String command : List.of("plan", "keygen", "encrypt")) {
      parties.owner(command);
    }
  }

  /** Trains once; what the run measured. */
  RunMetrics train(int executors) {
    parties(executors).train();
    return RunMetrics.read(new LocalStorage(run(executors)));
  }

  /** SHA-256 over the digests of the ciphertexts of a model. */
  String digest(int executors) {
    LocalStorage model = new LocalStorage(run(executors).resolve("model"));
    StringBuilder digests = new StringBuilder();
    model.walk().stream()
        .filter(file -> file.endsWith(".ct"))
        .forEach(file -> digests.append(Digests.sha256(model.read(file))).append('\n'));
    return Digests.sha256(digests.toString());
  }

  private Path run(int executors) {
    return folder.resolve("run-" + executors);
  }

  private Parties parties(int executors) {
    Map<String, String> own = new LinkedHashMap<>(overrides);
    own.put("paths.run", run(executors).toString());
    own.put("oracle.log", folder.resolve("owner/oracle-" + executors + ".jsonl").toString());
    Settings settings = SettingsLoader.load(files, own);
    List<String> arguments = new ArrayList<>();
    files.forEach(file -> arguments.addAll(List.of("-c", file.toString())));
    own.forEach((name, value) -> arguments.addAll(List.of("--set", name + "=" + value)));
    Programs programs = Programs.ofLauncher();
    return new Parties(
        out,
        ProgressBar.start(out, ""),
        settings,
        arguments,
        executors == 0
            ? programs
            : new Programs(programs.owner(), cluster(executors), programs.submitted()),
        folder.resolve("log"));
  }

  /** {@code ./hetal}, which submits to a cluster of that many executors. */
  private List<String> cluster(int executors) {
    Path configuration = folder.resolve("conf-" + executors);
    LocalStorage inside = LocalStorage.ownerOnly(configuration);
    inside.writeAtomically(
        "spark-defaults.conf", defaults(executors).getBytes(StandardCharsets.UTF_8));
    inside.writeAtomically("log4j2.properties", LOG.getBytes(StandardCharsets.UTF_8));
    return List.of(
        "/usr/bin/env",
        "--unset=HETAL_SPARK_OPTIONS",
        "SPARK_CONF_DIR=" + configuration,
        "SPARK_LOCAL_IP=127.0.0.1",
        Programs.home().resolve("hetal").toString());
  }

  private static String defaults(int executors) {
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    return String.join(
        "\n",
        "spark.master local-cluster[" + executors + ",1," + EXECUTOR_MEGABYTES + "]",
        "spark.executor.memory " + EXECUTOR_MEGABYTES + "m",
        "spark.executor.cores 1",
        "spark.driver.memory 1g",
        "spark.authenticate true",
        "spark.authenticate.secret " + HexFormat.of().formatHex(secret),
        "spark.network.crypto.enabled true",
        "spark.ui.enabled false",
        "");
  }

  /** Without names of columns; the label is the last column. */
  private static void write(Table rows, Path file) {
    try (BufferedWriter writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      for (int i = 0; i < rows.rows(); i++) {
        for (double value : rows.features()[i]) {
          writer.append(Double.toString(value)).append(',');
        }
        writer.append(Integer.toString(rows.labels()[i])).append('\n');
      }
    } catch (IOException e) {
      throw FileWriteException.of(file, e);
    }
  }
}
