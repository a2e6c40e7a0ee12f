package org.hetal.he.openfhe.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A JVM with the library of faults, which refuses what {@link #counters} ask for. */
final class FaultyProcess {
  /** Where the counters of refused threads, unknown exceptions and OpenFHE's allocations are. */
  static final int THREADS = 8;

  static final int SURPRISES = 16;
  static final int OPENFHE = 24;

  private static final String COUNTERS = "HETAL_TEST_FAULTS";
  private static final int COUNTER_BYTES = 32;

  private final Path folder;

  /**
   * @param folder for the counters
   */
  FaultyProcess(Path folder) {
    this.folder = folder;
  }

  /** Runs a program to its end, with success; what it printed. */
  String run(Class<?> program, String... arguments) throws Exception {
    Path counters = Files.write(folder.resolve("counters"), new byte[COUNTER_BYTES]);
    return run(
        Map.of(
            COUNTERS,
            counters.toString(),
            "LD_PRELOAD",
            System.getProperty("hetal.test.faults.library")),
        program,
        arguments);
  }

  /** As {@link #run(Class, String...)}, without faults, with more in the environment. */
  static String run(Map<String, String> environment, Class<?> program, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(300, TimeUnit.SECONDS), "it hangs");
    assertEquals(0, process.exitValue(), out);
    return out;
  }

  /** In such a process: a number at one of the places above asks that many requests from now on. */
  static ByteBuffer counters() throws IOException {
    try (FileChannel file =
        FileChannel.open(
            Path.of(System.getenv(COUNTERS)), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return file.map(FileChannel.MapMode.READ_WRITE, 0, COUNTER_BYTES)
          .order(ByteOrder.nativeOrder());
    }
  }
}
