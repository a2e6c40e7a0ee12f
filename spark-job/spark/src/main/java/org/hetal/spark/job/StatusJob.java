package org.hetal.spark.job;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.hetal.command.ExitCode;
import org.hetal.dataset.PlanFile;
import org.hetal.report.RunHistory;
import org.hetal.spark.storage.HadoopStorage;
import org.hetal.spark.storage.RunLock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code status}: where a run stands, from its directory alone. */
@Command(
    name = "status",
    description = {
      "Prints in five lines where a running or finished run stands: state, epoch and step, time per"
          + " step and time left, the oracle's last answer, and the process that holds the run.",
      "Reads the run directory and changes nothing; may be called while the run goes on."
    },
    mixinStandardHelpOptions = true)
public final class StatusJob implements Callable<Integer> {
  @Parameters(
      paramLabel = "RUN",
      description = "the run directory (paths.run): a path, or a URI that Hadoop knows")
  private String run;

  @Override
  public Integer call() {
    lines(run, HadoopSettings.configuration(), Instant.now()).forEach(System.out::println);
    return ExitCode.OK.status();
  }

  /**
   * The lines for a run directory.
   *
   * @throws org.hetal.dataset.DatasetException when it is none or a file in it is damaged
   */
  static List<String> lines(String run, Configuration hadoop, Instant now) {
    HadoopStorage storage = new HadoopStorage(run, hadoop);
    Optional<RunLock.Holder> holder = RunLock.holder(run, hadoop);
    if (holder.isPresent() && !PlanFile.isPresent(storage)) {
      return RunStatus.starting(storage.describe(), holder.get(), now);
    }
    return new RunStatus(storage.describe(), RunHistory.read(storage), holder, now).lines();
  }
}
