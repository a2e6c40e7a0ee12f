package org.hetal.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hetal.command.ExitCode;

/**
 * Starts processes, each with a log, and ends all of them and what they have started: at {@link
 * #close}, and when this program is interrupted.
 */
final class LoggedProcesses implements AutoCloseable {
  private static final Duration TIME_TO_START = Duration.ofMinutes(2);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

  private final Set<Process> running = ConcurrentHashMap.newKeySet();
  private final Thread hook = new Thread(this::endAll, "end of all processes");

  LoggedProcesses() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts a process.
   *
   * @param environment beside this program's own
   * @param log gets what it prints, after what is there; a new one gets mode 0600
   */
  Process start(List<String> command, Map<String, String> environment, Path log) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(log.getParent().toFile());
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    LogFile.append(log, "");
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      Process process = builder.start();
      running.add(process);
      process.onExit().thenRun(() -> running.remove(process));
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException("running " + command.get(0), e);
    }
  }

  /** Runs a process to its end. */
  void run(List<String> command, Map<String, String> environment, Path log) {
    int exit;
    try {
      exit = start(command, environment, log).waitFor();
    } catch (InterruptedException e) {
      throw Signals.interrupted();
    }
    if (exit != 0) {
      throw new DemoException(
          command.get(0) + ": expected exit code 0, actual " + exit + "; see " + log, exit);
    }
  }

  /**
   * Waits for a line of a log.
   *
   * @return its first group
   */
  static String await(Process process, Pattern line, Path log) {
    return find(process, line, log)
        .orElseThrow(
            () ->
                new DemoException(
                    log.getFileName() + ": expected a line " + line + ", actual none; see " + log,
                    ExitCode.RETRY.status()));
  }

  /** Waits for a line of a log; false: the process ended before, or took too long. */
  static boolean says(Process process, Pattern line, Path log) {
    return find(process, line, log).isPresent();
  }

  /** Whether a log has such a line now. */
  static boolean contains(Path log, Pattern line) {
    return line.matcher(read(log)).find();
  }

  /** The first group of the last such line that a log has now. */
  static Optional<String> lastOf(Path log, Pattern line) {
    return line.matcher(read(log)).results().map(found -> found.group(1)).reduce((a, b) -> b);
  }

  private static Optional<String> find(Process process, Pattern line, Path log) {
    long end = System.nanoTime() + TIME_TO_START.toNanos();
    boolean alive = true;
    while (alive && System.nanoTime() < end) {
      alive = process.isAlive();
      Matcher found = line.matcher(read(log));
      if (found.find()) {
        return Optional.of(found.group(1));
      }
      Signals.sleep(BETWEEN_LOOKS);
    }
    return Optional.empty();
  }

  private static String read(Path log) {
    try {
      return Files.readString(log, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + log, e);
    }
  }

  private void endAll() {
    List<Process> all = List.copyOf(running);
    // First all children: an executor whose worker has ended is nobody's.
    List<ProcessHandle> children =
        all.stream().flatMap(each -> each.toHandle().descendants()).toList();
    all.forEach(Process::destroyForcibly);
    children.forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() {
    endAll();
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
