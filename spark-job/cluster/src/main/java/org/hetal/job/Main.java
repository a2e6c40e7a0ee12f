package org.hetal.job;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The cluster's commands; the same class runs embedded and under spark-submit. */
@Command(
    name = "hetal-cluster",
    description = "Trains and predicts on encrypted data. Holds nothing that can decrypt.",
    mixinStandardHelpOptions = true,
    subcommands = {TrainJob.class, PredictJob.class})
public final class Main {
  @Option(
      names = "--trace",
      scope = CommandLine.ScopeType.INHERIT,
      description = "print the stack trace of a failure, too")
  private boolean trace;

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** The exit status; a failure is one line on stderr. */
  static int run(String... arguments) {
    Main main = new Main();
    return new CommandLine(main)
        .setParameterExceptionHandler(Main::usageError)
        .setExecutionExceptionHandler((failure, command, parsed) -> main.report(failure, command))
        .execute(arguments);
  }

  /** Without a command there is nothing to do. */
  private static int usageError(CommandLine.ParameterException failure, String[] arguments) {
    PrintWriter err = failure.getCommandLine().getErr();
    err.println("hetal: " + failure.getMessage().lines().findFirst().orElse("wrong usage"));
    err.println(
        "hetal: see " + failure.getCommandLine().getCommandSpec().qualifiedName() + " --help");
    return ExitCode.USAGE.status();
  }

  private int report(Exception failure, CommandLine command) {
    PrintWriter err = command.getErr();
    err.println("hetal: " + ExitCode.message(failure));
    if (trace) {
      failure.printStackTrace(err);
    }
    err.flush();
    return ExitCode.of(failure).status();
  }
}
