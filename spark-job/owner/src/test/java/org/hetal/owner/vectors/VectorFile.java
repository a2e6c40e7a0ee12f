package org.hetal.owner.vectors;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A committed file of {@code name = value} lines, sorted by name, with which a test compares what
 * it computes. {@code -Dhetal.vectors.write=true} writes the file anew instead: only for a change
 * that is meant to change results, and the commit says so.
 */
final class VectorFile {
  private static final boolean WRITE = Boolean.getBoolean("hetal.vectors.write");

  private final Path file;
  private final Map<String, String> expected = new TreeMap<>();

  /**
   * @param name of the file in the folder of resources of this package
   */
  VectorFile(String name) {
    file = Path.of("src/test/resources/org/hetal/owner/vectors", name);
    if (!Files.exists(file)) {
      return;
    }
    for (String line : lines()) {
      int at = line.indexOf(" = ");
      if (!line.startsWith("#")) {
        expected.put(line.substring(0, at), line.substring(at + 3));
      }
    }
  }

  /**
   * Compares all lines whose names begin with the prefix.
   *
   * @param actual names with the prefix, and their values
   */
  void check(String prefix, Map<String, String> actual) {
    if (WRITE) {
      write(prefix, actual);
      return;
    }
    Map<String, String> own = new TreeMap<>();
    expected.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            own.put(name, value);
          }
        });
    assertEquals(text(own), text(actual), file + ", " + prefix);
  }

  private void write(String prefix, Map<String, String> actual) {
    expected.keySet().removeIf(name -> name.startsWith(prefix));
    expected.putAll(actual);
    List<String> comments = Files.exists(file) ? lines() : List.of();
    StringBuilder out = new StringBuilder();
    comments.stream().filter(line -> line.startsWith("#")).forEach(x -> out.append(x).append('\n'));
    try {
      Files.writeString(file, out + text(expected), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Map<String, String> lines) {
    StringBuilder out = new StringBuilder();
    new TreeMap<>(lines)
        .forEach((name, value) -> out.append(name).append(" = ").append(value).append('\n'));
    return out.toString();
  }
}
