package org.hetal.spark;

import org.hetal.command.CommandRunner;
import org.hetal.command.ExitCode;
import org.hetal.spark.errors.CommandFailedException;
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
    if (!isInsideYarnsMaster()) {
      CommandRunner.main(ClusterFailures.TABLE, Main::line, arguments);
    }
    int status = run(arguments);
    if (status != ExitCode.OK.status()) {
      throw new CommandFailedException(
          "exit code " + status + "; the line that tells why is in the driver's stderr");
    }
  }

  /** The exit status; a failure is one line on stderr. */
  public static int run(String... arguments) {
    return CommandRunner.run(ClusterFailures.TABLE, Main::line, arguments);
  }

  /**
   * Whether this is a driver in YARN's cluster mode. Spark's ApplicationMaster counts a program
   * that ends the process as failed, also with status 0: there a program returns, or throws its
   * status.
   */
  private static boolean isInsideYarnsMaster() {
    return System.getProperty("spark.master", "").startsWith("yarn")
        && System.getProperty("spark.submit.deployMode", "").equals("cluster");
  }

  private static CommandLine line() {
    return new CommandLine(new Main());
  }
}
