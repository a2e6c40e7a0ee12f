package org.hetal.he.openfhe.owner;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.HeException;
import org.hetal.he.HeFormatException;
import org.hetal.he.HeLevelException;
import org.hetal.he.HeSecurityException;
import org.hetal.he.KeyPlan;
import org.hetal.he.engine.NativeEngine;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.he.owner.NativeClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The native engine works for an owner whose secret key never leaves OpenFHE. */
@Tag("slow")
@OpenFheTest
class NativeClientWithOpenFheKeyTest {
  private static final String SET = "insecure_n10_l12";
  @TempDir private static Path directory;
  private static NativeClientWithOpenFheKey client;
  private static Evaluator engine;

  @BeforeAll
  static void makeKeys() {
    client = NativeClientWithOpenFheKey.generate(SET);
    KeyPlan plan = new KeyPlan().rotate(3, 15).relinearize(15).conjugate(15).bootstrap();
    client.writeEvaluationKeys(directory.resolve("keys"), plan, (done, of, bytes) -> {});
    engine = NativeEngine.open(directory.resolve("keys"), 2);
  }

  @AfterAll
  static void nothingIsLeft() {
    engine.close();
    client.close();
    assertEquals(0, OpenFhe.staticEntries());
  }

  private static double[] random(long seed) {
    return new Random(seed).doubles(client.parameters().slotCount(), -1, 1).toArray();
  }

  @Test
  void engineComputesAndBootstraps_openFheDecrypts() {
    double[] x = random(1);
    double[] y = random(2);
    try (Ciphertext a = engine.deserialize(client.encrypt(x, 6));
        Ciphertext b = engine.deserialize(client.encrypt(y, 6));
        Ciphertext product = engine.multiplyRescale(a, b);
        Ciphertext turned = engine.rotate(product, 3);
        Ciphertext fresh = engine.bootstrap(turned)) {
      double[] actual = client.decrypt(engine.serialize(fresh));
      double worst = 0;
      for (int i = 0; i < actual.length; i++) {
        int from = (i + 3) % actual.length;
        worst = Math.max(worst, Math.abs(actual[i] - x[from] * y[from]));
      }
      assertTrue(worst < 0x1p-18 && worst > 0x1p-34, "error " + worst);
    }
  }

  @Test
  void complexSlots_comeBack() {
    double[] x = random(3);
    double[] y = random(4);
    double[] both = client.decryptComplex(client.encrypt(x, y, 2));
    for (int i = 0; i < x.length; i++) {
      assertEquals(x[i], both[i], 0x1p-30);
      assertEquals(y[i], both[x.length + i], 0x1p-30);
    }
  }

  /** The call then holds the last of the client, under the lock that its end needs. */
  @Test
  @Timeout(120)
  void closingDuringACall_neitherHangsNorEndsTheJvm() throws Exception {
    double[] x = random(7);
    for (int round = 0; round < 10; round++) {
      NativeClientWithOpenFheKey closing = NativeClientWithOpenFheKey.generate(SET);
      CountDownLatch encrypted = new CountDownLatch(3);
      AtomicReference<Throwable> ended = new AtomicReference<>();
      Thread user =
          new Thread(
              () -> {
                try {
                  while (true) {
                    closing.encrypt(x, 6);
                    encrypted.countDown();
                  }
                } catch (IllegalStateException e) {
                  ended.set(e);
                }
              });
      user.start();
      encrypted.await();
      closing.close();
      user.join();
      assertTrue(ended.get() != null, "the client is closed for its user, too");
    }
  }

  @Test
  void secretKeyFile_comesBackAndRefusesDamage() throws Exception {
    Path file = directory.resolve("secret.key");
    client.saveSecretKey(file);
    double[] x = random(5);
    try (NativeClientWithOpenFheKey again = NativeClientWithOpenFheKey.load(file)) {
      assertEquals(client.keyId(), again.keyId());
      assertArrayEquals(x, again.decrypt(client.encrypt(x, 1)), 0x1p-30);
    }
    byte[] bytes = Files.readAllBytes(file);
    Random random = new Random(6);
    for (int round = 0; round < 50; round++) {
      byte[] bad = bytes.clone();
      if (round % 2 == 0) {
        // Every fourth change is in the name and the key id, which the digest does not cover.
        int at = random.nextInt(round % 4 == 0 ? 96 : bad.length);
        bad[at] ^= (byte) (1 + random.nextInt(255));
      } else {
        bad = java.util.Arrays.copyOf(bad, random.nextInt(bad.length));
      }
      Path damaged = directory.resolve("damaged.key");
      Files.write(damaged, bad);
      Files.setPosixFilePermissions(damaged, PosixFilePermissions.fromString("rw-------"));
      assertThrows(HeFormatException.class, () -> NativeClientWithOpenFheKey.load(damaged));
    }
  }

  @Test
  void aSecretKeyFileThatOthersMayRead_isRefused() throws Exception {
    Path file = directory.resolve("open.key");
    client.saveSecretKey(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    HeSecurityException refused =
        assertThrows(HeSecurityException.class, () -> NativeClientWithOpenFheKey.load(file));
    assertTrue(refused.getMessage().contains("actual rw-r--r--"), refused.getMessage());
  }

  @Test
  void badInput_throws() {
    assertThrows(HeLevelException.class, () -> client.encrypt(new double[1], 16));
    assertThrows(IllegalArgumentException.class, () -> client.encrypt(new double[3], 1));
    assertThrows(IllegalArgumentException.class, () -> NativeClientWithOpenFheKey.generate("n99"));
    assertThrows(HeFormatException.class, () -> client.decrypt(new byte[100]));
    try (NativeClient other = NativeClient.insecureGenerate(SET, 7)) {
      HeException e =
          assertThrows(HeException.class, () -> client.decrypt(other.encrypt(new double[] {1}, 1)));
      assertTrue(e.getMessage().contains(other.keyId()), e.getMessage());
    }
    NativeClientWithOpenFheKey closed = NativeClientWithOpenFheKey.generate(SET);
    closed.close();
    assertThrows(IllegalStateException.class, () -> closed.encrypt(new double[1], 1));
  }
}
