package org.hetal.launcher;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.hetal.command.SettingsOptions;
import org.hetal.config.Settings;
import picocli.CommandLine.Command;

/**
 * A command about a run directory. With settings it is the data owner's, where the owner has such a
 * command; without them the cluster's, which needs the directory alone.
 */
@Command
final class RunCommand extends ProgramCommand {
  private final Launcher launcher;
  private final boolean ownerHasIt;

  /**
   * @param owner makes the command line of the owner's program; null: it has no such command
   * @param result is given the command line of the program
   */
  RunCommand(
      Launcher launcher,
      BiFunction<Launcher, Settings, List<String>> owner,
      Consumer<List<String>> result) {
    super(launcher, owner, result);
    this.launcher = launcher;
    this.ownerHasIt = owner != null;
  }

  @Override
  List<String> commandLine(SettingsOptions given, boolean help) {
    boolean hasSettings = !given.files().isEmpty() || !given.overrides().isEmpty();
    return ownerHasIt && (hasSettings || help)
        ? super.commandLine(given, help)
        : launcher.clusterFiles();
  }
}
