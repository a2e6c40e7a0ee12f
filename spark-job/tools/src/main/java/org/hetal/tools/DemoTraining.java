package org.hetal.tools;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.hetal.command.ProgressBar;
import org.hetal.command.Units;
import org.hetal.dataset.Storage;
import org.hetal.report.RunMetrics;

/**
 * The training of a demo: the oracle in one process, the cluster in another, and a bar of the steps
 * that are done.
 *
 * @param bar gets a line when the oracle answers
 * @param log gets all that the processes print
 * @param ready files that the oracle writes before it answers
 * @param run the run directory
 * @param steps of all epochs
 */
record DemoTraining(
    PrintStream out, ProgressBar bar, Path log, List<Path> ready, Storage run, int steps) {
  private static final Duration TIME_TO_LISTEN = Duration.ofMinutes(2);

  /**
   * Trains until the cluster ends.
   *
   * @param oracle starts the oracle
   * @param cluster starts the cluster, whose lines the given bar shows
   * @return seconds of the cluster
   */
  double run(Supplier<DemoProcess> oracle, Function<ProgressBar, DemoProcess> cluster) {
    try (DemoProcess answering = oracle.get()) {
      answering.awaitFiles(ready, TIME_TO_LISTEN);
      bar.line("  oracle  | answers the cluster; prints into " + log);
      long start = System.nanoTime();
      try (ProgressBar progress = ProgressBar.start(out, "");
          DemoProcess process = cluster.apply(progress)) {
        process.await(
            () -> {
              answering.requireRunning();
              RunMetrics metrics = RunMetrics.read(run);
              if (metrics.lastStep() > 0) {
                progress.show(
                    Math.min(metrics.lastStep(), steps), steps, stepsDone(metrics, steps));
              }
            });
      }
      return (System.nanoTime() - start) * 1e-9;
    }
  }

  /** The first step opens engines and keys, and tells nothing of the others. */
  static String stepsDone(RunMetrics metrics, int steps) {
    int done = Math.min(metrics.lastStep(), steps);
    String left =
        done < 2
            ? "the next step gives an estimate"
            : "at most "
                + Units.duration(metrics.secondsPerStep() * (steps - done))
                + " left, without validations";
    return "  cluster | steps " + done + "/" + steps + ", " + left;
  }
}
