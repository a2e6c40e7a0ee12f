package org.hetal.owner.oracle;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.hetal.he.FileWriteException;
import org.hetal.he.library.OwnerOnly;

/**
 * Lets one oracle at a time open a log, by a lock of the operating system on the file {@code
 * LOG.lock}; it ends with its process. The file remains and names the last process. It is not the
 * log itself, since a process loses its lock on a file when it closes any other handle of the file.
 */
final class OracleLogLock implements AutoCloseable {
  private static final Set<Path> OF_THIS_PROCESS = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private OracleLogLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * @throws OracleLog.HeldException when another oracle holds the lock; the message names its
   *     process
   */
  static OracleLogLock acquire(Path log) {
    Path file = log.resolveSibling(log.getFileName() + ".lock");
    try {
      file = log.toAbsolutePath().getParent().toRealPath().resolve(file.getFileName());
      if (!OF_THIS_PROCESS.add(file)) {
        throw held(log, describe());
      }
      try {
        return new OracleLogLock(file, locked(log, file));
      } catch (IOException | RuntimeException e) {
        OF_THIS_PROCESS.remove(file);
        throw e;
      }
    } catch (IOException e) {
      throw FileWriteException.of(file, e);
    }
  }

  private static FileChannel locked(Path log, Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            OwnerOnly.file());
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw held(log, Files.readString(file, StandardCharsets.UTF_8).strip());
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap((describe() + "\n").getBytes(StandardCharsets.UTF_8)), 0);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static OracleLog.HeldException held(Path log, String holder) {
    return new OracleLog.HeldException(
        "oracle.log "
            + log
            + ": expected no other oracle on it, actual "
            + (holder.isEmpty() ? "another process" : holder)
            + "; stop that oracle, or give this one another oracle.log");
  }

  private static String describe() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "this machine";
    }
    return "process "
        + ProcessHandle.current().pid()
        + " on "
        + host
        + " since "
        + Instant.now().truncatedTo(ChronoUnit.SECONDS);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw FileWriteException.of(file, e);
    } finally {
      OF_THIS_PROCESS.remove(file);
    }
  }
}
