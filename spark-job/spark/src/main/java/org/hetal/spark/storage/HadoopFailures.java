package org.hetal.spark.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ClusterStorageCapacityExceededException;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;
import org.hetal.config.SettingsException;
import org.hetal.dataset.CommitException;
import org.hetal.he.FileWriteException;
import org.hetal.he.IoReason;
import org.hetal.spark.errors.RetryLaterException;

/**
 * What failures of Hadoop's file systems mean. A lasting one refuses the same call again:
 * permission, quota, a full local disk, a file where a folder belongs. Any other one may pass: a
 * name node that is away or in safe mode, a refused connection.
 */
public final class HadoopFailures {
  /** What Java says of a local file: path and reason. The path is that of a temporary file. */
  private static final Pattern NOT_OPENED = Pattern.compile("/.* \\(([^()]+)\\)");

  private HadoopFailures() {}

  /** Whether the same call would be refused again. */
  public static boolean isLasting(IOException failure) {
    IOException actual = unwrapped(failure);
    return actual instanceof AccessControlException
        || actual instanceof ClusterStorageCapacityExceededException
        || actual instanceof FileAlreadyExistsException
        || actual instanceof FileNotFoundException
        || actual instanceof FileSystemException
        || actual instanceof ParentNotDirectoryException
        || actual.getCause() instanceof FSError; // how Hadoop reports a full local disk
  }

  /** Why a call failed, as a part of a line. */
  public static String reason(IOException failure) {
    IOException actual = unwrapped(failure);
    if (actual.getCause() instanceof FSError full && full.getCause() != null) {
      return full.getCause().getMessage();
    }
    String reason = IoReason.of(actual);
    Matcher opened = NOT_OPENED.matcher(reason);
    return actual instanceof FileNotFoundException && opened.matches() ? opened.group(1) : reason;
  }

  /**
   * The exception for a call that changes nothing.
   *
   * @param what was tried, such as "cannot read"
   */
  public static UncheckedIOException failed(String what, Path path, IOException failure) {
    return new UncheckedIOException(line(what, path, failure), failure);
  }

  /**
   * The exception for a call that writes or deletes: {@link FileWriteException} for a lasting
   * failure, {@link UncheckedIOException} for one that may pass.
   *
   * @param what was tried, such as "cannot write"
   */
  public static UncheckedIOException refused(String what, Path path, IOException failure) {
    return isLasting(failure)
        ? new FileWriteException(line(what, path, failure), failure)
        : failed(what, path, failure);
  }

  /**
   * The exception for a run directory that cannot be read or written: {@link CommitException} for a
   * lasting failure, {@link RetryLaterException} for one that may pass.
   *
   * @param what failed, where and why
   * @param remedy what mends a lasting failure
   */
  static RuntimeException ofRun(String what, String remedy, IOException failure) {
    return isLasting(failure)
        ? new CommitException(what + "; " + remedy, failure)
        : new RetryLaterException(
            what + "; the same command continues the run when the file system answers", failure);
  }

  private static String line(String what, Path path, IOException failure) {
    return what + " " + path + ": " + reason(failure);
  }

  /**
   * The file system of a path.
   *
   * @throws SettingsException when this installation has none for the scheme of the URI
   * @throws IOException when it cannot be reached
   */
  public static FileSystem fileSystem(Path path, Configuration hadoop) throws IOException {
    try {
      return path.getFileSystem(hadoop);
    } catch (UnsupportedFileSystemException e) {
      throw unsupported(path, e);
    } catch (RuntimeException e) { // Hadoop's for a class that is missing and for a host
      if (e.getCause() instanceof ClassNotFoundException) {
        throw unsupported(path, e);
      }
      if (e.getCause() instanceof UnknownHostException host) {
        throw new IOException("unknown host " + host.getMessage(), e);
      }
      throw e;
    }
  }

  private static SettingsException unsupported(Path path, Exception failure) {
    return new SettingsException(
        path
            + ": expected a path or a URI whose file system is installed, actual "
            + failure.getMessage()
            + "; use another path, or add the library of the file system to Spark's class path",
        failure);
  }

  private static IOException unwrapped(IOException failure) {
    return failure instanceof RemoteException remote ? remote.unwrapRemoteException() : failure;
  }
}
