package org.hetal.command;

/** What a command's exit status says, for both programs; the numbers are those of sysexits.h. */
public enum ExitCode {
  /** Done, or done already. */
  OK(0),
  /** The command line. */
  USAGE(64),
  /** Input that is missing, damaged, or of other parameters or keys. */
  INPUT(65),
  /** A fault of this program. */
  INTERNAL(70),
  /** A result cannot be written, for want of space or permission, or because one is there. */
  COMMIT(73),
  /** Something is away or used up for now; the same command continues where it stopped. */
  RETRY(75),
  /**
   * Settings or a machine that cannot do it, also for want of a device, or that security forbids.
   */
  CONFIGURATION(78);

  private final int status;

  ExitCode(int status) {
    this.status = status;
  }

  public int status() {
    return status;
  }
}
