package org.hetal.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/** Settings as lines of {@code path = value}, sorted by path, with secrets redacted. */
final class SettingsReport {
  private final Config defaults;

  SettingsReport(Config defaults) {
    this.defaults = defaults;
  }

  /** Every setting. */
  List<String> all(Config settings) {
    return lines(settings, (path, value) -> true);
  }

  /** The settings whose values are not the defaults, whatever set them. */
  List<String> changes(Config settings) {
    return lines(settings, this::isChanged);
  }

  /** A value of the command line is a text, also where the default is a number. */
  private boolean isChanged(String path, ConfigValue value) {
    return !defaults.hasPath(path)
        || !String.valueOf(value.unwrapped())
            .equals(String.valueOf(defaults.getValue(path).unwrapped()));
  }

  private static List<String> lines(Config settings, BiPredicate<String, ConfigValue> wanted) {
    TreeMap<String, String> lines = new TreeMap<>();
    for (Map.Entry<String, ConfigValue> entry : settings.entrySet()) {
      if (wanted.test(entry.getKey(), entry.getValue())) {
        lines.put(entry.getKey(), shown(entry.getKey(), entry.getValue()));
      }
    }
    List<String> out = new ArrayList<>();
    lines.forEach((path, value) -> out.add(path + " = " + value));
    return List.copyOf(out);
  }

  /**
   * A seed fixes secrets, so it is a secret. Numbers of the command line are texts, and shown as
   * those of a file.
   */
  private static String shown(String path, ConfigValue value) {
    String plain = String.valueOf(value.unwrapped());
    String text =
        plain.matches("[0-9.eE+-]+|true|false")
            ? plain
            : value.render(ConfigRenderOptions.concise());
    boolean secret =
        path.matches(".*(password|secret|token|insecure-seed)$") && !text.matches("\"?none\"?");
    return secret ? "(redacted)" : text;
  }
}
