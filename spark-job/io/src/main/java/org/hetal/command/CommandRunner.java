package org.hetal.command;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.hetal.format.Shown;
import org.hetal.he.FileWriteException;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Runs a program's commands. Whatever ends one, in whatever thread, is one line on stderr and the
 * exit code of the table; with {@code --trace} the stack trace follows.
 */
public final class CommandRunner {
  private static final String TRACE = "--trace";

  private final FailureTable table;
  private final List<String> arguments;
  private final boolean trace;
  private volatile String program = "hetal";

  private CommandRunner(FailureTable table, String... arguments) {
    this.table = table;
    this.arguments = List.of(arguments);
    this.trace = this.arguments.contains(TRACE);
  }

  /**
   * The whole of a main method: runs a command, and ends the process with its exit code. Failures
   * of other threads, and those before there is a command line, end it as well.
   */
  public static void main(FailureTable table, Supplier<CommandLine> commands, String... arguments) {
    CommandRunner runner = new CommandRunner(table, arguments);
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> runner.endFrom(failure));
    System.exit(runner.run(commands));
  }

  /** Runs a command in this process; its exit code. */
  public static int run(FailureTable table, Supplier<CommandLine> commands, String... arguments) {
    return new CommandRunner(table, arguments).run(commands);
  }

  private int run(Supplier<CommandLine> commands) {
    try {
      CommandLine line = commands.get();
      prepare(line);
      Optional<String> renamed = RenamedOptions.refusal(arguments);
      if (renamed.isPresent()) {
        System.err.println("hetal: " + renamed.get());
        return ExitCode.USAGE.status();
      }
      int status = line.execute(arguments.toArray(String[]::new));
      System.out.flush();
      if (status == ExitCode.OK.status() && System.out.checkError()) {
        throw new FileWriteException("cannot write all of the output to standard output");
      }
      return status;
    } catch (Throwable failure) { // picocli hands over exceptions, but no errors
      return report(failure);
    }
  }

  private void prepare(CommandLine line) {
    addCommon(line);
    program = program(line);
    line.setExecutionExceptionHandler((failure, ignored, parsed) -> report(failure));
    line.setParameterExceptionHandler((failure, parsed) -> usage(failure));
  }

  /** How messages name the command: with the names of the groups that it is in. */
  private String program(CommandLine line) {
    StringBuilder name = new StringBuilder("hetal");
    CommandLine at = line;
    for (String argument : arguments) {
      CommandLine next = at.getSubcommands().get(argument);
      if (next != null) {
        name.append(' ').append(argument);
        at = next;
      }
    }
    return name.toString();
  }

  /** What all commands have, and say in their help. */
  private static void addCommon(CommandLine line) {
    line.getSubcommands().values().forEach(CommandRunner::addCommon);
    line.getCommandSpec()
        .usageMessage()
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(ExitCode.meanings());
    line.getCommandSpec()
        .addOption(
            OptionSpec.builder(TRACE)
                .description("Print the stack trace of a failure, too.")
                .build());
  }

  private int usage(CommandLine.ParameterException failure) {
    String command = failure.getCommandLine().getCommandSpec().qualifiedName();
    String text = String.valueOf(failure.getMessage()).lines().findFirst().orElse("wrong usage");
    System.err.println(program + ": " + text + " (see " + command + " --help)");
    return ExitCode.USAGE.status();
  }

  /** Prints the line; the exit code. Throws nothing, also where no memory is left. */
  private int report(Throwable failure) {
    ExitCode code = ExitCode.INTERNAL;
    PrintStream err = System.err;
    try {
      code = table.code(failure);
      String hint = code == ExitCode.INTERNAL && !trace ? " (" + TRACE + " prints where)" : "";
      err.println(program + ": " + table.line(failure) + hint);
      if (trace) {
        printTrace(failure, err);
      }
      err.flush();
    } catch (Throwable second) {
      err.println("hetal: a failure could not be reported");
    }
    return code.status();
  }

  /** As Java does, with what a terminal would not show as text escaped. */
  private static void printTrace(Throwable failure, PrintStream err) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    trace
        .toString()
        .lines()
        .map(line -> Shown.printable(line.replace("\t", "    ")))
        .forEach(err::println);
  }

  /** For a failure that nothing in its thread caught. */
  private void endFrom(Throwable failure) {
    int status = report(failure);
    if (!isEnding()) {
      System.exit(status);
    }
  }

  /** System.exit waits for ever when a thread calls it that the end of the process waits for. */
  private static boolean isEnding() {
    try {
      Thread probe = new Thread(() -> {});
      Runtime.getRuntime().addShutdownHook(probe);
      Runtime.getRuntime().removeShutdownHook(probe);
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }
}
