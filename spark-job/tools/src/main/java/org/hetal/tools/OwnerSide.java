package org.hetal.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.hetal.command.ExitCode;

/**
 * The data owner of {@code bench chaos} and {@code bench memory}: keys and an encrypted data set of
 * a toy ring, which all trials share, and for each trial a copy of the private folder with an
 * oracle of its own.
 */
final class OwnerSide {
  static final String PARAMETERS = "insecure_n10_l12";

  private static final int SECONDS_TO_LISTEN = 120;

  private final LoggedProcesses processes;
  private final Programs programs;
  private final Path folder;
  private final Path settings;
  private final int port;

  /**
   * Plans, makes keys and encrypts.
   *
   * @param folder gets {@code owner}, {@code keys} and {@code dataset}
   * @param training settings below {@code training}
   */
  OwnerSide(LoggedProcesses processes, Programs programs, Path home, Path folder, String training) {
    this.processes = processes;
    this.programs = programs;
    this.folder = folder.toAbsolutePath();
    this.settings = this.folder.resolve("chaos.conf");
    this.port = Parties.freePort();
    try {
      Files.createDirectories(this.folder);
      Files.writeString(
          settings,
          String.join(
              "\n",
              "hetal {",
              "  run-id = chaos",
              "  parameters = " + PARAMETERS,
              "  threads = 1",
              "  data {",
              "    train.features = \"" + home.resolve("conf/data/digits.csv.gz") + "\"",
              "    classes = 10",
              "    centering = true",
              "    bias = 0.3",
              "    validation-fraction = 0.1",
              "    test-fraction = 0.7",
              "  }",
              "  training { " + training + ", logit-range = 32 }",
              "  paths { key-bundle = \"" + this.folder + "/keys\"",
              "          dataset = \"" + this.folder + "/dataset\" }",
              "  oracle { port = " + port + ", retry-timeout = 60s }",
              "}",
              ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (String command : List.of("plan", "keygen", "encrypt")) {
      run(command);
    }
  }

  private void run(String command) {
    List<String> words = new ArrayList<>(programs.owner());
    words.addAll(List.of(command, "--quiet", "-c", settings.toString()));
    words.addAll(privatePaths(folder.resolve("owner")));
    processes.run(words, Map.of(), folder.resolve("owner.log"));
  }

  private static List<String> privatePaths(Path owner) {
    List<String> out = new ArrayList<>();
    set(out, "paths.secret-key", owner.resolve("secret.key"));
    set(out, "paths.private", owner);
    set(out, "paths.model", owner.resolve("model"));
    set(out, "oracle.log", owner.resolve("oracle.jsonl"));
    return out;
  }

  private static void set(List<String> out, String path, Path value) {
    out.addAll(List.of("--set", path + "=" + value));
  }

  private static List<String> oracleFiles(Path trial) {
    List<String> out = new ArrayList<>();
    set(out, "oracle.certificate", trial.resolve("given/oracle.pem"));
    set(out, "oracle.token-file", trial.resolve("given/oracle.token"));
    return out;
  }

  /** Keys and data set, which the cluster gets. */
  Path[] given() {
    return new Path[] {folder.resolve("keys"), folder.resolve("dataset")};
  }

  /** Copies the private folder into a training's. */
  void copyTo(Path training) {
    Path owner = folder.resolve("owner");
    try (Stream<Path> all = Files.walk(owner)) {
      Files.createDirectories(training.resolve("given"));
      for (Path each : all.toList()) {
        Files.copy(
            each,
            training.resolve("owner").resolve(owner.relativize(each).toString()),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts the oracle of a training and waits until it listens. */
  Process startOracle(Path training) {
    List<String> words = new ArrayList<>(programs.owner());
    words.addAll(List.of("oracle", "--quiet", "-c", settings.toString()));
    words.addAll(privatePaths(training.resolve("owner")));
    words.addAll(oracleFiles(training));
    Path log = training.resolve("oracle.log");
    Process oracle = processes.start(words, Map.of(), log);
    for (int tenths = 0; tenths < 10 * SECONDS_TO_LISTEN && oracle.isAlive(); tenths++) {
      if (listens()) {
        return oracle;
      }
      Signals.sleep(Duration.ofMillis(100));
    }
    throw new DemoException("oracle: expected it to listen; see " + log, ExitCode.RETRY.status());
  }

  private boolean listens() {
    try (Socket socket = new Socket("localhost", port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * The documented command that trains, and that continues a run.
   *
   * @param submit the program spark-submit
   * @param root folder with {@code keys} and {@code dataset}: a path or a URI
   * @param run a path or a URI
   */
  List<String> trainCommand(String submit, Path training, String root, String run) {
    List<String> out = new ArrayList<>(List.of(submit));
    out.addAll(programs.submitted());
    out.addAll(List.of("train", "-c", settings.toString()));
    out.addAll(List.of("--set", "paths.key-bundle=" + root + "/keys"));
    out.addAll(List.of("--set", "paths.dataset=" + root + "/dataset"));
    out.addAll(List.of("--set", "paths.run=" + run));
    out.addAll(oracleFiles(training));
    return out;
  }
}
