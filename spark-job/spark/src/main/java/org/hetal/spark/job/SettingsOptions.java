package org.hetal.spark.job;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.hetal.config.LocalPath;
import org.hetal.config.SettingPath;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options by which every command gets its settings. */
final class SettingsOptions {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      converter = LocalFile.class,
      description = "settings in HOCON; may be given several times, later files win")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "PATH=VALUE",
      converter = SettingName.class,
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

  /** The name in {@code --set NAME=VALUE}. */
  static final class SettingName implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      return converted(text, SettingPath::parse);
    }
  }

  /** A path of the driver's machine, or a {@code file:} URI. */
  static final class LocalFile implements ITypeConverter<Path> {
    @Override
    public Path convert(String text) {
      return converted(text, LocalPath::parse);
    }
  }

  private static <T> T converted(String text, Function<String, T> parse) {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

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
