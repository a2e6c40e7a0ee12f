package org.hetal.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.hetal.command.ExitCode;

/**
 * The data owner of {@code bench chaos}: keys and an encrypted data set of a toy ring, which all
 * trials share, and for each trial a copy of the private folder with an oracle of its own.
 */
final class ChaosOwner {
  private static final int SECONDS_TO_LISTEN = 120;

  private final Programs programs;
  private final Path folder;
  private final Path settings;
  private final int port;

  /**
   * Plans, makes keys and encrypts.
   *
   * @param folder gets {@code owner}, {@code keys} and {@code dataset}
   */
  ChaosOwner(Programs programs, Path home, Path folder) {
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
              "  parameters = insecure_n10_l12",
              "  threads = 1",
              "  data {",
              "    train.features = \"" + home.resolve("conf/data/digits.csv.gz") + "\"",
              "    classes = 10",
              "    centering = true",
              "    bias = 0.3",
              "  }",
              "  training { batch-rows = 300, epochs = 3, learning-rate = 20, logit-range = 32 }",
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
    try (DemoProcess process = DemoProcess.silent("owner", words, folder.resolve("owner.log"))) {
      process.await(() -> {});
    }
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

  /** Copies the private folder into a trial's. */
  void copyTo(Path trial) throws IOException {
    Files.createDirectories(trial.resolve("given"));
    Path owner = folder.resolve("owner");
    try (Stream<Path> all = Files.walk(owner)) {
      for (Path each : all.toList()) {
        Files.copy(
            each,
            trial.resolve("owner").resolve(owner.relativize(each).toString()),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  /** Starts the oracle of a trial and waits until it listens. */
  Process startOracle(Path trial) throws Exception {
    List<String> words = new ArrayList<>(programs.owner());
    words.addAll(List.of("oracle", "--quiet", "-c", settings.toString()));
    words.addAll(privatePaths(trial.resolve("owner")));
    words.addAll(oracleFiles(trial));
    Path log = trial.resolve("oracle.log");
    Process oracle =
        new ProcessBuilder(words)
            .directory(trial.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.to(log.toFile()))
            .start();
    for (int tenths = 0; tenths < 10 * SECONDS_TO_LISTEN && oracle.isAlive(); tenths++) {
      if (listens()) {
        return oracle;
      }
      TimeUnit.MILLISECONDS.sleep(100);
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

  /** The documented command that trains, and that continues a run. */
  List<String> trainCommand(Path trial) {
    List<String> out =
        new ArrayList<>(
            List.of(
                Programs.home().resolve("hetal").toString(), "train", "-c", settings.toString()));
    set(out, "paths.run", trial.resolve("run"));
    out.addAll(oracleFiles(trial));
    return out;
  }

  /** SHA-256 over names and bytes of the encrypted model of a trial. */
  String digest(Path trial) throws IOException {
    try (Stream<Path> all = Files.walk(trial.resolve("run/model"))) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path file : all.filter(each -> each.toString().endsWith(".ct")).sorted().toList()) {
        digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(file));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
