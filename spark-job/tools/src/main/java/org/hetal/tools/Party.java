package org.hetal.tools;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.hetal.command.ProgressBar;

/**
 * One party of a joint training: its commands run in its folder, each in a process of its own.
 *
 * @param role in front of each line that a process prints
 * @param folder in which the processes run; the settings name paths relative to it
 * @param program command line without arguments
 * @param settings arguments that give each command the settings
 * @param log gets all that the processes print
 * @param bar shows the lines that the processes print
 */
record Party(
    String role,
    Path folder,
    List<String> program,
    List<String> settings,
    Path log,
    ProgressBar bar) {

  /**
   * Runs a command to its end.
   *
   * @param more arguments after the settings
   * @return its seconds
   * @throws DemoException with the exit status of the command when that is not 0
   */
  double run(String command, String... more) {
    return seconds(() -> DemoProcess.shown(role, words(command, more), folder, log, bar));
  }

  /** As {@link #run}, for a command that prints more than a demo should show. */
  double runIntoLog(String command, String... more) {
    return seconds(() -> DemoProcess.silent(role, words(command, more), folder, log));
  }

  private static double seconds(Supplier<DemoProcess> start) {
    long before = System.nanoTime();
    try (DemoProcess process = start.get()) {
      process.await(() -> {});
    }
    return (System.nanoTime() - before) * 1e-9;
  }

  /** Starts a command whose lines go to the log only. */
  DemoProcess startSilently(String as, String command) {
    return DemoProcess.silent(as, words(command), folder, log);
  }

  /** Starts a command whose lines another bar shows. */
  DemoProcess start(String command, ProgressBar shown) {
    return DemoProcess.shown(role, words(command), folder, log, shown);
  }

  private List<String> words(String command, String... more) {
    List<String> out = new ArrayList<>(program);
    out.addAll(List.of(command, "--quiet"));
    out.addAll(settings);
    out.addAll(List.of(more));
    return out;
  }
}
