package org.hetal.owner.record;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.hetal.dataset.CommitException;
import org.hetal.he.FileWriteException;
import org.hetal.he.library.OwnerOnly;

/**
 * One command at a time writes what the owner of a private folder keeps and hands out. With the
 * lock held, files that a killed command left are nobody's and may be deleted. The system drops the
 * lock of a process that ends, however it ends; the file {@code .lock} stays.
 */
public final class OwnerLock implements AutoCloseable {
  private static final String NAME = ".lock";

  private final FileChannel channel;

  private OwnerLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * @param folder the owner's private one; made when there is none
   * @throws CommitException when another command holds the lock
   */
  public static OwnerLock take(Path folder) {
    OwnerOnly.makeFolder(folder);
    Path file = folder.resolve(NAME);
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OwnerOnly.file());
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return new OwnerLock(channel);
      }
    } catch (OverlappingFileLockException e) {
      // Held by this process: the same as by another.
    } catch (IOException e) {
      close(channel);
      throw FileWriteException.of(file, e);
    }
    close(channel);
    throw new CommitException(
        file
            + ": expected no other command that writes keys, data or models of this owner, actual"
            + " one at work; repeat this command when it has ended");
  }

  private static void close(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("unlocking", e);
    }
  }

  @Override
  public void close() {
    close(channel);
  }
}
