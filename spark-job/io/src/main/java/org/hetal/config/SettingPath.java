package org.hetal.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigUtil;

/** The name of a setting in {@code --set NAME=VALUE}. */
public final class SettingPath {
  private SettingPath() {}

  /**
   * The name, if it has the form of one; whether there is such a setting shows later.
   *
   * @throws IllegalArgumentException otherwise
   */
  public static String parse(String text) {
    try {
      ConfigUtil.splitPath(text);
    } catch (ConfigException e) {
      throw new IllegalArgumentException(
          "expected a setting such as training.epochs, actual '" + text + "'", e);
    }
    return text;
  }
}
