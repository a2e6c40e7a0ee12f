package org.hetal.command;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.hetal.config.Settings;
import org.hetal.format.Shown;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that works by settings: it loads and prints them, then does its work. */
public abstract class SettingsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private SettingsOptions options;

  private Settings settings;

  @Override
  public final Integer call() {
    settings = load(options);
    options.announce(settings, out(), err());
    return execute();
  }

  /** Loads the settings; a command with settings files of its own adds them here. */
  protected Settings load(SettingsOptions given) {
    return given.load();
  }

  /** Does the work; returns the exit status. */
  protected abstract int execute();

  protected final Settings settings() {
    return settings;
  }

  /** Files and overrides as they were given. */
  protected final SettingsOptions options() {
    return options;
  }

  protected final PrintStream out() {
    return System.out;
  }

  protected final PrintStream err() {
    return System.err;
  }

  /**
   * Prints a line that starts with the command's name. What cannot be printed is escaped: values
   * may be of another party.
   */
  protected final void say(String format, Object... values) {
    String text = String.format(Locale.ROOT, format, values);
    out().println(name() + ": " + Shown.printable(text));
  }

  /** Prints what is most likely a mistake, escaped as by {@link #say}. */
  protected final void warn(String warning) {
    err().println("WARNING: " + Shown.printable(warning));
  }

  /** Without the name of the program. */
  private String name() {
    String qualified = spec.qualifiedName();
    String program = spec.root().name() + " ";
    return qualified.startsWith(program) ? qualified.substring(program.length()) : qualified;
  }
}
