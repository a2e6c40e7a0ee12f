package org.hetal.he.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.hetal.he.Ciphertext;
import org.hetal.he.DeviceSpec;
import org.hetal.he.HeFormatException;
import org.hetal.he.HeLevelException;
import org.hetal.he.HeMissingKeyException;
import org.hetal.he.HeSecurityException;
import org.hetal.he.KeyBundleManifest;
import org.hetal.he.KeyPlan;
import org.hetal.he.Parameters;
import org.hetal.he.engine.NativeEngine;
import org.hetal.he.engine.NativeEvaluator;
import org.hetal.he.engine.NativeParameters;
import org.hetal.he.owner.NativeClient;
import org.hetal.he.owner.NativeEncryptor;
import org.hetal.he.owner.OwnerLibrary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeClientTest {
  private static final String SET = NativeFixture.SET;
  private static final double[] VALUES = {0.25, -1, 0.5, 0.75};

  @TempDir Path folder;

  private static double[] first(double[] slots) {
    return Arrays.copyOf(slots, VALUES.length);
  }

  @Test
  void generate_encryptsAndDecrypts_andIsRandom() {
    try (NativeClient a = NativeClient.generate(SET, 1);
        NativeClient b = NativeClient.generate(SET, 1)) {
      assertNotEquals(a.keyId(), b.keyId());
      assertTrue(a.keyId().matches("[0-9a-f]{32}"), a.keyId());
      byte[] one = a.encrypt(VALUES, 4);
      assertFalse(Arrays.equals(one, a.encrypt(VALUES, 4)), "encryption must be randomised");
      assertArrayEquals(VALUES, first(a.decrypt(one)), 0x1p-28);
      double[] complex = a.decryptComplex(a.encrypt(VALUES, new double[] {1, 0, -1, 0.5}, 4));
      int slots = a.parameters().slotCount();
      assertEquals(2 * slots, complex.length);
      assertArrayEquals(
          new double[] {1, 0, -1, 0.5}, Arrays.copyOfRange(complex, slots, slots + 4), 0x1p-28);
      assertThrows(HeFormatException.class, () -> b.decrypt(one));
    }
  }

  @Test
  void encrypt_badInput_throws() {
    try (NativeClient client = NativeClient.insecureGenerate(SET, 1, 1)) {
      Class<IllegalArgumentException> bad = IllegalArgumentException.class;
      assertThrows(bad, () -> client.encrypt(new double[3], 1));
      assertThrows(bad, () -> client.encrypt(new double[] {Double.NaN}, 1));
      assertThrows(bad, () -> client.encrypt(new double[] {1e300}, 1));
      assertThrows(bad, () -> client.encrypt(new double[] {1000}, 0), "wraps around q0");
      assertThrows(bad, () -> client.encrypt(null, 1));
      assertThrows(HeLevelException.class, () -> client.encrypt(VALUES, 16));
      assertThrows(HeLevelException.class, () -> client.encrypt(VALUES, -1));
    }
    IllegalArgumentException unknown =
        assertThrows(IllegalArgumentException.class, () -> NativeClient.generate("n16"));
    assertTrue(unknown.getMessage().contains("n16_l12"), unknown.getMessage());
  }

  @Test
  void insecureGenerate_repeatsKeysAndCiphertexts() {
    List<byte[]> bytes = new ArrayList<>();
    for (int threads : new int[] {1, 2}) {
      try (NativeClient client = NativeClient.insecureGenerate(SET, 5, threads)) {
        client.encrypt(VALUES, 3);
        bytes.add(client.encrypt(VALUES, 3));
      }
    }
    assertArrayEquals(bytes.get(0), bytes.get(1));
  }

  @Test
  void secretKeyFile_isPrivate_loads_andIsNeverOverwritten() throws IOException {
    Path file = folder.resolve("secret.key");
    byte[] ciphertext;
    String id;
    try (NativeClient client = NativeClient.generate(SET, 1)) {
      client.saveSecretKey(file);
      id = client.keyId();
      ciphertext = client.encrypt(VALUES, 2);
      UncheckedIOException refused =
          assertThrows(UncheckedIOException.class, () -> client.saveSecretKey(file));
      assertTrue(refused.getMessage().contains("refusing to overwrite " + file));
    }
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    try (NativeClient again = NativeClient.load(file, 1)) {
      assertEquals(id, again.keyId());
      assertEquals(SET, again.parameters().name());
      assertArrayEquals(VALUES, first(again.decrypt(ciphertext)), 0x1p-28);
    }
    byte[] good = Files.readAllBytes(file);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 50; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 + random.nextInt(255));
      Path damaged = Files.write(folder.resolve("damaged"), bad);
      Files.setPosixFilePermissions(damaged, PosixFilePermissions.fromString("rw-------"));
      assertThrows(HeFormatException.class, () -> NativeClient.load(damaged, 1));
    }
    assertThrows(UncheckedIOException.class, () -> NativeClient.load(folder.resolve("none"), 1));
  }

  @Test
  void keyBundle_holdsExactlyThePlannedKeys_andTellsProgress() throws IOException {
    Path bundle = folder.resolve("keys");
    KeyPlan plan = new KeyPlan().rotate(3, 2).rotate(100, 7).relinearize(5).conjugate(1);
    List<String> told = new ArrayList<>();
    try (NativeClient client = NativeClient.generate(SET, 1)) {
      client.writeEvaluationKeys(
          bundle,
          plan,
          (done, of, bytes) -> {
            told.add(done + "/" + of);
            assertTrue(bytes > 0);
            assertFalse(Files.exists(bundle.resolve("manifest")), "the manifest is written last");
          });
      assertEquals(List.of("1/4", "2/4", "3/4", "4/4"), told);
      try (Stream<Path> files = Files.list(bundle)) {
        assertEquals(5, files.count());
      }
      assertThrows(
          UncheckedIOException.class,
          () -> client.writeEvaluationKeys(bundle, plan, (done, of, bytes) -> {}));
      String manifest = Files.readString(bundle.resolve("manifest"), StandardCharsets.US_ASCII);
      assertTrue(manifest.contains("key-id " + client.keyId()), manifest);
      KeyPlan far = new KeyPlan().rotate(512, 1);
      assertThrows(
          IllegalArgumentException.class,
          () -> client.writeEvaluationKeys(folder.resolve("far"), far, (done, of, bytes) -> {}));
    }
    try (NativeEvaluator evaluator = NativeEngine.open(bundle, 1)) {
      try (Stream<Path> files = Files.list(bundle)) {
        long bytes =
            files
                .filter(f -> f.toString().endsWith(".key"))
                .mapToLong(f -> f.toFile().length())
                .sum();
        assertEquals(bytes, evaluator.keyBytes());
      }
      assertEquals(0, evaluator.keysLoaded());
    }
    String digest = sha256(Files.readAllBytes(bundle.resolve("manifest")));
    NativeEngine.open(bundle, digest, DeviceSpec.cpu(1)).close();
    String other = digest.replaceFirst(".", digest.startsWith("0") ? "1" : "0");
    HeFormatException refused =
        assertThrows(
            HeFormatException.class, () -> NativeEngine.open(bundle, other, DeviceSpec.cpu(1)));
    assertTrue(refused.getMessage().contains(other + ", actual " + digest), refused.getMessage());
    try (Stream<Path> files = Files.list(bundle)) {
      files
          .filter(file -> file.toString().endsWith(".key"))
          .forEach(file -> file.toFile().delete());
    }
    assertThrows(UncheckedIOException.class, () -> NativeEngine.open(bundle, 1));
    try (NativeEvaluator evaluator = NativeEngine.openWithoutKeys(bundle, digest, 1);
        Ciphertext zero = evaluator.zero(1);
        Ciphertext sum = evaluator.add(zero, zero)) {
      assertEquals(0, evaluator.keyBytes());
      assertThrows(HeMissingKeyException.class, () -> evaluator.rotate(sum, 1));
    }
    assertThrows(HeFormatException.class, () -> NativeEngine.openWithoutKeys(bundle, other, 1));
    Files.delete(bundle.resolve("manifest"));
    UncheckedIOException unfinished =
        assertThrows(UncheckedIOException.class, () -> NativeEngine.open(bundle, 1));
    assertTrue(unfinished.getMessage().contains("manifest"), unfinished.getMessage());
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aSecretKeyThatOthersMayRead_isRefused() throws IOException {
    Path file = folder.resolve("secret");
    try (NativeClient client = NativeClient.insecureGenerate(SET, 1, 1)) {
      client.saveSecretKey(file);
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    HeSecurityException refused =
        assertThrows(HeSecurityException.class, () -> NativeClient.load(file, 1));
    assertTrue(refused.getMessage().contains("actual mode 640"), refused.getMessage());
    assertThrows(HeSecurityException.class, () -> NativeClient.insecureGenerate("n16_l12", 1, 1));
  }

  @Test
  void manifestOfABundle_tellsWhichPlannedKeysItLacks() throws IOException {
    Path bundle = folder.resolve("keys");
    KeyPlan plan = new KeyPlan().rotate(3, 2).rotate(100, 7).relinearize(5).conjugate(1);
    Parameters parameters;
    String keyId;
    try (NativeClient client = NativeClient.generate(SET, 1)) {
      client.writeEvaluationKeys(bundle, plan, (done, of, bytes) -> {});
      parameters = client.parameters();
      keyId = client.keyId();
    }
    byte[] bytes = Files.readAllBytes(bundle.resolve(KeyBundleManifest.NAME));
    KeyBundleManifest manifest = KeyBundleManifest.parse("keys", bytes);
    assertEquals(keyId, manifest.keyId());
    assertEquals(SET, manifest.parameterSet());
    assertEquals("", manifest.missing(plan, parameters));
    assertEquals("", manifest.missing(new KeyPlan().rotate(100, 6), parameters));
    KeyPlan more = new KeyPlan().rotate(3, 3).rotate(4, 0).relinearize(6).conjugate(2).bootstrap();
    assertEquals(
        "relinearization at level 6, conjugation at level 2, bootstrapping, rotation by 3 at level"
            + " 3, rotation by 4 at level 0",
        manifest.missing(more, parameters));
    assertTrue(
        manifest.missing(more.rotate(5, 1).rotate(6, 1), parameters).endsWith(" and 2 more"));
    String sparse = manifest.missing(new KeyPlan().bootstrap(64), parameters);
    assertTrue(sparse.contains("bootstrapping, rotation by 1 at level"), sparse);
    for (int at = 0; at < bytes.length; at += 13) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 1;
      assertThrows(
          HeFormatException.class, () -> KeyBundleManifest.parse("keys", damaged), "byte " + at);
    }
  }

  @Test
  void publicKey_encryptsForTheSecretOne() {
    Path file = folder.resolve("public.key");
    try (NativeClient client = NativeClient.generate(SET, 1)) {
      client.savePublicKey(file);
      try (NativeEncryptor encryptor = NativeEncryptor.load(file, 1)) {
        assertEquals(client.keyId(), encryptor.keyId());
        assertEquals(client.parameters(), encryptor.parameters());
        assertArrayEquals(VALUES, first(client.decrypt(encryptor.encrypt(VALUES, 3))), 0x1p-24);
      }
    }
  }

  @Test
  void closedClient_throws_andNothingIsLeft() {
    long before = OwnerLibrary.liveObjects();
    NativeClient client = NativeClient.insecureGenerate(SET, 1, 1);
    byte[] ciphertext = client.encrypt(VALUES, 1);
    client.close();
    client.close();
    assertThrows(IllegalStateException.class, () -> client.encrypt(VALUES, 1));
    assertThrows(IllegalStateException.class, () -> client.decrypt(ciphertext));
    assertThrows(IllegalStateException.class, () -> client.saveSecretKey(folder.resolve("x")));
    assertEquals(before, OwnerLibrary.liveObjects());
  }

  @Test
  void decrypt_ofALiveCiphertext() {
    try (NativeFixture fixture = new NativeFixture(1, new KeyPlan());
        Ciphertext x = fixture.encrypt(VALUES, 2)) {
      assertArrayEquals(
          VALUES, first(fixture.client().decrypt(fixture.evaluator(), x)), fixture.tolerance());
    }
  }

  @Test
  void keysOfSingleCiphertexts_bootstrapAllSlots_andNoPairs() {
    int slots = NativeParameters.named(SET).slotCount();
    try (NativeFixture fixture = new NativeFixture(1, new KeyPlan().bootstrap(slots));
        NativeFixture pairs = new NativeFixture(1, new KeyPlan().bootstrap())) {
      double[] values = fixture.random(5);
      for (NativeFixture each : List.of(fixture, pairs)) {
        try (Ciphertext x = each.encrypt(values, 3);
            Ciphertext fresh = each.evaluator().bootstrap(x)) {
          assertEquals(15, fresh.level());
          double[] actual = each.client().decrypt(each.evaluator(), fresh);
          assertArrayEquals(values, actual, each.bootstrapTolerance());
        }
      }
      try (Ciphertext x = fixture.encrypt(values, 3)) {
        assertEquals(
            "expected the keys of pairs of all slots, actual those of single ciphertexts",
            assertThrows(HeMissingKeyException.class, () -> fixture.evaluator().bootstrapPair(x, x))
                .getMessage());
      }
    }
  }

  /** The planner tells sizes before any key exists. */
  @Test
  void sizesOfParameters_areThoseOfTheFiles() throws IOException {
    try (NativeClient client = NativeClient.insecureGenerate(SET, 1, 1)) {
      Parameters p = client.parameters();
      for (int level : new int[] {0, 7, 8, 15}) {
        AtomicLong bytes = new AtomicLong();
        Path keys = folder.resolve("level " + level);
        client.writeEvaluationKeys(
            keys, new KeyPlan().rotate(1, level), (done, of, written) -> bytes.addAndGet(written));
        assertEquals(bytes.get(), p.storedKeyBytes(level));
        assertEquals(Files.size(keys.resolve("galois_5.key")), p.storedKeyBytes(level));
        try (NativeEvaluator evaluator = NativeEngine.open(keys, 1)) {
          long before = evaluator.bytesInUse();
          byte[] fresh = client.encrypt(VALUES, level);
          Ciphertext x = evaluator.deserialize(fresh);
          long one = evaluator.bytesInUse();
          assertEquals(p.ciphertextBytes(level), one - before);
          assertHeader(fresh.length - p.storedFreshCiphertextBytes(level));
          assertHeader(evaluator.serialize(x).length - p.storedCiphertextBytes(level));
          evaluator.rotate(x, 1).close();
          assertTrue(evaluator.bytesInUse() - one >= p.keyBytes(level), "the key is in memory");
          x.close();
        }
      }
      for (int slots : new int[] {0, p.slotCount(), p.slotCount() / 4}) {
        AtomicLong bootstrap = new AtomicLong();
        client.writeEvaluationKeys(
            folder.resolve("bootstrap " + slots),
            slots == 0 ? new KeyPlan().bootstrap() : new KeyPlan().bootstrap(slots),
            (done, of, written) -> bootstrap.addAndGet(written));
        assertEquals(
            bootstrap.get(),
            (slots == 0 ? p.bootstrapKeyBytes() : p.bootstrapKeyBytes(slots)).getAsLong());
      }
    }
    Parameters secure = NativeParameters.named("n16_l12");
    assertEquals(7, secure.specialPrimes());
    assertEquals(2, secure.digits(12));
    assertEquals(2.26e9, secure.bootstrapKeyBytes().getAsLong(), 5e6); // docs/formats.md
    assertEquals(2.10e9, secure.bootstrapKeyBytes(secure.slotCount()).getAsLong(), 5e6);
    assertEquals(0, secure.keyBytes(-1));
  }

  private static void assertHeader(long bytes) {
    assertTrue(bytes > 0 && bytes < 250, "header and digest of " + bytes + " bytes");
  }

  @Test
  void parameters_areTheSetsNumbers_andSurviveSerialisation() throws Exception {
    Parameters p = NativeParameters.named("n16_l12");
    assertEquals(1 << 15, p.slotCount());
    assertEquals(128, p.securityBits());
    assertTrue(p.logQp() <= 1746 && p.logQp() > 1600, "log QP " + p.logQp());
    assertEquals(12, p.usableLevels());
    assertEquals(p.bootstrapOutputLevel(), p.maxLevel());
    assertEquals(42, Math.log(p.scale(7)) / Math.log(2), 1e-4);
    assertTrue(p.hash().matches("[0-9a-f]{64}"), p.hash());
    assertTrue(NativeParameters.named(SET).isInsecure());
    assertEquals(0, NativeParameters.named(SET).securityBits());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(p);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertEquals(p, in.readObject());
    }
  }
}
