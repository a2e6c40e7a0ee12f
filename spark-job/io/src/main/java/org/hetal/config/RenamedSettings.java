package org.hetal.config;

import java.util.Map;

/** Settings of earlier releases that have another name now. */
final class RenamedSettings {
  private static final Map<String, String> NEW =
      Map.of(
          "training.squarings",
          "training.logit-range, which is 2 * 2^squarings: 32, 64, 128, 256 for 4, 5, 6, 7");

  private RenamedSettings() {}

  /** What to say beside an unknown setting; empty when it never had this name. */
  static String hint(String path) {
    String now = NEW.get(path);
    return now == null ? "" : ", now " + now;
  }
}
