package org.hetal.spark.storage;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program of the tests in a process of its own. */
final class ChildJvm {
  private ChildJvm() {}

  /** The command, with this process's Java and class path. */
  static List<String> command(Class<?> main, String... arguments) {
    List<String> out =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    out.addAll(List.of(arguments));
    return out;
  }
}
