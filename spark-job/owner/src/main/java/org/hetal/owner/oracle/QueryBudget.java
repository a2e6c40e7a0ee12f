package org.hetal.owner.oracle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.hetal.config.SettingsException;
import org.hetal.he.AtomicFile;
import org.hetal.he.FileWriteException;
import org.hetal.he.library.OwnerOnly;

/**
 * Counts what was decrypted for the cluster under one secret key, in the file {@code
 * SECRET-KEY.answers} beside the key: another run or another log does not start from zero. Each
 * line is a key id, the SHA-256 of a run, and that of a question with the questions before it,
 * whose answer is therefore always the same: such a question costs one answer, however often it is
 * asked.
 *
 * <p>A question is on disk before its ciphertexts are decrypted. Several oracles may use one file;
 * thread-safe.
 */
public final class QueryBudget {
  private static final Object ONE_OF_THIS_PROCESS = new Object();
  private static final int MOST_BYTES = 256 << 20;
  private static final String SHA256 = "[0-9a-f]{64}";

  private final Path file;
  private final String keyId;
  private final int most;

  private QueryBudget(Path file, String keyId, int most) {
    this.file = file;
    this.keyId = keyId;
    this.most = most;
  }

  /**
   * The budget of a secret key.
   *
   * @param secretKey file of the key
   * @param keyId of the key
   * @param most answers, at least 1
   */
  public static QueryBudget beside(Path secretKey, String keyId, int most) {
    Path key = secretKey.toAbsolutePath();
    return new QueryBudget(key.resolveSibling(key.getFileName() + ".answers"), keyId, most);
  }

  int most() {
    return most;
  }

  /** Answers left. */
  int left() {
    return changed(asked -> most - asked.size());
  }

  /**
   * What is counted.
   *
   * @param run SHA-256 of what names the run
   * @param digest SHA-256 of everything that decides the answer
   */
  record Question(String run, String digest) {}

  /** Whether the next question of a run may be answered, as far as that can be said before it. */
  boolean allowsMore(String run, int answered) {
    return changed(
        asked ->
            asked.size() < most
                || asked.stream().filter(each -> each.run().equals(run)).count() > answered);
  }

  /**
   * Counts a question unless it is counted; it is on disk when this returns.
   *
   * @return whether it may be answered
   * @throws java.io.UncheckedIOException when it cannot be written
   */
  boolean charge(Question question) {
    return changed(asked -> asked.contains(question) || asked.size() < most && asked.add(question));
  }

  /** Whether a question is counted. */
  boolean knows(Question question) {
    return changed(asked -> asked.contains(question));
  }

  /** Counts questions that an older release answered, and kept no count of. */
  void record(List<Question> questions) {
    changed(asked -> asked.addAll(questions));
  }

  private interface Change<T> {
    T of(Set<Question> asked);
  }

  private <T> T changed(Change<T> change) {
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
    int whole = text.lastIndexOf('\n') + 1; // what follows was cut: its question was not answered
    Set<Question> asked = new LinkedHashSet<>();
    for (String line : text.substring(0, whole).lines().toList()) {
      String[] words = line.split(" ");
      if (words.length != 3 || !words[1].matches(SHA256) || !words[2].matches(SHA256)) {
        throw new SettingsException(
            file
                + ": expected a key id and two SHA-256 per line, actual another line; restore the file"
                + " from a copy, or make a new key with hetal keygen");
      }
      if (words[0].equals(keyId)) {
        asked.add(new Question(words[1], words[2]));
      }
    }
    Set<Question> before = Set.copyOf(asked);
    T result = change.of(asked);
    StringBuilder added = new StringBuilder();
    for (Question each : asked) {
      if (!before.contains(each)) {
        added.append(keyId).append(' ').append(each.run()).append(' ').append(each.digest());
        added.append('\n');
      }
    }
    if (added.length() > 0) {
      ByteBuffer bytes = ByteBuffer.wrap(added.toString().getBytes(StandardCharsets.US_ASCII));
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
