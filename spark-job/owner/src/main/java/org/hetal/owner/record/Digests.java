package org.hetal.owner.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.hetal.dataset.StoredFile;

/** SHA-256 in lower-case hex of values in the clear; all of them depend on the order. */
final class Digests {
  private Digests() {}

  /** Of the labels as big-endian 32-bit integers. */
  static String labels(int[] labels) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(Integer.BYTES, labels.length));
    bytes.asIntBuffer().put(labels);
    return StoredFile.sha256(bytes.array());
  }

  /** Of the rows, each its number of columns and its values as big-endian 64-bit doubles. */
  static String rows(double[][] rows) {
    MessageDigest digest = sha256();
    for (double[] row : rows) {
      ByteBuffer bytes =
          ByteBuffer.allocate(Math.addExact(Integer.BYTES, Double.BYTES * row.length));
      bytes.putInt(row.length);
      bytes.asDoubleBuffer().put(row);
      digest.update(bytes.array());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static String text(String canonical) {
    return StoredFile.sha256(canonical.getBytes(StandardCharsets.UTF_8));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
