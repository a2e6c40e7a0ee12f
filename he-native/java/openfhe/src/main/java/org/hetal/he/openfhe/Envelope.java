package org.hetal.he.openfhe;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import org.hetal.he.HeFormatException;

/**
 * A payload with a header before it and a SHA-256 after it. The SHA-256 detects damage. It has no
 * key: whoever can write the bytes can also write the SHA-256.
 *
 * <p>The payload of a ciphertext has a format of this project that holds residues. Its reader
 * checks every field and takes arbitrary bytes. The payloads of the other kinds are OpenFHE's own
 * archives, whose reader trusts its input and can crash: they must come from the data owner, or
 * have a digest that the data owner gave.
 *
 * <p>Layout, big-endian: magic "HOFE" (4 bytes), version (2: 2 for ciphertexts, 1 for other kinds),
 * kind (2), SHA-256 of the parameters (32), length of the payload (8), the payload, SHA-256 of all
 * before (32).
 */
public final class Envelope {
  /** Bytes before the payload. */
  public static final int HEADER_BYTES = 4 + 2 + 2 + 32 + 8;

  /** Bytes after the payload. */
  public static final int TRAILER_BYTES = 32;

  private static final int MAGIC = 0x484f4645;
  private static final short ARCHIVE_VERSION = 1;
  private static final short RESIDUE_VERSION = 2;

  /** What is inside. */
  public enum Kind {
    CONTEXT,
    PUBLIC_KEY,
    RELINEARIZATION_KEYS,
    ROTATION_KEYS,
    CIPHERTEXT,
    SECRET_KEY;

    /** Version 1 of a ciphertext was an archive of OpenFHE. */
    private short version() {
      return this == CIPHERTEXT ? RESIDUE_VERSION : ARCHIVE_VERSION;
    }
  }

  private Envelope() {}

  public static byte[] wrap(Kind kind, String parameterHash, byte[] payload) {
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + payload.length + TRAILER_BYTES);
    out.putInt(MAGIC).putShort(kind.version()).putShort((short) kind.ordinal());
    out.put(HexFormat.of().parseHex(parameterHash)).putLong(payload.length).put(payload);
    out.put(sha256(out.array(), HEADER_BYTES + payload.length));
    return out.array();
  }

  /**
   * The payload.
   *
   * @param parameterHash expected; null for any
   * @throws HeFormatException saying what is wrong: length, magic, version, kind, parameters or
   *     digest
   */
  public static byte[] unwrap(Kind kind, String parameterHash, byte[] bytes) {
    String what = "OpenFHE " + kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    if (bytes.length < HEADER_BYTES + TRAILER_BYTES) {
      throw new HeFormatException(
          what
              + ": truncated: expected at least "
              + (HEADER_BYTES + TRAILER_BYTES)
              + " bytes, actual "
              + bytes.length);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int magic = in.getInt();
    expect(what, "magic", Integer.toHexString(MAGIC), Integer.toHexString(magic));
    expect(what, "version", String.valueOf(kind.version()), String.valueOf(in.getShort()));
    expect(what, "kind", String.valueOf(kind.ordinal()), String.valueOf(in.getShort()));
    byte[] hash = new byte[32];
    in.get(hash);
    long length = in.getLong();
    expect(
        what,
        "length",
        String.valueOf(bytes.length - HEADER_BYTES - TRAILER_BYTES),
        String.valueOf(length));
    byte[] digest = Arrays.copyOfRange(bytes, bytes.length - TRAILER_BYTES, bytes.length);
    byte[] actual = sha256(bytes, bytes.length - TRAILER_BYTES);
    if (!MessageDigest.isEqual(digest, actual)) {
      throw new HeFormatException(
          String.format(
              Locale.ROOT,
              "%s: digest: expected %s, actual %s",
              what,
              HexFormat.of().formatHex(digest),
              HexFormat.of().formatHex(actual)));
    }
    if (parameterHash != null) {
      expect(what, "parameters", parameterHash, HexFormat.of().formatHex(hash));
    }
    return Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length - TRAILER_BYTES);
  }

  private static void expect(String what, String field, String expected, String actual) {
    if (!expected.equals(actual)) {
      throw new HeFormatException(
          what + ": " + field + ": expected " + expected + ", actual " + actual);
    }
  }

  static byte[] sha256(byte[] bytes, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes, 0, length);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
