package org.hetal.command;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.hetal.format.Shown;
import picocli.CommandLine.Option;

/** The options by which every command of every program gets its settings. */
public final class SettingsOptions {
  private static final int WIDTH = 118;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      converter = Converters.LocalFile.class,
      description =
          "A HOCON file with settings, such as conf/demo.conf; may be given several times, later"
              + " files win.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = {"-s", "--set"},
      paramLabel = "SETTING=VALUE",
      converter = Converters.SettingName.class,
      description = "Overrides one setting of the files, e.g. --set training.epochs=5.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Option(
      names = "--client",
      paramLabel = "NAME",
      description =
          "Whose code handles the secret key: native or openfhe. The same for every command of a"
              + " run. Setting: client.")
  private String client;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description =
          "What the cluster computes with: native, openfhe or simulator; each has its own parameter"
              + " sets. Setting: backend.")
  private String backend;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description =
          "What the native engine computes on: cpu, or cuda (an NVIDIA GPU); the results are the"
              + " same. Setting: device.")
  private String device;

  @Option(
      names = {"-q", "--quiet"},
      description = "Prints neither the settings that differ from the defaults nor a progress bar.")
  private boolean quiet;

  @Option(
      names = {"-v", "--verbose"},
      description = "Prints all settings, not only those that differ from the defaults.")
  private boolean verbose;

  /** The files of {@code --config}, in their order. */
  public List<Path> files() {
    return List.copyOf(files);
  }

  /** What {@code --set} and the options for single settings override, by the settings' names. */
  public Map<String, String> overrides() {
    Map<String, String> out = new LinkedHashMap<>(overrides);
    putUnlessNull(out, "client", client);
    putUnlessNull(out, "backend", backend);
    putUnlessNull(out, "device", device);
    return out;
  }

  private static void putUnlessNull(Map<String, String> map, String name, String value) {
    if (value != null) {
      map.put(name, value);
    }
  }

  /**
   * The settings of this command.
   *
   * @throws org.hetal.config.SettingsException naming every setting that is wrong
   */
  public Settings load() {
    return SettingsLoader.load(files, overrides());
  }

  /**
   * How far the command is, on {@code out}. With {@code --quiet} only lines that report a result.
   *
   * @param what see {@link ProgressBar}
   */
  public ProgressBar progress(PrintStream out, String what) {
    return quiet ? ProgressBar.linesOnly(out) : ProgressBar.start(out, what);
  }

  /** Prints the settings as the options ask for, and warns when nothing is protected. */
  public void announce(Settings settings, PrintStream out, PrintStream err) {
    if (verbose) {
      settings.report().forEach(line -> out.println("setting  " + Shown.printable(line)));
    } else if (!quiet) {
      wrapped(settings.changes()).stream().map(Shown::printable).forEach(out::println);
    }
    if (settings.isInsecure()) {
      err.println(
          "WARNING: INSECURE parameter set "
              + settings.parameterSet()
              + (settings.isParameterSetAutomatic() ? " of the simulator" : "")
              + ": nothing that this run makes is protected");
    }
  }

  /** In as few lines as they fit into. */
  static List<String> wrapped(List<String> settings) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder("settings:");
    for (int i = 0; i < settings.size(); i++) {
      String next = " " + settings.get(i) + (i + 1 < settings.size() ? "," : "");
      if (line.length() + next.length() > WIDTH && !line.toString().isBlank()) {
        lines.add(line.toString());
        line = new StringBuilder("         ");
      }
      line.append(next);
    }
    lines.add(settings.isEmpty() ? "settings: the defaults" : line.toString());
    return lines;
  }
}
