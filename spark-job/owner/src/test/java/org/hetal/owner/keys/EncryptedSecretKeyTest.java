package org.hetal.owner.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.hetal.he.HeFormatException;
import org.hetal.he.HeSecurityException;
import org.hetal.owner.vectors.GoldenFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncryptedSecretKeyTest {
  private static final Path FILE = Path.of("secret.key");
  private static final byte[] KEY = "a secret key of no use".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PASSPHRASE =
      "caf\u00e9 horse battery".getBytes(StandardCharsets.UTF_8);
  private static final String GOLDEN = "encrypted-secret-key";

  @TempDir private Path root;

  private static byte[] fixed() {
    byte[] salt = new byte[16];
    byte[] nonce = new byte[12];
    Arrays.fill(salt, (byte) 0x5a);
    Arrays.fill(nonce, (byte) 0x4e);
    return EncryptedSecretKey.encrypt(KEY, PASSPHRASE, salt, nonce);
  }

  @Test
  void file_isWrittenAndReadAsCommitted() throws Exception {
    Files.write(root.resolve("secret.key"), fixed());
    GoldenFolder.requireSame(GOLDEN, root);
    byte[] committed = Files.readAllBytes(GoldenFolder.of(GOLDEN).resolve("secret.key"));
    assertArrayEquals(KEY, EncryptedSecretKey.decrypt(FILE, committed, PASSPHRASE));
  }

  @Test
  void key_isDecryptedAgain_andEachFileHasItsOwnSalt() {
    byte[] first = EncryptedSecretKey.encrypt(KEY, PASSPHRASE);
    byte[] second = EncryptedSecretKey.encrypt(KEY, PASSPHRASE);
    assertTrue(EncryptedSecretKey.isOne(first));
    assertFalse(EncryptedSecretKey.isOne(KEY));
    assertFalse(EncryptedSecretKey.isOne(Arrays.copyOf(first, 7)));
    assertNotEquals(ByteBuffer.wrap(first), ByteBuffer.wrap(second));
    assertArrayEquals(KEY, EncryptedSecretKey.decrypt(FILE, first, PASSPHRASE));
    assertArrayEquals(KEY, EncryptedSecretKey.decrypt(FILE, second, PASSPHRASE));
    String text = new String(first, StandardCharsets.ISO_8859_1);
    assertFalse(text.contains(new String(KEY, StandardCharsets.ISO_8859_1)));
  }

  /**
   * Salt, nonce, ciphertext and tag are authenticated; sizes that would cost too much are refused.
   */
  @Test
  void anotherPassphraseOrAChangedByte_isRefused() {
    byte[] file = fixed();
    byte[] other = PASSPHRASE.clone();
    other[0]++;
    assertThrows(HeSecurityException.class, () -> EncryptedSecretKey.decrypt(FILE, file, other));
    for (int at : new int[] {24, 39, 40, 51, 52, file.length - 16, file.length - 1}) {
      byte[] changed = file.clone();
      changed[at] ^= 1;
      assertThrows(
          HeSecurityException.class,
          () -> EncryptedSecretKey.decrypt(FILE, changed, PASSPHRASE),
          "byte " + at);
    }
    int[][] headers = {{8, 2}, {12, 7}, {12, 1 << 21}, {12, -1}, {16, 0}, {16, 65}, {20, 0}};
    for (int[] header : headers) {
      byte[] changed = file.clone();
      ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putInt(header[0], header[1]);
      assertThrows(
          HeFormatException.class,
          () -> EncryptedSecretKey.decrypt(FILE, changed, PASSPHRASE),
          Arrays.toString(header));
    }
    for (int length = 0; length < 68; length++) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThrows(
          HeFormatException.class, () -> EncryptedSecretKey.decrypt(FILE, cut, PASSPHRASE));
    }
  }
}
