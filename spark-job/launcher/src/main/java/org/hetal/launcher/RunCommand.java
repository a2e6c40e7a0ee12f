package org.hetal.launcher;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.hetal.command.ExitCode;
import org.hetal.command.SettingsOptions;
import org.hetal.config.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/**
 * A command about a run directory. With settings it is the data owner's, where the owner has such a
 * command; without them the cluster's, which needs the directory alone.
 */
@Command
final class RunCommand implements Callable<Integer> {
  @Mixin private SettingsOptions options;

  @Option(names = {"-h", "--help", "-V", "--version"})
  private boolean help;

  @Unmatched private List<String> others;

  private final Launcher launcher;
  private final BiFunction<Launcher, Settings, List<String>> owner;
  private final Consumer<List<String>> result;

  /**
   * @param owner makes the command line of the owner's program; null: it has no such command
   * @param result is given the command line of the program
   */
  RunCommand(
      Launcher launcher,
      BiFunction<Launcher, Settings, List<String>> owner,
      Consumer<List<String>> result) {
    this.launcher = launcher;
    this.owner = owner;
    this.result = result;
  }

  @Override
  public Integer call() {
    boolean hasSettings = !options.files().isEmpty() || !options.overrides().isEmpty();
    result.accept(
        owner != null && (hasSettings || help)
            ? owner.apply(launcher, help ? null : options.load())
            : launcher.clusterFiles());
    return ExitCode.OK.status();
  }
}
