package org.hetal.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueType;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Reads settings, each with its range, and collects what is wrong instead of stopping at it. */
final class SettingsReader {
  private final Config config;
  private final List<String> problems = new ArrayList<>();

  SettingsReader(Config config) {
    this.config = config;
  }

  int integer(String path, int low, int high) {
    String expected = "a whole number of " + low + " to " + high;
    BigDecimal value = value(path, expected, this::number);
    if (value == null) {
      return low;
    }
    if (!isWhole(value)
        || value.compareTo(BigDecimal.valueOf(low)) < 0
        || value.compareTo(BigDecimal.valueOf(high)) > 0) {
      problem(path, expected, config.getString(path));
      return low;
    }
    return value.intValueExact();
  }

  double real(String path, double low, double high) {
    String expected = "a number of " + low + " to " + high;
    BigDecimal number = value(path, expected, this::number);
    if (number == null) {
      return low;
    }
    double value = number.doubleValue();
    if (!(value >= low && value <= high)) {
      problem(path, expected, config.getString(path));
    }
    return value;
  }

  boolean bool(String path) {
    Boolean value = value(path, "true or false", config::getBoolean);
    return value != null && value;
  }

  long bytes(String path) {
    String expected = "a size such as 512m or 2g";
    Long value = value(path, expected, config::getBytes);
    if (value != null && (value < 0 || config.getString(path).matches(" *[0-9]*\\.[0-9]+ *"))) {
      problem(path, expected, value);
    }
    return value == null ? 0 : value;
  }

  /** With its unit: HOCON would take a bare number as milliseconds. */
  Duration duration(String path, Duration low, Duration high) {
    String expected =
        "a duration with its unit, such as 120s or 2m, of "
            + low.toSeconds()
            + "s to "
            + high.toSeconds()
            + "s";
    Duration value = value(path, expected, config::getDuration);
    if (value == null) {
      return low;
    }
    boolean hasUnit = config.getString(path).strip().matches(".*[a-z]");
    if (!hasUnit || value.compareTo(low) < 0 || value.compareTo(high) > 0) {
      problem(path, expected, config.getString(path));
      return low;
    }
    return value;
  }

  Long longOrNone(String path) {
    String text = optional(path);
    if (text.equals("none")) {
      return null;
    }
    String expected = "a whole number of 64 bits or none";
    BigDecimal value = value(path, expected, this::number);
    if (value != null && (!isWhole(value) || value.toBigInteger().bitLength() >= Long.SIZE)) {
      problem(path, expected, text);
      return null;
    }
    return value == null ? null : value.longValueExact();
  }

  String optional(String path) {
    String value = value(path, "a text", config::getString);
    return value == null ? "" : value.strip();
  }

  String text(String path) {
    String value = optional(path);
    if (value.isEmpty()) {
      problem(path, "a text that is not empty", "\"\"");
    }
    return value;
  }

  /** A list of texts, or one text with commas between them, as on the command line. */
  List<String> texts(String path) {
    boolean list = config.getValue(path).valueType() == ConfigValueType.LIST;
    List<String> texts =
        list ? value(path, "a list of texts", config::getStringList) : split(optional(path));
    if (texts == null) {
      return List.of();
    }
    if (texts.contains("") || texts.stream().distinct().count() < texts.size()) {
      problem(path, "texts that are not empty and differ", texts);
    }
    return List.copyOf(texts);
  }

  /** {@code a,b}, or {@code ["a","b"]} as a report of settings shows it. */
  private static List<String> split(String text) {
    boolean brackets = text.startsWith("[") && text.endsWith("]");
    String inner = brackets ? text.substring(1, text.length() - 1) : text;
    return inner.isBlank()
        ? List.of()
        : Arrays.stream(inner.split(",", -1))
            .map(String::strip)
            .map(part -> brackets ? part.replaceAll("^\"|\"$", "") : part)
            .toList();
  }

  /** A path of this machine, or a URI of any file system. */
  String path(String path) {
    String value = text(path);
    requirePath(path, value);
    return value;
  }

  private void requirePath(String path, String value) {
    String obstacle = LocalPath.isRemote(value) ? null : LocalPath.obstacle(value);
    if (obstacle != null) {
      problem(path, obstacle, value);
    }
  }

  /** One path as {@link #path}, or a list of them; a text in brackets is a list, too. */
  List<String> paths(String path) {
    boolean list = config.getValue(path).valueType() == ConfigValueType.LIST;
    List<String> found = list ? value(path, "a list of paths", config::getStringList) : null;
    if (!list && optional(path).startsWith("[")) {
      found = listed(optional(path));
    }
    if (found == null) {
      return List.of(path(path));
    }
    if (found.isEmpty() || found.contains("") || found.stream().distinct().count() < found.size()) {
      problem(path, "paths that are not empty and differ, at least one", found);
      return List.of("");
    }
    found.forEach(each -> requirePath(path, each));
    return List.copyOf(found);
  }

  /** With quotes as in a file, where a path may have commas; or without. */
  private static List<String> listed(String text) {
    try {
      return ConfigFactory.parseString("list = " + text).getStringList("list");
    } catch (ConfigException e) {
      return split(text);
    }
  }

  String matching(String path, String pattern, String expected) {
    String value = optional(path);
    if (!value.matches(pattern)) {
      problem(path, expected, '"' + value + '"');
    }
    return value;
  }

  <E extends Enum<E>> E oneOf(String path, Class<E> type) {
    String value = optional(path);
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String name = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
      if (name.equals(value)) {
        return constant;
      }
      names.add(name);
    }
    problem(path, String.join(" or ", names), value);
    return type.getEnumConstants()[0];
  }

  void problem(String path, String expected, Object actual) {
    String where =
        config.hasPathOrNull(path) ? config.getValue(path).origin().description() : "nowhere set";
    problems.add(path + ": expected " + expected + ", actual " + actual + " (" + where + ")");
  }

  void throwProblems() {
    if (!problems.isEmpty()) {
      throw new SettingsException("settings: " + String.join("; ", problems));
    }
  }

  /** Digits as they stand there: HOCON's own numbers lose a fraction, and take "3d" and "0x1p4". */
  private BigDecimal number(String path) {
    String text = config.getString(path).strip();
    if (!text.matches("[+-]?[0-9]{0,30}(\\.[0-9]{0,30})?([eE][+-]?[0-9]{1,3})?")) {
      throw new NumberFormatException(text);
    }
    return new BigDecimal(text);
  }

  private static boolean isWhole(BigDecimal value) {
    return value.stripTrailingZeros().scale() <= 0;
  }

  private <T> T value(String path, String expected, Function<String, T> read) {
    try {
      return read.apply(path);
    } catch (ConfigException | NumberFormatException e) {
      problem(path, expected, config.hasPath(path) ? config.getValue(path).unwrapped() : "nothing");
      return null;
    }
  }
}
