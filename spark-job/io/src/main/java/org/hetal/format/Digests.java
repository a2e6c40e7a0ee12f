package org.hetal.format;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 digests in lower-case hex, 64 characters. */
public final class Digests {
  private Digests() {}

  /** The digest of the bytes. */
  public static String sha256(byte[] bytes) {
    return hex(newSha256().digest(bytes));
  }

  /** The digest of the text in UTF-8. */
  public static String sha256(String text) {
    return sha256(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A digest that is computed in parts; {@link #hex} writes its result. */
  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The bytes in lower-case hex. */
  public static String hex(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }

  /**
   * Whether two secrets are equal, in a time that depends on their lengths only, so that the time
   * tells nothing of the place of the first difference.
   */
  public static boolean equalSecrets(byte[] a, byte[] b) {
    return MessageDigest.isEqual(a, b);
  }
}
