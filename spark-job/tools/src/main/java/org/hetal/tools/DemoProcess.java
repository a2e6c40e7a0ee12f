package org.hetal.tools;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.hetal.command.ProgressBar;
import org.hetal.he.FileWriteException;

/**
 * One process of the demo: a role's command in a JVM of its own, with only that role's class path.
 * All that it prints is kept in the log.
 */
final class DemoProcess implements AutoCloseable {
  private static final long MILLIS_BETWEEN_LOOKS = 500;
  private static final long SECONDS_TO_START = 120;

  private final String role;
  private final Path log;
  private final Process process;
  private final Thread pump;
  private volatile String lastLine = "nothing";

  /**
   * @param shown gets each line that the process prints; called by a thread of its own
   */
  private DemoProcess(String role, List<String> command, Path log, Consumer<String> shown) {
    this.role = role;
    this.log = log;
    try {
      this.process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new UncheckedIOException("running " + command.get(0), e);
    }
    this.pump = new Thread(() -> pump(shown), "output of " + role);
    pump.setDaemon(true);
    pump.start();
  }

  /** Starts a command whose output is shown with its role in front. */
  static DemoProcess shown(String role, List<String> command, Path log, ProgressBar bar) {
    return new DemoProcess(role, command, log, line -> bar.line("  " + role + " | " + line));
  }

  /** Starts a command whose output goes to the log only. */
  static DemoProcess silent(String role, List<String> command, Path log) {
    return new DemoProcess(role, command, log, line -> {});
  }

  /**
   * Waits for the end.
   *
   * @param look is called twice per second until then
   * @throws DemoException with the exit status of the process when that is not 0
   */
  void await(Runnable look) {
    try {
      while (!process.waitFor(MILLIS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS)) {
        look.run();
      }
      pump.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException(role.strip() + ": interrupted");
    }
    if (process.exitValue() != 0) {
      throw new DemoException(
          role.strip()
              + ": expected exit code 0, actual "
              + process.exitValue()
              + "; its last line: "
              + lastLine,
          process.exitValue());
    }
  }

  /**
   * Waits until files are there that the process writes when it is ready.
   *
   * @throws DemoException when the process ends before that, or takes more than two minutes
   */
  void awaitFiles(List<Path> files) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_START);
    try {
      while (!files.stream().allMatch(Files::exists)) {
        if (process.waitFor(100, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
          throw new DemoException(
              role.strip()
                  + ": expected it to start, actual it did not; its last line: "
                  + lastLine);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException(role.strip() + ": interrupted");
    }
  }

  /** Ends the process, if it runs. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private void pump(Consumer<String> shown) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String text = reader.readLine(); text != null; text = reader.readLine()) {
        lastLine = text;
        keep(text);
        shown.accept(text);
      }
    } catch (IOException e) {
      // The process is gone; its exit code says the rest.
      keep("output ended: " + e.getMessage());
    }
  }

  private void keep(String line) {
    try {
      Files.createDirectories(log.toAbsolutePath().getParent());
      Files.write(
          log,
          List.of(role.strip() + " | " + line),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw FileWriteException.of(log, e);
    }
  }

  /** A copy of a command with more arguments. */
  static List<String> with(List<String> command, List<String> arguments) {
    List<String> out = new ArrayList<>(command);
    out.addAll(arguments);
    return out;
  }
}
