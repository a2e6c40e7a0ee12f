package org.hetal.features;

import org.hetal.command.CommandRunner;
import org.hetal.command.Converters;
import org.hetal.owner.cli.OwnerFailures;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program of the command {@code features}. */
@Command(
    name = "hetal",
    mixinStandardHelpOptions = true,
    description = "Features of images.",
    subcommands = FeaturesCommand.class)
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    // Images are decoded and resized without a screen.
    System.setProperty("java.awt.headless", "true");
    // The writer of Parquet files logs through SLF4J, and no backend of it is on the class path.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    CommandRunner.main(OwnerFailures.TABLE, Main::line, arguments);
  }

  /** Runs a command; its exit code. */
  static int execute(String... arguments) {
    return CommandRunner.run(OwnerFailures.TABLE, Main::line, arguments);
  }

  private static CommandLine line() {
    CommandLine line = new CommandLine(new Main());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    Converters.register(line);
    line.getSubcommands()
        .values()
        .forEach(sub -> sub.getCommandSpec().mixinStandardHelpOptions(true));
    return line;
  }
}
