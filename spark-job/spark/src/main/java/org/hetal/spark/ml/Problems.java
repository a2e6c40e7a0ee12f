package org.hetal.spark.ml;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.hetal.config.SettingsException;

/** Collects what is wrong, so that all of it is told at once. */
final class Problems {
  private final List<RuntimeException> found = new ArrayList<>();

  void require(boolean holds, String message) {
    if (!holds) {
      found.add(new SettingsException(message));
    }
  }

  /** Runs a check; what it throws is a problem. */
  void check(Runnable check) {
    try {
      check.run();
    } catch (RuntimeException e) {
      found.add(e);
    }
  }

  /**
   * @throws RuntimeException the only problem, or a {@link SettingsException} that lists them all
   */
  void throwAll() {
    if (found.size() == 1) {
      throw found.get(0);
    }
    if (!found.isEmpty()) {
      SettingsException all =
          new SettingsException(
              found.size()
                  + " problems: "
                  + found.stream().map(Throwable::getMessage).collect(Collectors.joining("; ")));
      found.forEach(all::addSuppressed);
      throw all;
    }
  }
}
