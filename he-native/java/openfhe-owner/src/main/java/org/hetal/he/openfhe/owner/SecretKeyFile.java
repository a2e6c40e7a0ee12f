package org.hetal.he.openfhe.owner;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import org.hetal.he.AtomicFile;
import org.hetal.he.FileReadException;
import org.hetal.he.FileWriteException;
import org.hetal.he.HeFormatException;
import org.hetal.he.library.OwnerOnly;
import org.hetal.he.openfhe.Envelope;

/**
 * A secret key on disk: the parameter set's name (64 bytes, ASCII, zero-padded), the key id (32
 * bytes, ASCII), then OpenFHE's own form in an {@link Envelope}. Mode 0600.
 *
 * @param payload OpenFHE's bytes; wiped by {@link #close()}
 */
record SecretKeyFile(String parameterSet, String keyId, String parameterHash, byte[] payload)
    implements AutoCloseable {
  private static final int NAME_BYTES = 64;
  private static final int ID_BYTES = 32;
  private static final int HASH_AT = NAME_BYTES + ID_BYTES + 8;

  /**
   * @throws FileWriteException when there is a file already, or it cannot be written
   */
  void write(Path file) {
    byte[] content = content();
    try {
      AtomicFile.writeNew(file, content, OwnerOnly.file());
    } catch (IOException e) {
      throw FileWriteException.of(file, e);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  /** The bytes of the file; the caller wipes them. */
  byte[] content() {
    byte[] key = Envelope.wrap(Envelope.Kind.SECRET_KEY, parameterHash, payload);
    byte[] out = new byte[NAME_BYTES + ID_BYTES + key.length];
    byte[] name = parameterSet.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(name, 0, out, 0, Math.min(name.length, NAME_BYTES));
    byte[] id = keyId.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(id, 0, out, NAME_BYTES, Math.min(id.length, ID_BYTES));
    System.arraycopy(key, 0, out, NAME_BYTES + ID_BYTES, key.length);
    Arrays.fill(key, (byte) 0);
    return out;
  }

  /**
   * @throws FileReadException when it cannot be read
   * @throws org.hetal.he.HeSecurityException when others may use it, or another user owns it
   * @throws HeFormatException when it is truncated or damaged
   */
  static SecretKeyFile read(Path file) {
    byte[] bytes;
    try {
      OwnerOnly.require(file);
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
    try {
      return of(file, bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /**
   * Takes the bytes of a file, which the caller wipes.
   *
   * @throws HeFormatException when they are truncated or damaged
   */
  static SecretKeyFile of(Path file, byte[] bytes) {
    byte[] key = null;
    try {
      if (bytes.length < HASH_AT + 32) {
        throw new HeFormatException(
            file
                + ": truncated: expected at least "
                + (HASH_AT + 32)
                + " bytes, actual "
                + bytes.length);
      }
      String hash =
          java.util.HexFormat.of().formatHex(Arrays.copyOfRange(bytes, HASH_AT, HASH_AT + 32));
      key = Arrays.copyOfRange(bytes, NAME_BYTES + ID_BYTES, bytes.length);
      return new SecretKeyFile(
          text(file, bytes, 0, NAME_BYTES),
          text(file, bytes, NAME_BYTES, ID_BYTES),
          hash,
          Envelope.unwrap(Envelope.Kind.SECRET_KEY, null, key));
    } finally {
      if (key != null) {
        Arrays.fill(key, (byte) 0);
      }
    }
  }

  private static String text(Path file, byte[] bytes, int from, int length) {
    int end = from;
    while (end < from + length && bytes[end] != 0) {
      end++;
    }
    for (int i = end; i < from + length; i++) {
      if (bytes[i] != 0) {
        throw new HeFormatException(file + ": expected zeros after a name, actual " + bytes[i]);
      }
    }
    return new String(bytes, from, end - from, StandardCharsets.US_ASCII);
  }

  /**
   * The parameters of the name in the file.
   *
   * @param named finds parameters by name
   * @throws HeFormatException when there are none of that name
   */
  <P> P parameters(Path file, Function<String, P> named) {
    try {
      return named.apply(parameterSet);
    } catch (IllegalArgumentException e) {
      throw new HeFormatException(file + ": " + e.getMessage(), e);
    }
  }

  void requireParameters(Path file, String expectedHash) {
    if (!parameterHash.equals(expectedHash)) {
      throw new HeFormatException(
          file
              + ": parameters "
              + parameterSet
              + ": expected "
              + expectedHash
              + ", actual "
              + parameterHash);
    }
  }

  /** The digest covers OpenFHE's bytes, with the id inside, and not the id beside them. */
  void requireKeyId(Path file, CkksSecretKey secret) {
    String inside = secret.keyTag();
    if (!keyId.equals(inside)) {
      secret.close();
      throw new HeFormatException(
          file + ": key id: expected " + inside + ", as inside the key; actual " + keyId);
    }
  }

  @Override
  public void close() {
    Arrays.fill(payload, (byte) 0);
  }

  @Override
  public String toString() {
    return "secret key file(" + parameterSet + ", key " + keyId + ")";
  }
}
