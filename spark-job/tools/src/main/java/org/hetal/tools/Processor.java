package org.hetal.tools;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The processor of this machine, for figures. */
final class Processor {
  private static final Path FILE = Path.of("/proc/cpuinfo");
  private static final String FIELD = "model name";

  private Processor() {}

  /** Its name as the system tells it; the architecture where it tells none. */
  static String name() {
    try {
      for (String line : Files.readAllLines(FILE, StandardCharsets.UTF_8)) {
        if (line.startsWith(FIELD)) {
          return line.substring(line.indexOf(':') + 1).strip();
        }
      }
    } catch (IOException e) {
      // Another system than Linux.
    }
    return System.getProperty("os.arch");
  }
}
