package org.hetal.owner.cli;

import org.hetal.command.CommandRunner;
import org.hetal.command.Converters;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The data owner's commands; the process that runs them may hold the secret key. */
@Command(
    name = "hetal",
    mixinStandardHelpOptions = true,
    description = "What the data owner does.",
    subcommands = {
      KeygenCommand.class,
      ChangePassphraseCommand.class,
      EncryptCommand.class,
      OracleCommand.class,
      DecryptModelCommand.class,
      EvaluateCommand.class,
      DecryptPredictionsCommand.class,
      PlanCommand.class,
      ReportCommand.class,
    })
public final class HetalOwner {
  private HetalOwner() {}

  public static void main(String[] arguments) {
    // The reader of Parquet files logs through SLF4J, and no backend of it is on the class path.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    CommandRunner.main(OwnerFailures.TABLE, HetalOwner::line, arguments);
  }

  /** Runs a command; its exit code. */
  static int execute(String... arguments) {
    return CommandRunner.run(OwnerFailures.TABLE, HetalOwner::line, arguments);
  }

  private static CommandLine line() {
    CommandLine line = new CommandLine(new HetalOwner());
    Converters.register(line);
    line.getSubcommands()
        .values()
        .forEach(sub -> sub.getCommandSpec().mixinStandardHelpOptions(true));
    return line;
  }
}
