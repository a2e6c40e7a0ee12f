package org.hetal.spark.job;

import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.hetal.command.ExitCode;
import org.hetal.dataset.LocalStorage;
import org.hetal.report.ClusterPage;
import org.hetal.report.PageWriter;
import org.hetal.report.RunHistory;
import org.hetal.spark.storage.HadoopStorage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code report}: a page about a run with what the cluster knows, from its directory alone. */
@Command(
    name = "report",
    description = {
      "Writes one HTML file about a run: what was trained, how far, time per step by stage, bytes,"
          + " bootstraps, parameters and security. It needs no network to be read.",
      "Reads the run directory and changes nothing in it; may be called while the run goes on. Loss"
          + " and accuracy are in the data owner's report: hetal report RUN -c FILE."
    },
    mixinStandardHelpOptions = true)
public final class ReportJob implements Callable<Integer> {
  @Parameters(
      paramLabel = "RUN",
      description = "the run directory (paths.run): a path, or a URI that Hadoop knows")
  private String run;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      defaultValue = "report.html",
      description = "a file of this machine, which is replaced; default: ${DEFAULT-VALUE}")
  private Path output;

  @Override
  public Integer call() {
    HadoopStorage storage = new HadoopStorage(run, HadoopSettings.configuration());
    byte[] page =
        PageWriter.html(
            ClusterPage.of(RunHistory.read(storage), storage.describe(), Instant.now()));
    Path file = output.toAbsolutePath();
    new LocalStorage(file.getParent()).writeAtomically(file.getFileName().toString(), page);
    System.out.println("report: the cluster's report is in " + file.normalize());
    return ExitCode.OK.status();
  }
}
