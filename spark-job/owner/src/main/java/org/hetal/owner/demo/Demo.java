package org.hetal.owner.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.hetal.config.LocalPath;
import org.hetal.config.Settings;
import org.hetal.dataset.LocalStorage;
import org.hetal.format.Json;
import org.hetal.he.EngineLibrary;
import org.hetal.he.FileReadException;
import org.hetal.he.FileWriteException;
import org.hetal.he.Parameters;
import org.hetal.owner.oracle.OracleLog;

/**
 * The whole story on one machine: the owner makes keys and encrypts, the cluster trains in a
 * process that has no class to decrypt with, the owner's oracle answers it, the owner decrypts the
 * model and compares it with the same training in the clear.
 */
public final class Demo {

  private final PrintStream out;
  private final Settings settings;
  private final Parameters parameters;
  private final List<String> settingArguments;
  private final Step step;
  private final Path folder;

  /** The class paths come from the launcher. */
  public record Programs(
      String ownerClassPath, String clusterClassPath, String clusterJavaOptions) {}

  /**
   * @param settingArguments how each command gets the settings
   * @param folder of the demo, removed and made anew
   */
  public Demo(
      PrintStream out,
      Settings settings,
      Parameters parameters,
      List<String> settingArguments,
      Programs programs,
      Path folder) {
    this.out = out;
    this.settings = settings;
    this.parameters = parameters;
    this.folder = folder;
    this.settingArguments = new ArrayList<>(settingArguments);
    this.settingArguments.add("--set");
    this.settingArguments.add("oracle.port=" + freePort());
    this.step =
        new Step(
            out,
            folder.resolve("demo.log"),
            programs.ownerClassPath(),
            programs.clusterClassPath(),
            programs.clusterJavaOptions());
  }

  /**
   * Runs all steps.
   *
   * @return what {@code --json} writes
   * @throws DemoException when a step fails
   */
  public ObjectNode run() {
    long start = System.nanoTime();
    clean();
    title("1  Data owner: keys. The secret key stays here; evaluation keys go to the cluster.");
    double keygen = step.owner(command("keygen", "--quiet"));
    title("2  Data owner: encrypts the digits. Labels to validate with stay here.");
    double encrypt = step.owner(command("encrypt", "--quiet"));
    title("3  Cluster: trains on ciphertexts in a process that cannot decrypt.");
    title("   The owner's oracle, a third process, tells it once an epoch to go on or stop.");
    Process oracle = step.startOracle(command("oracle", "--quiet"));
    double train;
    try {
      train = step.cluster(command("train"));
    } finally {
      Step.stop(oracle);
    }
    title("4  Data owner: what the oracle saw, which the cluster did not.");
    List<OracleLog.Entry> answers =
        OracleLog.read(LocalPath.of("oracle.log", settings.oracle().log()));
    answers.forEach(this::show);
    title("5  Data owner: decrypts the model and trains the same in the clear to compare.");
    step.owner(command("decrypt-model", "--quiet"));
    Path figures = folder.resolve("evaluation.json");
    step.owner(command("evaluate", "--quiet", "--softmax", "--json", figures.toString()));
    double seconds = (System.nanoTime() - start) * 1e-9;
    ObjectNode result = result(read(figures), answers, seconds);
    result.put("keygen_seconds", keygen);
    result.put("encrypt_seconds", encrypt);
    result.put("train_seconds", train);
    chart(answers, result);
    table(result);
    result.remove("plain_losses");
    return result;
  }

  /** Whose code has the secret key. */
  private String client() {
    return settings.client() == Settings.Client.BACKEND
        ? settings.backend().label()
        : settings.client().label();
  }

  private List<String> command(String name, String... more) {
    List<String> out = new ArrayList<>();
    out.add(name);
    out.addAll(settingArguments);
    out.addAll(List.of(more));
    return out;
  }

