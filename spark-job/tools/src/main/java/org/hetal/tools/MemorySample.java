package org.hetal.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The memory of one process of a training at one moment, in bytes.
 *
 * @param step done so far
 * @param process driver, or executor with its number
 * @param heap objects in the Java heap after a full collection
 * @param resident memory of the process that is in RAM
 * @param engine memory of the engine outside the heap, as its gauge {@code native_bytes} says
 */
record MemorySample(int step, String process, long heap, long resident, long engine) {
  private static final Pattern HEAP = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
  private static final Pattern EXECUTOR = Pattern.compile("--executor-id\\x00(\\d+)\\x00");
  private static final long KIB = 1024;

  /**
   * Looks at a process.
   *
   * @param gauges folder into which Spark's CSV sink writes
   * @return empty: the process has ended, or its gauge was not written yet
   */
  static Stream<MemorySample> of(int step, ProcessHandle process, Path gauges) {
    String pid = Long.toString(process.pid());
    Path proc = Path.of("/proc", pid);
    try {
      Matcher executor = EXECUTOR.matcher(Files.readString(proc.resolve("cmdline")));
      String id = executor.find() ? executor.group(1) : "driver";
      OptionalLong engine = engine(gauges, id);
      long heap = number(HEAP, histogram(pid));
      long resident = KIB * number(RESIDENT, Files.readString(proc.resolve("status")));
      String name = id.equals("driver") ? id : "executor " + id;
      return engine.isEmpty()
          ? Stream.empty()
          : Stream.of(new MemorySample(step, name, heap, resident, engine.getAsLong()));
    } catch (IOException e) {
      throw new UncheckedIOException("memory of process " + pid, e);
    }
  }

  /** A full collection, then the objects of each class and their sum. */
  private static String histogram(String pid) throws IOException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process process =
        new ProcessBuilder(jcmd.toString(), pid, "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static long number(Pattern pattern, String text) throws IOException {
    Matcher found = pattern.matcher(text);
    if (!found.find()) {
      throw new IOException("expected " + pattern + ", actual " + text.lines().findFirst());
    }
    return Long.parseLong(found.group(1));
  }

  /** The last value of the sink's file, whose name has application, executor and gauge. */
  private static OptionalLong engine(Path gauges, String executor) throws IOException {
    try (Stream<Path> files = Files.list(gauges)) {
      List<Path> found =
          files
              .filter(
                  file ->
                      file.getFileName()
                          .toString()
                          .matches("[^.]+\\." + executor + "\\.plugin\\..*\\.native_bytes\\.csv"))
              .toList();
      if (found.isEmpty()) {
        return OptionalLong.empty();
      }
      List<String> lines = Files.readAllLines(found.get(0));
      String last = lines.get(lines.size() - 1);
      return lines.size() < 2
          ? OptionalLong.empty()
          : OptionalLong.of((long) Double.parseDouble(last.substring(last.indexOf(',') + 1)));
    }
  }
}
