package org.hetal.config;

import java.util.Map;

/** Settings that had other names once: refused with the name that they have now. */
final class RenamedSettings {
  /** Old name to new name, with an example of its value where that changed, too. */
  private static final Map<String, String> NEW_NAMES =
      Map.of(
          "oracle.patience-seconds", "oracle.retry-timeout (a duration, such as 120s)",
          "training.groups-per-unit", "training.groups-per-microbatch");

  private RenamedSettings() {}

  /**
   * @param where the setting stands
   * @throws SettingsException when it is an old name
   */
  static void refuse(String name, String where) {
    String now = NEW_NAMES.get(name);
    if (now != null) {
      throw new SettingsException(
          "settings: " + name + " is now named " + now + ": rename it (" + where + ")");
    }
  }
}
