package org.hetal.linalg;

import java.util.List;
import java.util.Locale;
import org.hetal.he.Ciphertext;
import org.hetal.he.HeLevelException;

/** Checks of shapes and levels, whose messages give the expected and the actual number. */
final class Checks {
  private Checks() {}

  static void requireCount(String what, int actual, int expected) {
    if (actual != expected) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s: expected %d, actual %d", what, expected, actual));
    }
  }

  static void requireLevel(String what, int actual, int least) {
    if (actual < least) {
      throw new HeLevelException(
          String.format(
              Locale.ROOT, "%s: expected a level of at least %d, actual %d", what, least, actual));
    }
  }

  static int levelOf(String what, List<Ciphertext> list) {
    if (list.isEmpty()) {
      throw new IllegalArgumentException(what + ": expected at least one ciphertext, actual 0");
    }
    int level = list.get(0).level();
    for (Ciphertext a : list) {
      if (a.level() != level) {
        throw new HeLevelException(what + ": unequal levels " + level + " and " + a.level());
      }
    }
    return level;
  }
}
