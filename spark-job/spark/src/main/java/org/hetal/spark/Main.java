package org.hetal.spark;

import org.hetal.command.CommandRunner;
import org.hetal.spark.job.ClusterFailures;
import org.hetal.spark.job.PredictJob;
import org.hetal.spark.job.ReportJob;
import org.hetal.spark.job.StatusJob;
import org.hetal.spark.job.TrainJob;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The cluster's commands; the same class runs embedded and under spark-submit. */
@Command(
    name = "hetal-spark",
    description = "Trains and predicts on encrypted data. Holds nothing that can decrypt.",
    mixinStandardHelpOptions = true,
    subcommands = {TrainJob.class, PredictJob.class, StatusJob.class, ReportJob.class})
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    CommandRunner.main(ClusterFailures.TABLE, Main::line, arguments);
  }

  /** The exit status; a failure is one line on stderr. */
  public static int run(String... arguments) {
    return CommandRunner.run(ClusterFailures.TABLE, Main::line, arguments);
  }

  private static CommandLine line() {
    return new CommandLine(new Main());
  }
}
