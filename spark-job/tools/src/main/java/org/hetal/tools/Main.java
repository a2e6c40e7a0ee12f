package org.hetal.tools;

import org.hetal.command.CommandRunner;
import org.hetal.command.Converters;
import org.hetal.command.ExitCode;
import org.hetal.command.FailureTable;
import org.hetal.owner.cli.OwnerFailures;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands that show and measure the project; nobody's product has them. */
@Command(
    name = "hetal",
    mixinStandardHelpOptions = true,
    description = "Demo and benchmarks.",
    subcommands = {DemoCommand.class, Main.Bench.class})
public final class Main {
  private static final FailureTable TABLE = withDemo(OwnerFailures.TABLE);

  private Main() {}

  public static void main(String[] arguments) {
    CommandRunner.main(TABLE, Main::line, arguments);
  }

  /** Runs a command; its exit code. */
  static int execute(String... arguments) {
    return CommandRunner.run(TABLE, Main::line, arguments);
  }

  /** Benchmarks that are written in Java. */
  @Command(
      name = "bench",
      description = "Benchmarks.",
      subcommands = {
        BenchTrainCommand.class,
        PaperBenchCommand.class,
        BenchProductsCommand.class,
        BenchSoftmaxCommand.class,
        ChaosCommand.class,
        MemoryCommand.class,
        ScalingCommand.class
      })
  static final class Bench implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
      throw new ParameterException(spec.commandLine(), "expected a benchmark, actual none");
    }
  }

  private static CommandLine line() {
    CommandLine line = new CommandLine(new Main());
    Converters.register(line);
    addHelp(line);
    return line;
  }

  private static void addHelp(CommandLine line) {
    for (CommandLine each : line.getSubcommands().values()) {
      each.getCommandSpec().mixinStandardHelpOptions(true);
      addHelp(each);
    }
  }

  /** The demo ends with the exit status of the program that failed. */
  private static FailureTable withDemo(FailureTable table) {
    FailureTable out = table;
    for (ExitCode code : ExitCode.values()) {
      out =
          out.with(
              code,
              failure -> failure instanceof DemoException demo && demo.status() == code.status());
    }
    return out;
  }
}
