package org.hetal.owner.keys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.hetal.he.HeFormatException;
import org.hetal.he.HeSecurityException;

/**
 * A secret key file that is encrypted under a passphrase: AES-256-GCM with a key of Argon2id (RFC
 * 9106). Integers are little-endian.
 *
 * <pre>
 * magic HETALPWD 8 | version 1 4 | KiB of memory 4 | passes 4 | lanes 4 | salt 16 | nonce 12 | ciphertext, tag 16
 * </pre>
 *
 * <p>All before the ciphertext is authenticated with it. New files take the memory, passes and
 * lanes that RFC 9106, section 4, recommends for machines with little memory: 64 MiB, 3 and 4.
 */
public final class EncryptedSecretKey {
  private static final byte[] MAGIC = "HETALPWD".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int MEMORY_KIB = 64 << 10;
  private static final int PASSES = 3;
  private static final int LANES = 4;
  private static final int MOST_MEMORY_KIB = 1 << 20;
  private static final int MOST_PASSES = 64;
  private static final int MOST_LANES = 64;
  private static final int SALT_BYTES = 16;
  private static final int NONCE_BYTES = 12;
  private static final int KEY_BYTES = 32;
  private static final int TAG_BYTES = 16;
  private static final int HEADER_BYTES =
      MAGIC.length + 4 * Integer.BYTES + SALT_BYTES + NONCE_BYTES;

  private EncryptedSecretKey() {}

  /** {@return whether a file that begins with these bytes is one, of whatever version} */
  public static boolean isOne(byte[] first) {
    return first.length >= MAGIC.length
        && Arrays.equals(first, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  /**
   * Encrypts a secret key with a new salt and nonce. Takes 64 MiB of memory and below a second.
   *
   * @param secretKey its file's content; the caller overwrites it
   * @param passphrase the caller overwrites it
   * @return the content of the encrypted file
   */
  public static byte[] encrypt(byte[] secretKey, byte[] passphrase) {
    SecureRandom random = new SecureRandom();
    byte[] salt = new byte[SALT_BYTES];
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(salt);
    random.nextBytes(nonce);
    return encrypt(secretKey, passphrase, salt, nonce);
  }

  static byte[] encrypt(byte[] secretKey, byte[] passphrase, byte[] salt, byte[] nonce) {
    ByteBuffer out =
        ByteBuffer.allocate(HEADER_BYTES + secretKey.length + TAG_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.put(MAGIC).putInt(VERSION).putInt(MEMORY_KIB).putInt(PASSES).putInt(LANES);
    out.put(salt).put(nonce);
    byte[] header = Arrays.copyOf(out.array(), HEADER_BYTES);
    byte[] key = key(passphrase, salt, MEMORY_KIB, PASSES, LANES);
    try {
      cipher(Cipher.ENCRYPT_MODE, key, nonce, header).doFinal(ByteBuffer.wrap(secretKey), out);
      return out.array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-256-GCM: " + e.getMessage(), e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /**
   * Decrypts what {@link #encrypt(byte[], byte[])} gave.
   *
   * @param file for messages
   * @param content of the file
   * @param passphrase the caller overwrites it
   * @return the secret key, which the caller overwrites
   * @throws HeSecurityException when the passphrase is another one, or the file was changed: they
   *     cannot be told apart
   * @throws HeFormatException when the file is truncated, or of an unknown version
   */
  public static byte[] decrypt(Path file, byte[] content, byte[] passphrase) {
    requireFormat(file, "bytes", HEADER_BYTES + TAG_BYTES, Integer.MAX_VALUE, content.length);
    ByteBuffer in = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    if (!isOne(content)) {
      throw new HeFormatException(file + ": expected a secret key under a passphrase, actual none");
    }
    in.position(MAGIC.length);
    requireFormat(file, "version", VERSION, VERSION, in.getInt());
    int memory = in.getInt();
    int passes = in.getInt();
    int lanes = in.getInt();
    requireFormat(file, "lanes", 1, MOST_LANES, lanes);
    requireFormat(file, "KiB of memory", 8 * lanes, MOST_MEMORY_KIB, memory);
    requireFormat(file, "passes", 1, MOST_PASSES, passes);
    byte[] salt = new byte[SALT_BYTES];
    byte[] nonce = new byte[NONCE_BYTES];
    in.get(salt).get(nonce);
    byte[] key = key(passphrase, salt, memory, passes, lanes);
    try {
      byte[] header = Arrays.copyOf(content, HEADER_BYTES);
      return cipher(Cipher.DECRYPT_MODE, key, nonce, header)
          .doFinal(content, HEADER_BYTES, content.length - HEADER_BYTES);
    } catch (AEADBadTagException e) {
      throw new HeSecurityException(
          file
              + ": expected the passphrase of this secret key, actual another one; or the file was"
              + " changed",
          e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-256-GCM: " + e.getMessage(), e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  private static void requireFormat(Path file, String what, int least, int most, int actual) {
    if (actual < least || actual > most) {
      throw new HeFormatException(
          file
              + ": secret key under a passphrase: "
              + what
              + ": expected "
              + (least == most ? least : least + " to " + most)
              + ", actual "
              + actual);
    }
  }

  private static byte[] key(byte[] passphrase, byte[] salt, int memory, int passes, int lanes) {
    Argon2BytesGenerator argon2 = new Argon2BytesGenerator();
    argon2.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(memory)
            .withIterations(passes)
            .withParallelism(lanes)
            .withSalt(salt)
            .build());
    byte[] key = new byte[KEY_BYTES];
    argon2.generateBytes(passphrase, key);
    return key;
  }

  private static Cipher cipher(int mode, byte[] key, byte[] nonce, byte[] header)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(8 * TAG_BYTES, nonce));
    cipher.updateAAD(header);
    return cipher;
  }
}
