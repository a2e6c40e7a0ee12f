package org.hetal.command;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a command's exit status says, for both programs; the numbers are those of sysexits.h. */
public enum ExitCode {
  OK(0, "done, or done already"),
  USAGE(64, "the command line is wrong"),
  INPUT(65, "the input is missing, damaged, or of other parameters or keys"),
  INTERNAL(70, "a fault of this program"),
  COMMIT(
      73,
      "the result could not be written: no space, no permission, one is there already, or another"
          + " process has the run. Nothing half-written counts as a result; remove the reason,"
          + " then repeat the command"),
  RETRY(
      75,
      "something is away or used up for now (oracle, file system, device); the same command later"
          + " continues"),
  CONFIGURATION(78, "settings, security or this machine do not allow it");

  private final int status;
  private final String meaning;

  ExitCode(int status, String meaning) {
    this.status = status;
    this.meaning = meaning;
  }

  public int status() {
    return status;
  }

  /** What it means for the user, and what to do; as in the help of the commands. */
  public String meaning() {
    return meaning;
  }

  /** The meanings by status, ascending, for the help of a command. */
  static Map<String, String> meanings() {
    Map<String, String> all = new LinkedHashMap<>();
    for (ExitCode code : values()) {
      all.put(Integer.toString(code.status), code.meaning);
    }
    return all;
  }
}
