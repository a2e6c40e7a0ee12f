package org.hetal.spark.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkException;
import org.hetal.command.ExitCode;
import org.hetal.command.FailureTable;
import org.hetal.spark.errors.RetryLaterException;

/** Exit codes of the exceptions that only the Spark job throws. */
public final class ClusterFailures {
  /** A file system may be remote: an I/O failure without another rule may pass. */
  public static final FailureTable TABLE =
      FailureTable.common()
          // Hadoop's for a full local disk.
          .with(ExitCode.COMMIT, FSError.class)
          .with(ExitCode.RETRY, RetryLaterException.class)
          .with(ExitCode.INPUT, ClusterFailures::isForbidden)
          .with(ExitCode.RETRY, UncheckedIOException.class, IOException.class)
          .with(ExitCode.RETRY, ClusterFailures::isLossOfExecutors);

  private ClusterFailures() {}

  /** A refused read; a refused write is a FileWriteException, which has a rule of its own. */
  private static boolean isForbidden(Throwable failure) {
    Throwable io = failure instanceof UncheckedIOException ? failure.getCause() : failure;
    return io instanceof AccessControlException || io instanceof AccessDeniedException;
  }

  /** The exceptions of a lost executor are lost with it; the same command continues the run. */
  private static boolean isLossOfExecutors(Throwable failure) {
    return failure instanceof SparkException
        && String.valueOf(failure.getMessage()).contains("ExecutorLostFailure");
  }
}
