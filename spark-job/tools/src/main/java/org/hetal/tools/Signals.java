package org.hetal.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What is done to processes of this machine. */
final class Signals {
  /** Of ten hundredths of a second, a starved process runs one. */
  private static final String STARVE =
      "end=$((SECONDS + $1)); shift; while ((SECONDS < end)); do"
          + " kill -STOP \"$@\"; sleep 0.45; kill -CONT \"$@\"; sleep 0.05; done";

  private Signals() {}

  /** Ends a process and what it has started, and waits for the end of the process. */
  static void kill(Process process) {
    List<ProcessHandle> children = process.toHandle().descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /** A process and what it has started, as the program faketime starts the driver. */
  static List<ProcessHandle> tree(Process process) {
    return Stream.concat(Stream.of(process.toHandle()), process.toHandle().descendants()).toList();
  }

  static void stop(List<ProcessHandle> processes) {
    signal("-STOP", processes);
  }

  static void wakeUp(List<ProcessHandle> processes) {
    signal("-CONT", processes);
  }

  private static void signal(String name, List<ProcessHandle> processes) {
    List<String> words = new ArrayList<>(List.of("kill", name));
    processes.forEach(each -> words.add(Long.toString(each.pid())));
    execute(words.toArray(String[]::new));
  }

  /** Processes do not run for some seconds; false: all of them had ended before. */
  static boolean pause(List<ProcessHandle> processes, int seconds) {
    if (!areStopped(processes)) {
      return false;
    }
    sleep(Duration.ofSeconds(seconds));
    wakeUp(processes);
    return true;
  }

  /** A process that is stopped ends only when it is killed. */
  private static boolean areStopped(List<ProcessHandle> processes) {
    stop(processes);
    return processes.stream().anyMatch(ProcessHandle::isAlive);
  }

  /**
   * Processes get a tenth of the processor for some seconds; false: all of them had ended before.
   */
  static boolean starve(List<ProcessHandle> processes, int seconds) {
    if (!areStopped(processes)) {
      return false;
    }
    List<String> words =
        new ArrayList<>(List.of("bash", "-c", STARVE, "starve", Integer.toString(seconds)));
    processes.forEach(each -> words.add(Long.toString(each.pid())));
    execute(words.toArray(String[]::new));
    return true;
  }

  /** From now on processes can write no file beyond so many bytes. */
  static void limitFiles(List<ProcessHandle> processes, int bytes) {
    for (ProcessHandle each : processes) {
      execute("prlimit", "--pid", Long.toString(each.pid()), "--fsize=" + bytes);
    }
  }

  /** The exit code of a process; empty when it has not ended in time. */
  static OptionalInt await(Process process, Duration most) {
    try {
      return process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)
          ? OptionalInt.of(process.exitValue())
          : OptionalInt.empty();
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  static void sleep(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  static DemoException interrupted() {
    Thread.currentThread().interrupt();
    return new DemoException("interrupted");
  }

  /** The process may have ended meanwhile, so the exit code does not matter. */
  private static void execute(String... command) {
    try {
      new ProcessBuilder(Arrays.asList(command))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("running " + command[0], e);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }
}
