package org.hetal.job;

import java.io.UncheckedIOException;
import java.util.Set;
import org.apache.spark.SparkException;
import org.hetal.cluster.CommitException;
import org.hetal.cluster.RetryLaterException;
import org.hetal.config.SettingsException;
import org.hetal.dataset.DatasetException;
import org.hetal.he.DeviceException;
import org.hetal.he.DeviceOutOfMemoryException;
import org.hetal.he.DeviceUnavailableException;
import org.hetal.he.HeFormatException;
import org.hetal.he.HeMissingKeyException;
import org.hetal.he.HeSecurityException;

/** What a command's exit status says; the numbers are those of {@code sysexits.h}. */
public enum ExitCode {
  /** Done, or done already. */
  OK(0),
  /** The command line. */
  USAGE(64),
  /** Input that is missing, damaged, or of other parameters or keys. */
  INPUT(65),
  /** A fault of this program. */
  INTERNAL(70),
  /** The run directory cannot be written, or belongs to another process. */
  COMMIT(73),
  /** Something stays away for now; the same command continues where it stopped. */
  RETRY(75),
  /** Settings that cannot be obeyed, also for want of a device, or that security forbids. */
  CONFIGURATION(78);

  private final int status;

  ExitCode(int status) {
    this.status = status;
  }

  public int status() {
    return status;
  }

  private record Rule(ExitCode code, Set<Class<? extends Throwable>> types) {}

  private static final Rule[] RULES = {
    new Rule(INPUT, Set.of(DatasetException.class, HeFormatException.class)),
    new Rule(COMMIT, Set.of(CommitException.class)),
    new Rule(
        RETRY,
        Set.of(
            RetryLaterException.class,
            DeviceOutOfMemoryException.class,
            DeviceException.class,
            UncheckedIOException.class)),
    new Rule(
        CONFIGURATION,
        Set.of(
            SettingsException.class,
            HeSecurityException.class,
            HeMissingKeyException.class,
            DeviceUnavailableException.class))
  };

  /**
   * The outermost known exception of the chain decides: Spark wraps what a task threw. Executors
   * that go away take what they had to say with them; the same command goes on without them.
   */
  public static ExitCode of(Throwable failure) {
    Throwable known = known(failure);
    if (known instanceof SparkException
        && String.valueOf(known.getMessage()).contains("ExecutorLostFailure")) {
      return RETRY;
    }
    for (Rule rule : RULES) {
      if (rule.types().stream().anyMatch(type -> type.isInstance(known))) {
        return rule.code();
      }
    }
    return INTERNAL;
  }

  /** One line for stderr: the message of the exception that decided. */
  public static String message(Throwable failure) {
    Throwable known = known(failure);
    String message = known.getMessage() == null ? "" : known.getMessage();
    String line = message.lines().findFirst().orElse("").strip();
    boolean speaks = of(failure) != INTERNAL && !line.isEmpty();
    return speaks ? line : "internal error: " + known.getClass().getName() + ": " + line;
  }

  private static Throwable known(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      Throwable candidate = at;
      for (Rule rule : RULES) {
        if (rule.types().stream().anyMatch(type -> type.isInstance(candidate))) {
          return at;
        }
      }
    }
    return failure;
  }
}
