package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChaosClockTest {
  private static final int HOUR = 3600;
  private static final int AGREE = 30;

  @TempDir Path root;

  /** Answers each line with its time in seconds, that of a new file, and seconds by nanoTime. */
  static final class Answers {
    private Answers() {}

    public static void main(String[] arguments) throws IOException {
      long start = System.nanoTime();
      Path file = Path.of(arguments[0]);
      while (System.in.read() >= 0) {
        Files.deleteIfExists(file);
        long written = Files.getLastModifiedTime(Files.createFile(file)).toMillis() / 1000;
        long elapsed = (System.nanoTime() - start) / 1_000_000_000;
        System.out.println(System.currentTimeMillis() / 1000 + " " + written + " " + elapsed);
      }
    }
  }

  @Test
  void change_isSeenByARunningJvm_inNeitherFilesNorIntervals() throws Exception {
    Optional<String> library = ChaosClock.library();
    assumeTrue(library.isPresent(), "the program faketime is not installed");
    ChaosClock clock = new ChaosClock(library.get(), root.resolve("clock"));
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Answers.class.getName(),
            root.resolve("file").toString());
    builder.environment().putAll(clock.environment());
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader answers = process.inputReader(StandardCharsets.UTF_8)) {
      check(process, answers, 0);
      clock.change(HOUR);
      check(process, answers, HOUR);
      clock.change(-2 * HOUR);
      assertEquals(-HOUR, clock.offset());
      check(process, answers, -HOUR);
    } finally {
      process.destroyForcibly().waitFor();
      ChaosClock.removeLeftovers(process.pid());
    }
    try (Stream<Path> left = Files.list(Path.of("/dev/shm"))) {
      String name = "_" + process.pid();
      assertEquals(List.of(), left.filter(each -> each.toString().endsWith(name)).toList());
    }
  }

  private static void check(Process process, BufferedReader answers, int offset)
      throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
    String answer = answers.readLine();
    String[] fields = answer.split(" ");
    long now = System.currentTimeMillis() / 1000;
    assertTrue(Math.abs(Long.parseLong(fields[0]) - now - offset) < AGREE, answer);
    assertTrue(Math.abs(Long.parseLong(fields[1]) - now) < AGREE, answer);
    assertTrue(Long.parseLong(fields[2]) < HOUR / 2, answer);
  }
}
