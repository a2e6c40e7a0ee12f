package org.hetal.spark.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkException;
import org.hetal.command.ExitCode;
import org.hetal.command.FailureTable;
import org.hetal.spark.errors.CommitException;
import org.hetal.spark.errors.RetryLaterException;

/** The exit codes of what only the cluster's commands throw. */
public final class ClusterFailures {
  /** Their file systems are remote: what one refuses and has no other rule may pass. */
  public static final FailureTable TABLE =
      FailureTable.common()
          // Hadoop's for a full local disk.
          .with(ExitCode.COMMIT, CommitException.class, FSError.class)
          .with(ExitCode.RETRY, RetryLaterException.class)
          .with(ExitCode.INPUT, ClusterFailures::isForbidden)
          .with(ExitCode.RETRY, UncheckedIOException.class, IOException.class)
          .with(ExitCode.RETRY, ClusterFailures::isLossOfExecutors);

  private ClusterFailures() {}

  /** Writing is a FileWriteException, which has its rule. */
  private static boolean isForbidden(Throwable failure) {
    Throwable io = failure instanceof UncheckedIOException ? failure.getCause() : failure;
    return io instanceof AccessControlException || io instanceof AccessDeniedException;
  }

  /** Executors take what they had to say with them; the same command goes on without them. */
  private static boolean isLossOfExecutors(Throwable failure) {
    return failure instanceof SparkException
        && String.valueOf(failure.getMessage()).contains("ExecutorLostFailure");
  }
}
