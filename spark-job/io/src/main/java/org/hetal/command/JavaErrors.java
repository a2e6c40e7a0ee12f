package org.hetal.command;

/**
 * The errors of the Java machine that say something about the machine and not about the program.
 */
final class JavaErrors {
  private static final String IN_INITIALISER = "Could not initialize class";

  private JavaErrors() {}

  /** Java reports a thread that the system refuses as if memory were short. */
  static boolean isThreadRefused(Throwable failure) {
    return failure instanceof OutOfMemoryError
        && String.valueOf(failure.getMessage()).contains("native thread");
  }

  static boolean isMemoryTooSmall(Throwable failure) {
    return failure instanceof OutOfMemoryError && !isThreadRefused(failure);
  }

  /** Failures of static initialisers are not: their causes decide. */
  static boolean isIncompleteInstallation(Throwable failure) {
    return failure instanceof LinkageError
        && !(failure instanceof ExceptionInInitializerError)
        && !String.valueOf(failure.getMessage()).startsWith(IN_INITIALISER);
  }

  static String line(Error error) {
    String said = error.getMessage() == null ? "" : error.getMessage();
    if (isThreadRefused(error)) {
      return "the system gives Java no more threads ("
          + said
          + "): raise the limit of processes (ulimit -u) or of the container (pids.max)";
    }
    if (isMemoryTooSmall(error)) {
      return "Java's memory is too small ("
          + said
          + "; the heap may have "
          + (Runtime.getRuntime().maxMemory() >> 20)
          + " MiB): raise it with JAVA_TOOL_OPTIONS=-Xmx4g, or with Spark's driver and executor"
          + " memory";
    }
    if (isIncompleteInstallation(error)) {
      return "the installation is incomplete or of several versions ("
          + error.getClass().getSimpleName()
          + ": "
          + said
          + "): build it again with ./hetal build";
    }
    return said;
  }
}
