package org.hetal.owner.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.hetal.config.LocalPath;
import org.hetal.config.PlanSettings;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.config.SettingsLoader;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.Parameters;
import org.hetal.owner.DataOwner;
import org.hetal.owner.LabeledData;
import org.hetal.owner.OwnerFiles;
import org.hetal.owner.OwnerListener;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.keys.ClientBackend;
import org.hetal.plan.TrainingPlan;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the owner's commands have in common: settings, warnings, the client. */
abstract class OwnerCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "A HOCON file with settings, such as conf/demo.conf; later ones win.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = {"-s", "--set"},
      paramLabel = "SETTING=VALUE",
      converter = Converters.SettingName.class,
      description = "Overrides one setting, e.g. --set training.epochs=5.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Mixin private BackendOptions choice;

  @Option(
      names = {"-q", "--quiet"},
      description = "Do not print the merged settings.")
  private boolean quiet;

  private Settings settings;
  private ClientBackend backend;

  @Override
  public final Integer call() {
    settings = SettingsLoader.load(files, choice.over(overrides));
    if (!quiet) {
      settings.report().forEach(line -> out().println("setting  " + line));
    }
    if (settings.isInsecure()) {
      err()
          .println(
              "WARNING: INSECURE parameter set "
                  + settings.parameterSet()
                  + ": nothing that this run makes is protected");
    }
    backend = ClientBackend.of(settings);
    return run();
  }

  /** Does the work; the exit code. */
  abstract int run();

  final Settings settings() {
    return settings;
  }

  final ClientBackend backend() {
    return backend;
  }

  final PrintStream out() {
    return System.out;
  }

  final PrintStream err() {
    return System.err;
  }

  /** Prints a line that starts with the command's name. */
  final void say(String format, Object... values) {
    out().println(spec.name() + ": " + String.format(java.util.Locale.ROOT, format, values));
  }

  /** Reads the plaintext data and says what it found. */
  final PreparedData readData() {
    return described(PreparedData.read(settings.data()));
  }

  /** Says what there is. */
  final PreparedData described(PreparedData data) {
    say("%s", data.splits().describe());
    data.notes().forEach(note -> say("%s", note));
    data.warnings().forEach(this::warn);
    return data;
  }

  /** Prints what is most likely a mistake. */
  final void warn(String warning) {
    err().println("WARNING: " + warning);
  }

  /** Plans training on the data, before anything is made. */
  final TrainingPlan plan(PreparedData data) {
    return PlanSettings.plan(settings, parameters(), data.shape());
  }

  /** Those of the settings' parameter set. */
  final Parameters parameters() {
    try {
      return backend.parameters(settings.parameterSet());
    } catch (IllegalArgumentException e) {
      throw new SettingsException("parameters: " + e.getMessage(), e);
    }
  }

  /** Writes a result that only the owner may read, where the owner said. */
  static void writeResult(Path to, byte[] bytes) {
    Path file = to.toAbsolutePath();
    LocalStorage folder = LocalStorage.ownerOnly(file.getParent());
    String name = file.getFileName().toString();
    folder.removeLeftovers(name);
    folder.writeAtomically(name, bytes);
  }

  /** The data of the settings, described when they are prepared. */
  final LabeledData data() {
    return LabeledData.read(settings).onPrepared(this::described);
  }

  /** The owner whom the settings name, planning from the data when a plan is needed. */
  final DataOwner owner() {
    return owned(DataOwner.open(settings, OwnerFiles.of(settings)));
  }

  /** As {@link #owner()} for an owner that was made otherwise. */
  final DataOwner owned(DataOwner owner) {
    Settings.Paths paths = settings.paths();
    return owner
        .withListener(notices())
        .withSharedFolders(List.of(paths.keyBundle(), paths.dataset(), paths.run()));
  }

  /** The local folder of the data set. */
  final String datasetFolder() {
    return LocalPath.of("paths.dataset", settings.paths().dataset()).toString();
  }

  /** The local folder of the evaluation keys. */
  final String keyFolder() {
    return LocalPath.of("paths.key-bundle", settings.paths().keyBundle()).toString();
  }

  private OwnerListener notices() {
    return new OwnerListener() {
      @Override
      public void notice(String line) {
        say("%s", line);
      }
    };
  }

  /** As {@link #notices} with a bar for the groups that are encrypted or the keys that are made. */
  final OwnerListener progress(ProgressBar bar) {
    return new OwnerListener() {
      @Override
      public void keyWritten(int done, int of, long bytes) {
        bar.accept(done, of);
      }

      @Override
      public void groupEncrypted(int done, int of) {
        bar.accept(done, of);
      }

      @Override
      public void notice(String line) {
        say("%s", line);
      }
    };
  }

  /** Where decrypt-model leaves the model in the clear. */
  final Path modelFolder() {
    return LocalPath.of("paths.model", settings.paths().model());
  }
}
