package org.hetal.job;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import picocli.CommandLine.Option;

/** The options by which every command gets its settings. */
final class SettingsOptions {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "settings in HOCON; may be given several times, later files win")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "PATH=VALUE",
      description = "one setting, e.g. training.epochs=3; wins over every file")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description =
          "what computes: native, openfhe or simulator, as when the data were encrypted; setting"
              + " backend")
  private String backend;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description =
          "what the native engine computes on: cpu, or cuda (one NVIDIA GPU an engine); setting"
              + " device")
  private String device;

  Settings load() {
    Map<String, String> all = new LinkedHashMap<>(overrides);
    if (backend != null) {
      all.put("backend", backend);
    }
    if (device != null) {
      all.put("device", device);
    }
    return SettingsLoader.load(files, all);
  }
}