  private ObjectNode result(ObjectNode evaluation, List<OracleLog.Entry> answers, double seconds) {
    ObjectNode result = evaluation.deepCopy();
    Path run = LocalPath.of("paths.run", settings.paths().run());
    ObjectNode report = read(run.resolve("report.json"));
    result.put("seconds", seconds);
    result.put("seconds_per_iteration", report.path("seconds_per_iteration").asDouble());
    result.put("iterations", report.path("steps").asInt());
    result.put("key_bytes", size(LocalPath.of("paths.key-bundle", settings.paths().keyBundle())));
    result.put("ciphertext_bytes", size(LocalPath.of("paths.dataset", settings.paths().dataset())));
    result.put("parameter_set", parameters.name());
    result.put("security_bits", parameters.securityBits());
    result.put("client", client());
    result.put("device", report.path("device").asText());
    result.put("commit", EngineLibrary.commit());
    result.put("stopped_early", !answers.isEmpty() && answers.get(answers.size() - 1).stop());
    return result;
  }

  private void show(OracleLog.Entry entry) {
    step.show(
        "oracle ",
        String.format(
            Locale.ROOT,
            "epoch %2d  validation loss %.4f  accuracy %6.2f %%  %s%s%s",
            entry.epoch(),
            entry.loss(),
            100 * entry.accuracy(),
            entry.stop() ? "STOP" : "continue",
            entry.best() ? ", best so far" : "",
            entry.reason().isEmpty() ? "" : " (" + entry.reason() + ")"));
  }

  private void chart(List<OracleLog.Entry> answers, ObjectNode result) {
    List<Double> plain = new ArrayList<>();
    result.withArrayProperty("plain_losses").forEach(loss -> plain.add(loss.asDouble()));
    OracleLog.Entry last = answers.isEmpty() ? null : answers.get(answers.size() - 1);
    byte[] png =
        LossChart.png(
            answers.stream().map(OracleLog.Entry::loss).toList(),
            plain,
            last != null && last.stop() ? last.epoch() : 0);
    new LocalStorage(folder).writeAtomically("loss.png", png);
    result.put("chart", folder.resolve("loss.png").toString());
  }

  private void table(ObjectNode result) {
    out.println();
    double encrypted = result.path("accuracy_encrypted").asDouble();
    double plain = result.path("accuracy_plain").asDouble();
    line("accuracy, trained on ciphertexts", "%.2f %%", 100 * encrypted);
    line("accuracy, trained in the clear", "%.2f %%", 100 * plain);
    line("difference", "%+.2f %%", 100 * (encrypted - plain));
    line("largest error of the softmax", "%.1e", result.path("softmax_max_error").asDouble());
    line(
        "epochs, iterations",
        "%d, %d",
        result.path("epochs").asInt(),
        result.path("iterations").asInt());
    line("bootstraps an iteration", "%d", result.path("bootstraps_per_iteration").asInt());
    line("seconds an iteration", "%.1f", result.path("seconds_per_iteration").asDouble());
    line("seconds in all", "%.0f", result.path("seconds").asDouble());
    line("evaluation keys", "%.2f GB", result.path("key_bytes").asLong() / 1e9);
    line("encrypted data", "%.1f MB", result.path("ciphertext_bytes").asLong() / 1e6);
    line(
        "parameter set",
        "%s, %s",
        parameters.name(),
        parameters.isInsecure() ? "INSECURE" : parameters.securityBits() + "-bit security");
    line("secret key in the hands of", "%s", result.path("client").asText());
    line("engine", "%s", result.path("device").asText());
    line("loss curves", "%s", result.path("chart").asText());
  }

  private void line(String name, String format, Object... values) {
    out.printf(Locale.ROOT, "  %-34s %s%n", name, String.format(Locale.ROOT, format, values));
  }

  private void title(String text) {
    out.println(text);
  }

  private static ObjectNode read(Path file) {
    try {
      JsonNode node = Json.parse(Files.readAllBytes(file));
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw new DemoException(file + ": expected an object, actual another JSON value");
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }

  private static long size(Path folder) {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      throw FileReadException.of(folder, e);
    }
  }

  private void clean() {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw FileWriteException.of(folder, e);
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("finding a free port", e);
    }
  }

  /** The figures as JSON. */
  public static void write(ObjectNode result, Path file) {
    Path absolute = file.toAbsolutePath();
    new LocalStorage(absolute.getParent())
        .writeAtomically(
            absolute.getFileName().toString(),
            (result.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
