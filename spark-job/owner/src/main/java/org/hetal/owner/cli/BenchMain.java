package org.hetal.owner.cli;

import org.hetal.command.CommandRunner;
import picocli.CommandLine;

/**
 * {@code bench-train} and nothing else: the main class where there is no more than a run-time image
 * with what that command needs.
 */
public final class BenchMain {
  private BenchMain() {}

  public static void main(String[] arguments) {
    CommandRunner.main(OwnerFailures.TABLE, BenchMain::line, arguments);
  }

  private static CommandLine line() {
    CommandLine line = new CommandLine(new BenchTrainCommand());
    line.getCommandSpec().mixinStandardHelpOptions(true);
    return line;
  }
}
