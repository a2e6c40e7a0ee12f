package org.hetal.owner.keys;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.hetal.config.SettingsException;
import org.hetal.he.AtomicFile;
import org.hetal.he.FileWriteException;
import org.hetal.he.library.OwnerOnly;

/**
 * A file of lines beside a secret key, mode 0600, to which lines are only added. Several processes
 * may use one file; thread-safe.
 */
public final class LinesBesideKey {
  private static final Object ONE_OF_THIS_PROCESS = new Object();

  private final Path file;
  private final int mostBytes;

  /**
   * The file {@code SECRET-KEY.ENDING}.
   *
   * @param secretKey file of the key
   * @param ending without the dot
   * @param mostBytes of the file; a larger one is refused
   */
  public LinesBesideKey(Path secretKey, String ending, int mostBytes) {
    Path key = secretKey.toAbsolutePath();
    this.file = key.resolveSibling(key.getFileName() + "." + ending);
    this.mostBytes = mostBytes;
  }

  /** {@return where it is, for messages} */
  public Path file() {
    return file;
  }

  /**
   * Decides by the lines that are there.
   *
   * @param <T> what is decided
   */
  public interface Change<T> {
    /**
     * Decides.
     *
     * @param lines whole lines; one that was cut is left out and overwritten
     * @param added receives lines of ASCII to be added
     * @return what is decided
     */
    T of(List<String> lines, List<String> added);
  }

  /**
   * Reads, decides and adds while nobody else does. What is added is on disk when this returns.
   *
   * @param <T> what is decided
   * @param change called once
   * @return what the change returns
   * @throws SettingsException when the file is too large
   * @throws java.io.UncheckedIOException when it cannot be written
   */
  public <T> T changed(Change<T> change) {
    synchronized (ONE_OF_THIS_PROCESS) {
      OwnerOnly.makeFolder(file.getParent());
      try (FileChannel channel =
              FileChannel.open(
                  file,
                  Set.of(
                      StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                  OwnerOnly.file());
          FileLock lock = channel.lock()) {
        OwnerOnly.require(file);
        return changed(channel, change);
      } catch (IOException e) {
        throw FileWriteException.of(file, e);
      }
    }
  }

  private <T> T changed(FileChannel channel, Change<T> change) throws IOException {
    String text = text(channel);
    int whole = text.lastIndexOf('\n') + 1;
    List<String> added = new ArrayList<>();
    T result = change.of(text.substring(0, whole).lines().toList(), added);
    if (!added.isEmpty()) {
      String more = String.join("\n", added) + "\n";
      ByteBuffer bytes = ByteBuffer.wrap(more.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes, whole + bytes.position());
      }
      channel.truncate(whole + bytes.position());
      channel.force(true);
      AtomicFile.synchronize(file.getParent());
    }
    return result;
  }

  private String text(FileChannel channel) throws IOException {
    if (channel.size() > mostBytes) {
      throw new SettingsException(
          file + ": expected at most " + mostBytes + " bytes, actual " + channel.size());
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
      // until all is read
    }
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
  }
}
