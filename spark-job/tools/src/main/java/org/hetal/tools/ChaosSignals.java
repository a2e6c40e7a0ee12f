package org.hetal.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What is done to processes of this machine. */
final class ChaosSignals {
  /** Of ten hundredths of a second, a starved process runs one. */
  private static final String STARVE =
      "end=$((SECONDS + $1)); shift; while ((SECONDS < end)); do"
          + " kill -STOP \"$@\"; sleep 0.45; kill -CONT \"$@\"; sleep 0.05; done";

  private ChaosSignals() {}

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

  static void stop(ProcessHandle process) {
    execute("kill", "-STOP", Long.toString(process.pid()));
  }

  static void wakeUp(ProcessHandle process) {
    execute("kill", "-CONT", Long.toString(process.pid()));
  }

  /** Processes do not run for some seconds. */
  static void pause(List<ProcessHandle> processes, int seconds) {
    processes.forEach(ChaosSignals::stop);
    sleep(Duration.ofSeconds(seconds));
    processes.forEach(ChaosSignals::wakeUp);
  }

  /** Processes get a tenth of the processor for some seconds. */
  static void starve(List<ProcessHandle> processes, int seconds) {
    List<String> words =
        new ArrayList<>(List.of("bash", "-c", STARVE, "starve", Integer.toString(seconds)));
    processes.forEach(each -> words.add(Long.toString(each.pid())));
    execute(words.toArray(String[]::new));
  }

  /** From now on a process can write no file beyond so many bytes. */
  static void limitFiles(Process process, int bytes) {
    execute("prlimit", "--pid", Long.toString(process.pid()), "--fsize=" + bytes);
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
