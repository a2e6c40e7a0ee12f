package org.hetal.owner.contribution;

import java.nio.file.Path;
import java.util.List;
import org.hetal.config.SettingsException;
import org.hetal.owner.keys.LinesBesideKey;

/**
 * The one total of the owners' sums that a secret key opens, in the file {@code SECRET-KEY.sums}
 * beside the key: a line with a key id and the SHA-256 of the total for each key. Statistics of the
 * total are published. Whoever could have several totals opened could put encrypted rows into them
 * and read those. The owners need the first total's preparation to encrypt rows, so no row is
 * encrypted before it is opened. A key of an earlier release has no line yet.
 */
public final class OpenedTotal {
  private static final int MOST_BYTES = 1 << 20;
  private static final String LINE = "\\S+ [0-9a-f]{64}";

  private final LinesBesideKey sums;
  private final String keyId;

  private OpenedTotal(LinesBesideKey sums, String keyId) {
    this.sums = sums;
    this.keyId = keyId;
  }

  /**
   * That of a secret key.
   *
   * @param secretKey file of the key
   * @param keyId of the key
   */
  public static OpenedTotal beside(Path secretKey, String keyId) {
    return new OpenedTotal(new LinesBesideKey(secretKey, "sums", MOST_BYTES), keyId);
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
    sums.changed(
        (lines, added) -> {
          for (String line : lines) {
            if (!line.matches(LINE)) {
              throw new SettingsException(
                  sums.file() + ": expected a key id and a SHA-256 per line, actual another line");
            }
          }
          List<String> opened =
              lines.stream().filter(line -> line.startsWith(keyId + " ")).toList();
          if (opened.isEmpty()) {
            added.add(keyId + " " + digest);
          } else if (!opened.contains(keyId + " " + digest)) {
            throw another(where, opened.get(0).split(" ")[1]);
          }
          return null;
        });
  }

  private SettingsException another(String where, String opened) {
    return new SettingsException(
        where
            + ": expected the sums that were opened under this secret key before, SHA-256 "
            + opened
            + ", actual others; whoever has several sums opened can read encrypted rows. Make a new"
            + " key and collect the sums again, or, if no owner has encrypted rows yet, delete "
            + sums.file());
  }
}
