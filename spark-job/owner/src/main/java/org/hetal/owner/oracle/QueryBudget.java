package org.hetal.owner.oracle;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.hetal.config.SettingsException;
import org.hetal.owner.keys.LinesBesideKey;

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
  private static final int MOST_BYTES = 256 << 20;
  private static final String SHA256 = "[0-9a-f]{64}";

  private final LinesBesideKey answers;
  private final String keyId;
  private final int most;

  private QueryBudget(LinesBesideKey answers, String keyId, int most) {
    this.answers = answers;
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
    return new QueryBudget(new LinesBesideKey(secretKey, "answers", MOST_BYTES), keyId, most);
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
    return answers.changed(
        (lines, added) -> {
          Set<Question> asked = new LinkedHashSet<>();
          for (String line : lines) {
            String[] words = line.split(" ");
            if (words.length != 3 || !words[1].matches(SHA256) || !words[2].matches(SHA256)) {
              throw new SettingsException(
                  answers.file()
                      + ": expected a key id and two SHA-256 per line, actual another line; restore"
                      + " the file from a copy, or make a new key with hetal keygen");
            }
            if (words[0].equals(keyId)) {
              asked.add(new Question(words[1], words[2]));
            }
          }
          Set<Question> before = Set.copyOf(asked);
          T result = change.of(asked);
          asked.stream()
              .filter(each -> !before.contains(each))
              .forEach(each -> added.add(keyId + " " + each.run() + " " + each.digest()));
          return result;
        });
  }
}
