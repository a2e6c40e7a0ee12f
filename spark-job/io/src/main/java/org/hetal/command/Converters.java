package org.hetal.command;

import java.nio.file.Path;
import java.util.function.Function;
import org.hetal.config.LocalPath;
import org.hetal.config.SettingPath;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Checks arguments where they are parsed, so that a wrong one is a usage error. */
public final class Converters {
  private Converters() {}

  /** Lets every option that takes a file take a {@code file:} URI, too. */
  public static void register(CommandLine line) {
    line.registerConverter(Path.class, new LocalFile());
  }

  /** The name in {@code --set NAME=VALUE}. */
  static final class SettingName implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      return converted(text, SettingPath::parse);
    }
  }

  /** A path of this machine, or a {@code file:} URI. */
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
}
