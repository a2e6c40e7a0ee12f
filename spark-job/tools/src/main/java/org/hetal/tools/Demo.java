package org.hetal.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.hetal.command.ProgressBar;
import org.hetal.command.Units;
import org.hetal.config.LocalPath;
import org.hetal.config.Settings;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.FileReadException;
import org.hetal.he.Parameters;
import org.hetal.he.engine.EngineLibrary;
import org.hetal.owner.oracle.OracleLog;

/**
 * All roles on one machine: the owner generates keys and encrypts, the cluster trains in a process
 * that has no class to decrypt with, the owner's oracle answers it, and the owner decrypts the
 * model and compares it with the same training on plaintext.
 */
final class Demo {
  private final PrintStream out;
  private final Settings settings;
  private final Parameters parameters;
  private final Path folder;
  private final ProgressBar bar;
  private final Parties parties;

  /**
   * @param settingArguments how each command gets the settings
   * @param folder of the demo, removed and made anew
   */
  Demo(
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
    this.bar = ProgressBar.start(out, "");
    this.parties =
        new Parties(out, bar, settings, settingArguments, programs, folder.resolve("demo.log"));
  }

  /**
   * Runs all steps.
   *
   * @return what {@code --json} writes
   * @throws DemoException when a step fails
   */
  ObjectNode run() {
    long start = System.nanoTime();
    clean();
    title("1  Data owner: keys. The secret key stays here; evaluation keys go to the cluster.");
    double keygen = parties.owner("keygen");
    title("2  Data owner: encrypts the digits. The validation labels stay here.");
    double encrypt = parties.owner("encrypt");
    title("3  Cluster: trains on ciphertexts in a process that cannot decrypt.");
    title("   The owner's oracle, a third process, tells it after each epoch to go on or stop.");
    double train = parties.train();
    title("4  Data owner: the validation results, which the cluster does not get.");
    List<OracleLog.Entry> answers =
        OracleLog.read(LocalPath.of("oracle.log", settings.oracle().log()));
    answers.forEach(entry -> bar.line(line(entry)));
    title("5  Data owner: decrypts the model, and trains on the plaintext to compare.");
    parties.owner("decrypt-model", "--all-digits"); // for the comparison that follows
    Path figures = folder.resolve("evaluation.json");
    parties.owner("evaluate", "--softmax", "--json", figures.toString());
    double seconds = (System.nanoTime() - start) * 1e-9;
    ObjectNode result = result(Parties.read(figures), answers, seconds);
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

  private ObjectNode result(ObjectNode evaluation, List<OracleLog.Entry> answers, double seconds) {
    ObjectNode result = evaluation.deepCopy();
    Path run = LocalPath.of("paths.run", settings.paths().run());
    ObjectNode report = Parties.read(run.resolve("report.json"));
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

  /** An answer of the oracle, as one line. */
  static String line(OracleLog.Entry entry) {
    return String.format(
        Locale.ROOT,
        "  oracle  | epoch %2d  validation loss %.4f%s  %s%s%s",
        entry.epoch(),
        entry.loss(),
        entry.metrics().isOfLogits()
            ? String.format(Locale.ROOT, "  accuracy %6.2f %%", 100 * entry.accuracy())
            : "",
        entry.stop() ? "STOP" : "continue",
        entry.best() ? ", best so far" : "",
        entry.reason().isEmpty() ? "" : " (" + entry.reason() + ")");
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
    LocalStorage.ownerOnly(folder).writeAtomically("loss.png", png);
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
    line("bootstraps per iteration", "%d", result.path("bootstraps_per_iteration").asInt());
    line("seconds per iteration", "%.1f", result.path("seconds_per_iteration").asDouble());
    line("seconds in all", "%.0f", result.path("seconds").asDouble());
    line("evaluation keys", "%s", Units.bytes(result.path("key_bytes").asLong()));
    line("encrypted data", "%s", Units.bytes(result.path("ciphertext_bytes").asLong()));
    line(
        "parameter set",
        "%s, %s",
        parameters.name(),
        parameters.isInsecure() ? "INSECURE" : parameters.securityBits() + "-bit security");
    line("code that handles the secret key", "%s", result.path("client").asText());
    line("engine", "%s", result.path("device").asText());
    line("loss curves", "%s", result.path("chart").asText());
  }

  private void line(String name, String format, Object... values) {
    out.printf(Locale.ROOT, "  %-34s %s%n", name, String.format(Locale.ROOT, format, values));
  }

  private void title(String text) {
    out.println(text);
  }

  /** The bytes of all files in a folder and below. */
  static long size(Path folder) {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    } catch (UncheckedIOException e) {
      throw FileReadException.of(folder, e.getCause());
    } catch (IOException e) {
      throw FileReadException.of(folder, e);
    }
  }

  private void clean() {
    if (Files.exists(folder)) {
      Parties.delete(folder);
    }
  }
}
