package org.hetal.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigUtil;

/** The name of a setting in {@code --set NAME=VALUE}. */
public final class SettingPath {
  private SettingPath() {}

  /**
   * Checks the form of a name. {@link SettingsLoader} finds out whether there is such a setting.
   *
   * @param text such as {@code training.epochs}
   * @return {@code text}
   * @throws IllegalArgumentException when it has not the form of a name
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
