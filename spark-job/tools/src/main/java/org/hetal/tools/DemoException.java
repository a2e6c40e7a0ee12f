package org.hetal.tools;

import org.hetal.command.ExitCode;

/** A step of the demo that failed. */
final class DemoException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  /** For a fault of the demo itself. */
  DemoException(String message) {
    this(message, ExitCode.INTERNAL.status());
  }

  /**
   * @param status the exit status of the program that failed
   */
  DemoException(String message, int status) {
    super(message);
    this.status = status;
  }

  int status() {
    return status;
  }
}
