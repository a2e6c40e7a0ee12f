package org.hetal.launcher;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.hetal.command.ExitCode;
import org.hetal.command.SettingsOptions;
import org.hetal.config.DemoProfile;
import org.hetal.config.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/**
 * A command that another program runs. Only the options that choose that program are read here; it
 * checks all of them itself.
 */
@Command
class ProgramCommand implements Callable<Integer> {
  @Mixin private SettingsOptions options;

  @Option(names = {"-h", "--help", "-V", "--version"})
  private boolean help;

  @Unmatched private List<String> others;

  private final Launcher launcher;
  private final BiFunction<Launcher, Settings, List<String>> program;
  private final Consumer<List<String>> result;

  /**
   * @param program makes the command line of the program
   * @param result is given that command line
   */
  ProgramCommand(
      Launcher launcher,
      BiFunction<Launcher, Settings, List<String>> program,
      Consumer<List<String>> result) {
    this.launcher = launcher;
    this.program = program;
    this.result = result;
  }

  @Override
  public final Integer call() {
    result.accept(commandLine(options, help));
    return ExitCode.OK.status();
  }

  /**
   * The command line of the program.
   *
   * @param help whether the program only prints about itself, and the settings are not read
   */
  List<String> commandLine(SettingsOptions given, boolean help) {
    return program.apply(launcher, help ? null : load(given));
  }

  /** The settings that the program will have. */
  Settings load(SettingsOptions given) {
    return given.load();
  }

  /** The demo, whose settings come with the project. */
  @Command
  static final class Demo extends ProgramCommand {
    @Option(names = "--owners")
    private int owners = 1;

    @Option(names = "--fast")
    private boolean fast;

    @Option(names = "--simulator")
    private boolean simulator;

    private final Launcher launcher;

    Demo(Launcher launcher, Consumer<List<String>> result) {
      super(launcher, Launcher::tools, result);
      this.launcher = launcher;
    }

    @Override
    Settings load(SettingsOptions given) {
      launcher.installation().require("tools");
      return new DemoProfile(launcher.installation().root(), owners, fast, simulator)
          .load(given.files(), given.overrides());
    }
  }
}
