package org.hetal.he.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.hetal.he.FileReadException;
import org.hetal.he.FileWriteException;
import org.hetal.he.HeFormatException;
import org.hetal.he.HeLevelException;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.ClientBackend;
import org.hetal.he.owner.PublicEncryptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every public encryptor does, through {@link ClientBackend} as the owner's side uses it. */
class PublicEncryptorTest {
  private static final double[] A = {0.25, -1, 0.5, 0.75};
  private static final double[] B = {1, 2, -3, 4};

  @TempDir Path folder;

  private static ClientBackend backend(String name) {
    return ClientBackend.find(name, name).orElseThrow();
  }

  private static double[] first(double[] slots) {
    return Arrays.copyOf(slots, A.length);
  }

  @ParameterizedTest
  @CsvSource({"native, insecure_n10_l12", "simulator, insecure_simulator_n10_l12"})
  void encryptsForTheSecretKey_andAdds(String name, String set) {
    ClientBackend backend = backend(name);
    assertTrue(backend.hasPublicKeys());
    Path file = folder.resolve("public.key");
    try (Client client = backend.generate(set, 1, null)) {
      client.savePublicKey(file);
      assertThrows(FileWriteException.class, () -> client.savePublicKey(file));
      try (PublicEncryptor encryptor = backend.encryptor(file, set, 1)) {
        assertEquals(client.keyId(), encryptor.keyId());
        assertEquals(client.parameters(), encryptor.parameters());
        for (int level : new int[] {0, 3}) {
          byte[] a = encryptor.encrypt(A, level);
          assertArrayEquals(A, first(client.decrypt(a)), 0x1p-24);
          byte[] sum = encryptor.add(a, client.encrypt(B, level));
          assertArrayEquals(
              new double[] {1.25, 1, -2.5, 4.75}, first(client.decrypt(sum)), 0x1p-23);
          byte[] twice = encryptor.add(sum, sum);
          assertArrayEquals(new double[] {2.5, 2, -5, 9.5}, first(client.decrypt(twice)), 0x1p-22);
        }
        byte[] a = encryptor.encrypt(A, 2);
        HeFormatException levels =
            assertThrows(HeFormatException.class, () -> encryptor.add(a, encryptor.encrypt(B, 1)));
        assertTrue(
            levels.getMessage().contains("level: expected 2, actual 1"), levels.getMessage());
        byte[] shorter = Arrays.copyOf(a, a.length - 1);
        assertThrows(HeFormatException.class, () -> encryptor.add(a, shorter));
        assertThrows(HeFormatException.class, () -> encryptor.add(shorter, a));
        assertThrows(HeFormatException.class, () -> encryptor.add(a, new byte[0]));
        int beyond = encryptor.parameters().maxLevel() + 1;
        assertThrows(HeLevelException.class, () -> encryptor.encrypt(A, beyond));
        assertThrows(
            IllegalArgumentException.class, () -> encryptor.encrypt(new double[] {1, 2, 3}, 1));
        encryptor.close();
        assertThrows(IllegalStateException.class, () -> encryptor.encrypt(A, 1));
        assertThrows(IllegalStateException.class, () -> encryptor.add(a, a));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "native, insecure_n10_l12, insecure_n12_l12",
    "simulator, insecure_simulator_n10_l12, insecure_simulator_n11_l12"
  })
  void keyFiles_areChecked(String name, String set, String otherSet) throws IOException {
    ClientBackend backend = backend(name);
    Path file = folder.resolve("public.key");
    Path secret = folder.resolve("secret.key");
    try (Client client = backend.generate(set, 1, null)) {
      client.savePublicKey(file);
      client.saveSecretKey(secret);
    }
    String other =
        assertThrows(HeFormatException.class, () -> backend.encryptor(file, otherSet, 1))
            .getMessage();
    assertEquals(file + ": expected a key of " + otherSet + ", actual " + set, other);
    assertThrows(HeFormatException.class, () -> backend.encryptor(secret, set, 1));
    assertThrows(FileReadException.class, () -> backend.encryptor(folder.resolve("none"), set, 1));
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] = (byte) 0xff;
    Files.write(file, bytes);
    assertThrows(HeFormatException.class, () -> backend.encryptor(file, set, 1));
  }

  /** The simulator's ciphertexts carry no key id. */
  @Test
  void add_refusesCiphertextsOfAnotherKey() {
    ClientBackend backend = backend("native");
    String set = "insecure_n10_l12";
    Path file = folder.resolve("public.key");
    try (Client client = backend.generate(set, 1, null);
        Client other = backend.generate(set, 1, null)) {
      client.savePublicKey(file);
      try (PublicEncryptor encryptor = backend.encryptor(file, set, 1)) {
        byte[] own = encryptor.encrypt(A, 1);
        String refused =
            assertThrows(HeFormatException.class, () -> encryptor.add(own, other.encrypt(B, 1)))
                .getMessage();
        assertTrue(
            refused.contains("key id: expected " + client.keyId() + ", actual " + other.keyId()),
            refused);
      }
    }
  }
}
