package org.hetal.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The clock of a driver, which can be changed while the driver runs: libfaketime reads the offset
 * from a file every other second. The times that the file system gives to files stay true, as those
 * of a file server. So do intervals, which Java takes from another clock.
 */
final class ChaosClock {
  private static final Duration NOTICED = Duration.ofSeconds(3);
  private static final String PRELOAD = "LD_PRELOAD";

  private final String library;
  private final Path file;
  private int offset;

  /**
   * A clock that is right.
   *
   * @param library that {@link #library} found
   * @param file for the offset; this class writes it
   */
  ChaosClock(String library, Path file) {
    this.library = library;
    this.file = file.toAbsolutePath();
    write();
  }

  /**
   * What the program {@code faketime} preloads; empty where it is not installed. The program itself
   * cannot change a clock later.
   */
  static Optional<String> library() {
    try {
      Process process =
          new ProcessBuilder("faketime", "-f", "+0s", "printenv", PRELOAD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String printed =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor() == 0 && !printed.isEmpty() ? Optional.of(printed) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      throw Signals.interrupted();
    }
  }

  /** The variables of a process that goes by this clock. */
  Map<String, String> environment() {
    Map<String, String> out = new HashMap<>();
    out.put(PRELOAD, library);
    out.put("FAKETIME_TIMESTAMP_FILE", file.toString());
    out.put("FAKETIME_CACHE_DURATION", "1");
    out.put("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    // Otherwise it corrects a fault of an old C library, and Java's threads wait for no time at
    // all.
    out.put("FAKETIME_FORCE_MONOTONIC_FIX", "0");
    out.put("NO_FAKE_STAT", "1");
    return out;
  }

  /** Deletes what the library leaves when a process that went by a clock has ended. */
  static void removeLeftovers(long pid) {
    for (String name : List.of("faketime_shm_", "sem.faketime_sem_")) {
      try {
        Files.deleteIfExists(Path.of("/dev/shm", name + pid));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Seconds that it is ahead. */
  int offset() {
    return offset;
  }

  /** Changes it, and returns when processes that run have noticed. */
  void change(int seconds) {
    offset += seconds;
    write();
    Signals.sleep(NOTICED);
  }

  private void write() {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    try {
      Files.writeString(next, (offset < 0 ? "" : "+") + offset + "s\n");
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
