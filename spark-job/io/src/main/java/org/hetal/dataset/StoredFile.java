package org.hetal.dataset;

import java.io.Serializable;
import org.hetal.format.Digests;

/**
 * One ciphertext on storage.
 *
 * @param path relative to the manifest that names it
 * @param level at which the ciphertext was made
 * @param bytes its length
 * @param sha256 of its bytes, lower-case hex
 * @serial exclude
 */
public record StoredFile(String path, int level, long bytes, String sha256)
    implements Serializable {

  /** Several times the largest ciphertext of any parameter set. */
  private static final long MOST_BYTES = 1L << 29;

  /**
   * Checks the fields.
   *
   * @param path names of letters, digits, dots, underscores and hyphens, joined by slashes; never
   *     upwards
   * @param level at least 0
   * @param bytes at least 1
   * @param sha256 64 hexadecimal digits
   * @throws DatasetException for another value
   */
  public StoredFile {
    requireInside(path);
    if (level < 0 || bytes < 1 || sha256 == null || !sha256.matches("[0-9a-f]{64}")) {
      throw new DatasetException(
          path
              + ": expected a level >= 0, bytes >= 1 and a SHA-256 in hex; actual "
              + level
              + ", "
              + bytes
              + ", "
              + sha256);
    }
  }

  /** Writes the bytes and describes them. */
  static StoredFile write(Storage storage, String path, byte[] bytes, int level) {
    StoredFile file = new StoredFile(path, level, bytes.length, Digests.sha256(bytes));
    storage.writeAtomically(path, bytes);
    return file;
  }

  /**
   * Reads the bytes and compares length and digest.
   *
   * @param storage the folder that {@link #path()} is relative to
   * @return {@link #bytes()} bytes
   * @throws DatasetException when the file is missing, or length or digest differ
   */
  public byte[] read(Storage storage) {
    String where = storage.describe(path);
    if (bytes > MOST_BYTES) {
      throw new DatasetException(
          where + ": expected at most " + MOST_BYTES + " bytes in a ciphertext, actual " + bytes);
    }
    byte[] read = storage.read(path, bytes);
    if (read.length != bytes) {
      throw new DatasetException(where + ": expected " + bytes + " bytes, actual " + read.length);
    }
    String actual = Digests.sha256(read);
    if (!actual.equals(sha256)) {
      throw new DatasetException(where + ": expected SHA-256 " + sha256 + ", actual " + actual);
    }
    return read;
  }

  /** Only relative paths without steps upwards: a manifest must not reach outside its folder. */
  static void requireInside(String path) {
    if (path == null
        || !path.matches("[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")) {
      throw new DatasetException(
          "path: expected names of letters, digits, . _ - joined by /, actual " + path);
    }
  }
}
