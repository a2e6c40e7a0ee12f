package org.hetal.owner.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The data owner's commands; the process that runs them may hold the secret key. */
@Command(
    name = "hetal",
    mixinStandardHelpOptions = true,
    description = "What the data owner does.",
    subcommands = {
      KeygenCommand.class,
      EncryptCommand.class,
      OracleCommand.class,
      BenchTrainCommand.class,
      DecryptModelCommand.class,
      EvaluateCommand.class,
      DecryptPredictionsCommand.class,
      PlanCommand.class,
      DemoCommand.class,
    })
public final class HetalOwner {
  private HetalOwner() {}

  public static void main(String[] arguments) {
    System.exit(execute(arguments));
  }

  /** Runs a command; its exit code. */
  static int execute(String... arguments) {
    return execute(new CommandLine(new HetalOwner()), arguments);
  }

  /** Runs a command of that line; its exit code. */
  static int execute(CommandLine line, String... arguments) {
    Converters.register(line);
    line.setParameterExceptionHandler(HetalOwner::usageError);
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          command
              .getErr()
              .println("hetal " + command.getCommandName() + ": " + ExitCode.message(failure));
          if (ExitCode.of(failure) == ExitCode.INTERNAL) {
            failure.printStackTrace(command.getErr());
          }
          return ExitCode.of(failure);
        });
    line.getSubcommands()
        .values()
        .forEach(sub -> sub.getCommandSpec().mixinStandardHelpOptions(true));
    for (CommandLine each : line.getSubcommands().values()) {
      each.getCommandSpec().exitCodeOnInvalidInput(ExitCode.USAGE);
    }
    line.getCommandSpec().exitCodeOnInvalidInput(ExitCode.USAGE);
    if (arguments.length == 0) {
      line.usage(System.err);
      return ExitCode.USAGE;
    }
    return line.execute(arguments);
  }

  /** One line, and where to read more. */
  private static int usageError(CommandLine.ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command
        .getErr()
        .println(
            name
                + ": "
                + failure.getMessage().lines().findFirst().orElse("wrong usage")
                + "; see "
                + name
                + " --help");
    return ExitCode.USAGE;
  }
}
