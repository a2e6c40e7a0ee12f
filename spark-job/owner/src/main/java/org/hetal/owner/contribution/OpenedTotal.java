package org.hetal.owner.contribution;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.hetal.config.SettingsException;
import org.hetal.he.AtomicFile;
import org.hetal.he.FileWriteException;
import org.hetal.he.library.OwnerOnly;

/**
 * The one total of the owners' sums that a secret key opens, in the file {@code SECRET-KEY.sums}
 * beside the key: a line with a key id and the SHA-256 of the total for each key. Statistics of the
 * total are published. Whoever could have several totals opened could put encrypted rows into them
 * and read those. The owners need the first total's preparation to encrypt rows, so no row is
 * encrypted before it is opened. A key of an earlier release has no line yet.
 */
public final class OpenedTotal {
  private static final Object ONE_OF_THIS_PROCESS = new Object();
  private static final int MOST_BYTES = 1 << 20;
  private static final String LINE = "\\S+ [0-9a-f]{64}";

  private final Path file;
  private final String keyId;

  private OpenedTotal(Path file, String keyId) {
    this.file = file;
    this.keyId = keyId;
  }

  /**
   * That of a secret key.
   *
   * @param secretKey file of the key
   * @param keyId of the key
   */
  public static OpenedTotal beside(Path secretKey, String keyId) {
    Path key = secretKey.toAbsolutePath();
    return new OpenedTotal(key.resolveSibling(key.getFileName() + ".sums"), keyId);
  }

  /**
   * Before a total is decrypted; its digest is on disk when this returns. The same total may be
   * opened again.
   *
   * @param where the total is, for the message
   * @param digest {@link Contribution#digest} of it
   * @throws SettingsException when another total was opened under this key
   */
  public void require(String where, String digest) {
    synchronized (ONE_OF_THIS_PROCESS) {
      locked(where, digest);
    }
  }

  private void locked(String where, String digest) {
    OwnerOnly.makeFolder(file.getParent());
    try (FileChannel channel =
            FileChannel.open(
                file,
                Set.of(
                    StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                OwnerOnly.file());
        FileLock lock = channel.lock()) {
      OwnerOnly.require(file);
      require(channel, where, digest);
    } catch (IOException e) {
      throw FileWriteException.of(file, e);
    }
  }

  private void require(FileChannel channel, String where, String digest) throws IOException {
    String text = text(channel);
    int whole = text.lastIndexOf('\n') + 1; // what follows was cut: nothing was opened
    for (String line : text.substring(0, whole).lines().toList()) {
      if (!line.matches(LINE)) {
        throw new SettingsException(
            file + ": expected a key id and a SHA-256 per line, actual another line");
      }
      String[] words = line.split(" ");
      if (!words[0].equals(keyId)) {
        continue;
      }
      if (!words[1].equals(digest)) {
        throw new SettingsException(
            where
                + ": expected the sums that were opened under this secret key before, SHA-256 "
                + words[1]
                + ", actual others; whoever has several sums opened can read encrypted rows. Make a"
                + " new key and collect the sums again, or, if no owner has encrypted rows yet,"
                + " delete "
                + file);
      }
      return;
    }
    byte[] line = (keyId + " " + digest + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer bytes = ByteBuffer.wrap(line);
    while (bytes.hasRemaining()) {
      channel.write(bytes, whole + bytes.position());
    }
    channel.truncate(whole + bytes.position());
    channel.force(true);
    AtomicFile.synchronize(file.getParent());
  }

  private String text(FileChannel channel) throws IOException {
    if (channel.size() > MOST_BYTES) {
      throw new SettingsException(
          file + ": expected at most " + MOST_BYTES + " bytes, actual " + channel.size());
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
      // until all is read
    }
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
  }
}
