package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Sessions of Spark that examples, notebooks and the Python module start themselves. */
class ShippedSessionsTest {
  private static final Path TREE = Path.of("../..");
  private static final Pattern STARTS =
      Pattern.compile("\\.setMaster\\(|\\.builder(\\(\\))?\\.master\\(|spark\\.master ");
  private static final List<Pattern> NEEDED =
      List.of(
          Pattern.compile("spark\\.authenticate[\\\\\", ]+true"),
          Pattern.compile("spark\\.driver\\.host[\\\\\", ]+127\\.0\\.0\\.1"),
          Pattern.compile("spark\\.driver\\.bindAddress[\\\\\", ]+127\\.0\\.0\\.1"));

  /** The ports on 127.0.0.1 are open to every user of the machine. */
  @Test
  void each_authenticatesAndListensOnLoopback() throws IOException {
    List<String> sessions = new ArrayList<>();
    for (String folder : List.of("examples/java/src", "notebooks/python/src", "notebooks")) {
      try (Stream<Path> files =
          Files.walk(TREE.resolve(folder), folder.equals("notebooks") ? 1 : Integer.MAX_VALUE)) {
        for (Path file : files.filter(ShippedSessionsTest::isText).toList()) {
          String text = Files.readString(file);
          if (STARTS.matcher(text).find()) {
            sessions.add(file.getFileName().toString());
            for (Pattern needed : NEEDED) {
              assertTrue(needed.matcher(text).find(), () -> file + ": expected " + needed);
            }
          }
        }
      }
    }
    sessions.sort(null);
    assertEquals(
        List.of("TrainOnSpark.java", "explore_a_run.ipynb", "first_steps.zpln", "jvm.py"),
        sessions);
  }

  private static boolean isText(Path file) {
    return file.toString().matches(".*\\.(java|py|ipynb|zpln)");
  }
}
