package org.hetal.spark.errors;

/** Tells YARN the exit code of a command that failed, after its line was printed. */
public final class CommandFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CommandFailedException(String message) {
    super(message, null, false, false); // where it is thrown tells nothing
  }
}
