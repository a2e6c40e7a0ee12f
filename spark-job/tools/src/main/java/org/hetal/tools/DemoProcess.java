package org.hetal.tools;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.hetal.command.ExitCode;
import org.hetal.command.ProgressBar;

/**
 * One process of the demo: a role's command in a JVM of its own, with only that role's class path.
 * All that it prints is kept in the log, mode 0600. It ends with the demo, however that ends.
 */
final class DemoProcess implements AutoCloseable {
  private static final long MILLIS_BETWEEN_LOOKS = 500;
  private static final int STOP_SECONDS = 10;

  private final String role;
  private final Path log;
  private final Process process;
  private final Thread pump;
  private final AtomicReference<Throwable> fault = new AtomicReference<>();
  private volatile String lastLine = "nothing";

  /**
   * @param folder in which the process runs; null: that of this process
   * @param shown gets each line that the process prints; called by a thread of its own
   */
  private DemoProcess(
      String role, List<String> command, Path folder, Path log, Consumer<String> shown) {
    this.role = role;
    this.log = log;
    this.process = start(command, folder);
    this.pump = new Thread(() -> pump(shown), "output of " + role);
    pump.setDaemon(true);
    pump.start();
  }

  /** Starts a command whose output is shown with its role in front. */
  static DemoProcess shown(String role, List<String> command, Path log, ProgressBar bar) {
    return shown(role, command, null, log, bar);
  }

  /** As {@link #shown(String, List, Path, ProgressBar)}, in a folder of its own. */
  static DemoProcess shown(
      String role, List<String> command, Path folder, Path log, ProgressBar bar) {
    String front = String.format(Locale.ROOT, "  %-7s | ", role);
    return new DemoProcess(role, command, folder, log, line -> bar.line(front + line));
  }

  /** Starts a command whose output goes to the log only. */
  static DemoProcess silent(String role, List<String> command, Path log) {
    return silent(role, command, null, log);
  }

  /** As {@link #silent(String, List, Path)}, in a folder of its own. */
  static DemoProcess silent(String role, List<String> command, Path folder, Path log) {
    return new DemoProcess(role, command, folder, log, line -> {});
  }

  private static Process start(List<String> command, Path folder) {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder == null ? null : folder.toFile())
              .redirectErrorStream(true)
              .start();
      endWithThisProcess(process);
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException("running " + command.get(0), e);
    }
  }

  /** Also when the demo is stopped, or another of its threads ends it. */
  private static void endWithThisProcess(Process process) {
    Runtime runtime = Runtime.getRuntime();
    Thread hook = new Thread(process::destroy, "end of process " + process.pid());
    try {
      runtime.addShutdownHook(hook);
    } catch (IllegalStateException e) { // the demo is ending
      process.destroy();
      throw e;
    }
    process.onExit().thenRun(() -> runtime.removeShutdownHook(hook));
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
        requireNoFault();
        look.run();
      }
      pump.join();
    } catch (InterruptedException e) {
      throw interrupted();
    }
    requireNoFault();
    if (process.exitValue() != 0) {
      throw ended("expected exit code 0");
    }
  }

  /**
   * Waits until files are there that the process writes when it is ready.
   *
   * @throws DemoException with its exit status when the process ends before; or when it takes too
   *     long
   */
  void awaitFiles(List<Path> files, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    try {
      while (!files.stream().allMatch(Files::exists)) {
        boolean ended = process.waitFor(100, TimeUnit.MILLISECONDS);
        requireNoFault();
        if (ended) {
          pump.join();
          throw ended("expected it to listen");
        }
        if (System.nanoTime() > end) {
          throw new DemoException(
              role
                  + ": expected it to listen within "
                  + limit.toSeconds()
                  + " s, actual not yet; stopped. Try again when the machine is less busy; "
                  + log
                  + " has what it said",
              ExitCode.RETRY.status());
        }
      }
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /**
   * For a process that has to go on while others work.
   *
   * @throws DemoException with its exit status when it has ended
   */
  void requireRunning() {
    requireNoFault();
    if (!process.isAlive()) {
      throw ended("expected it to go on");
    }
  }

  /** A line that could not be kept in the log. */
  private void requireNoFault() {
    if (fault.get() instanceof Error error) {
      throw error;
    }
    if (fault.get() instanceof RuntimeException exception) {
      throw exception;
    }
  }

  private DemoException ended(String expected) {
    int status = process.exitValue();
    String line =
        role + ": " + expected + ", actual exit code " + status + "; it said: " + lastLine;
    return status == 0 ? new DemoException(line) : new DemoException(line, status);
  }

  private static DemoException interrupted() {
    Thread.currentThread().interrupt();
    return new DemoException("interrupted");
  }

  /** Ends the process, if it runs. */
  @Override
  public void close() {
    // Process.destroy() also closes its streams, and the last lines would be lost.
    ProcessHandle handle = process.toHandle();
    handle.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        handle.destroyForcibly();
      }
      // The log then has all that the process printed.
      pump.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
    } catch (InterruptedException e) {
      handle.destroyForcibly();
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
      lastLine = "output ended: " + e.getMessage(); // the process is gone
    } catch (RuntimeException | Error e) {
      fault.set(e);
      process.destroy();
    }
  }

  private void keep(String line) {
    LogFile.append(log, role + ": " + line + "\n");
  }
}
