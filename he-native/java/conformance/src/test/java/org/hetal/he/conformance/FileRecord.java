package org.hetal.he.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * In which order a process wrote, synchronized, linked and renamed files, by the record that {@code
 * cpp/tests/faults/preload/recorder.cpp} makes.
 */
public final class FileRecord {
  private FileRecord() {}

  /**
   * Variables for a process that is to be recorded.
   *
   * @param record the file of the record
   */
  public static Map<String, String> environment(Path record) {
    return Map.of(
        "HETAL_TEST_RECORD",
        record.toString(),
        "LD_PRELOAD",
        System.getProperty("hetal.test.faults.library"));
  }

  /** What the system was asked to do. Temporary names have TEMPORARY for their number. */
  public static List<String> calls(Path record) throws IOException {
    return Files.readAllLines(record).stream()
        .map(line -> line.replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "TEMPORARY"))
        .map(line -> line.replaceAll("[0-9a-f]{16}\\.tmp", "TEMPORARY"))
        .toList();
  }

  /**
   * Requires of every file and folder that was renamed or linked to a name below {@code below} that
   * it was synchronized before, after the last write to it, and that the folder of the name was
   * synchronized after it.
   *
   * @return the names, relative to {@code below}
   */
  public static Set<String> requireDurable(Path record, Path below) throws IOException {
    List<String> lines = Files.readAllLines(record);
    Set<String> names = new TreeSet<>();
    for (int i = 0; i < lines.size(); i++) {
      String[] call = lines.get(i).split(" ");
      boolean places = call[0].equals("rename") || call[0].equals("link");
      if (!places || !Path.of(call[2]).startsWith(below)) {
        continue;
      }
      List<String> before = lines.subList(0, i);
      List<String> after = lines.subList(i + 1, lines.size());
      int written = before.lastIndexOf("write " + call[1]);
      assertTrue(
          before.lastIndexOf("sync " + call[1]) > written, "not synchronized: " + lines.get(i));
      assertTrue(
          after.contains("sync " + Path.of(call[2]).getParent()),
          "folder not synchronized: " + lines.get(i));
      assertEquals(3, call.length, "a path has a space: " + lines.get(i));
      names.add(below.relativize(Path.of(call[2])).toString());
    }
    return names;
  }
}
