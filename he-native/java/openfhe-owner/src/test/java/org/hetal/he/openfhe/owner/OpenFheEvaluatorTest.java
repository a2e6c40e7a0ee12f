package org.hetal.he.openfhe.owner;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.HeFormatException;
import org.hetal.he.HeLevelException;
import org.hetal.he.HeMissingKeyException;
import org.hetal.he.KeyBundleManifest;
import org.hetal.he.KeyPlan;
import org.hetal.he.Parameters;
import org.hetal.he.Plaintext;
import org.hetal.he.openfhe.Envelope;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.he.openfhe.OpenFheBackend;
import org.hetal.he.openfhe.OpenFheEvaluator;
import org.hetal.he.openfhe.OpenFheParameters;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
@OpenFheTest
class OpenFheEvaluatorTest {
  private static final String SET = "insecure_openfhe_n10_l13";
  @TempDir private static Path directory;

  /** A step that no bootstrap takes, planned for a low level: its key is cut. */
  private static final int SHORT = 77;

  /** One that a bootstrap takes, too. */
  private static final int SHARED = 16;

  private static OpenFheClient client;
  private static OpenFheEvaluator evaluator;
  private static int slots;

  @BeforeAll
  static void makeKeys() {
    client = OpenFheClient.generate(SET);
    slots = client.parameters().slotCount();
    KeyPlan plan =
        new KeyPlan()
            .rotate(1, 15)
            .rotate(2, 3)
            .rotate(SHORT, 3)
            .rotate(SHARED, 3)
            .relinearize(15)
            .conjugate(15)
            .bootstrap();
    client.writeEvaluationKeys(directory.resolve("keys"), plan, (done, of, bytes) -> {});
    evaluator = OpenFheEvaluator.open(directory.resolve("keys"), 2);
  }

  @AfterAll
  static void nothingIsLeft() {
    evaluator.close();
    client.close();
    assertEquals(0, OpenFhe.staticEntries());
  }

  private static double[] random(long seed, double bound) {
    return new Random(seed).doubles(slots, -bound, bound).toArray();
  }

  private static Ciphertext encrypted(double[] values, int level) {
    return evaluator.deserialize(client.encrypt(values, level));
  }

  private static double worst(Ciphertext a, double[] expected) {
    double[] actual = client.decryptComplex(evaluator.serialize(a));
    double worst = 0;
    for (int i = 0; i < slots; i++) {
      worst = Math.max(worst, Math.hypot(actual[i] - expected[i], actual[slots + i]));
    }
    return worst;
  }

  @Test
  void parameters_leaveThirteenLevels() throws Exception {
    OpenFheParameters parameters = evaluator.parameters();
    assertEquals(13, parameters.usableLevels());
    assertTrue(parameters.isInsecure());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new ObjectOutputStream(bytes).writeObject(parameters);
    Object again =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
    assertEquals(parameters, again);
  }

  @Test
  void withoutKeys_addsAndRefusesTheRest(@TempDir Path folder) throws Exception {
    Files.copy(directory.resolve("keys/manifest"), folder.resolve("manifest"));
    byte[] one = client.encrypt(random(3, 1), 2);
    try (Evaluator without = new OpenFheBackend().openWithoutKeys(folder, null, SET, 1);
        Ciphertext a = without.deserialize(one);
        Ciphertext sum = without.add(a, a);
        Ciphertext b = evaluator.deserialize(one);
        Ciphertext expected = evaluator.add(b, b)) {
      assertArrayEquals(evaluator.serialize(expected), without.serialize(sum));
      assertThrows(HeMissingKeyException.class, () -> without.rotate(sum, 2));
    }
  }

  @Test
  void keys_haveTheDigitsOfTheirLevel_andNoneIsMadeTwice() throws Exception {
    double[] x = random(9, 1);
    double[] expected = new double[slots];
    try (Ciphertext a = encrypted(x, 3);
        Ciphertext above = encrypted(x, 4)) {
      for (int step : new int[] {SHORT, SHARED}) {
        Arrays.setAll(expected, i -> x[(i + step) % slots]);
        try (Ciphertext turned = evaluator.rotate(a, step)) {
          double error = worst(turned, expected);
          assertTrue(error < 0x1p-30 && error > 0x1p-55, "error " + error);
        }
        assertThrows(HeMissingKeyException.class, () -> evaluator.rotate(above, step));
      }
    }
    List<Long> sizes;
    try (var files = Files.list(directory.resolve("keys"))) {
      sizes =
          files
              .filter(file -> file.toString().endsWith(".key"))
              .map(file -> file.toFile().length())
              .sorted()
              .toList();
    }
    long whole = sizes.get(sizes.size() - 1);
    // The least is that of the sparse secret, which has two limbs. One digit of three: rotations by
    // 2 and SHORT; two: by
    // 1. A bootstrap's keys are whole, the one by SHARED among them.
    List<Long> digits = sizes.stream().map(size -> Math.round(3.0 * size / whole)).toList();
    assertEquals(List.of(0L, 1L, 1L, 2L, 3L), digits.subList(0, 5), sizes.toString());
  }

  @Test
  void bootstrap_keepsTheRealPartWithinTheBound() {
    double[] x = random(1, 2);
    double[] y = random(2, 2);
    try (Ciphertext a = encrypted(x, 2);
        Ciphertext b = encrypted(y, 2);
        Ciphertext fresh = evaluator.bootstrap(a)) {
      assertEquals(15, fresh.level());
      double error = worst(fresh, x);
      assertTrue(error < 0x1p-14 && error > 0x1p-40, "error " + error);
      List<Ciphertext> both = evaluator.bootstrapPair(a, b);
      assertTrue(worst(both.get(0), x) < 0x1p-14);
      assertTrue(worst(both.get(1), y) < 0x1p-14);
      both.forEach(Ciphertext::close);
    }
    try (Ciphertext low = encrypted(x, 1)) {
      HeLevelException e = assertThrows(HeLevelException.class, () -> evaluator.bootstrap(low));
      assertTrue(e.getMessage().contains("at least 2, actual 1"), e.getMessage());
    }
  }

  @Test
  void multiplyRotated_sumsMaskedRotations() {
    double[] x = random(3, 1);
    double[] mask = new double[slots];
    Arrays.setAll(mask, i -> i % 4 == 0 ? 1 : 0);
    try (Ciphertext a = encrypted(x, 14);
        Plaintext plain = evaluator.encode(mask, 14)) {
      List<Ciphertext> out =
          evaluator.multiplyRotated(
              a, new int[] {0, 1}, List.of(List.of(plain, plain), Arrays.asList(null, plain)));
      double[] both = new double[slots];
      double[] one = new double[slots];
      for (int i = 0; i < slots; i += 4) {
        both[i] = x[i] + x[i + 1];
        one[i] = x[i + 1];
      }
      try (Ciphertext first = evaluator.rescale(out.get(0));
          Ciphertext second = evaluator.rescale(out.get(1))) {
        assertTrue(worst(first, both) < 0x1p-28);
        assertTrue(worst(second, one) < 0x1p-28);
      }
      out.forEach(Ciphertext::close);
      assertThrows(
          IllegalArgumentException.class,
          () -> evaluator.multiplyRotated(a, new int[] {0, 1}, List.of(Arrays.asList(null, null))));
    }
  }

  @Test
  void threads_doNotChangeBytes() {
    double[] x = random(4, 1);
    byte[] one;
    byte[] three;
    byte[] input = client.encrypt(x, 14);
    try (OpenFheEvaluator other = OpenFheEvaluator.open(directory.resolve("keys"), 1);
        Ciphertext a = other.deserialize(input);
        Ciphertext sum = other.rotateSum(a, new int[] {0, 1})) {
      one = other.serialize(sum);
    }
    try (OpenFheEvaluator other = OpenFheEvaluator.open(directory.resolve("keys"), 3);
        Ciphertext a = other.deserialize(input);
        Ciphertext sum = other.rotateSum(a, new int[] {0, 1})) {
      three = other.serialize(sum);
    }
    assertArrayEquals(one, three);
  }

  @Test
  void rotationOutsideThePlan_throws() {
    try (Ciphertext high = encrypted(random(5, 1), 14)) {
      HeMissingKeyException absent =
          assertThrows(HeMissingKeyException.class, () -> evaluator.rotate(high, 3));
      assertTrue(absent.getMessage().contains("rotation by 3"), absent.getMessage());
      HeMissingKeyException tooHigh =
          assertThrows(HeMissingKeyException.class, () -> evaluator.rotate(high, 2));
      assertTrue(tooHigh.getMessage().contains("up to level 3"), tooHigh.getMessage());
    }
  }

  @Test
  void secretKey_isPrivateRefusesToOverwriteAndComesBack() throws Exception {
    Path file = directory.resolve("secret.key");
    client.saveSecretKey(file);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertThrows(UncheckedIOException.class, () -> client.saveSecretKey(file));
    double[] x = random(6, 1);
    try (OpenFheClient again = OpenFheClient.load(file)) {
      assertEquals(client.keyId(), again.keyId());
      double[] decrypted = again.decrypt(client.encrypt(x, 3));
      assertArrayEquals(x, decrypted, 0x1p-28);
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Path damaged = directory.resolve("damaged.key");
    Files.write(damaged, bytes);
    Files.setPosixFilePermissions(damaged, PosixFilePermissions.fromString("rw-------"));
    assertThrows(HeFormatException.class, () -> OpenFheClient.load(damaged));
    Files.write(damaged, Arrays.copyOf(bytes, 10));
    Files.setPosixFilePermissions(damaged, PosixFilePermissions.fromString("rw-------"));
    assertThrows(HeFormatException.class, () -> OpenFheClient.load(damaged));
  }

  @Test
  void aBundleWithAnotherManifest_isRefused() throws Exception {
    Path keys = directory.resolve("keys");
    byte[] manifest = Files.readAllBytes(keys.resolve(KeyBundleManifest.NAME));
    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(manifest));
    OpenFheEvaluator.open(keys, digest, 1).close();
    String other = digest.replaceFirst(".", digest.startsWith("0") ? "1" : "0");
    HeFormatException refused =
        assertThrows(HeFormatException.class, () -> OpenFheEvaluator.open(keys, other, 1));
    assertTrue(refused.getMessage().contains(other + ", actual " + digest), refused.getMessage());
  }

  /** Replaces the manifest by a text with the right digest; the bundle. */
  private static Path resealed(Path bundle, String manifest) throws Exception {
    String text = manifest.substring(0, manifest.lastIndexOf("digest "));
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    Files.writeString(
        bundle.resolve("manifest"), text + "digest " + HexFormat.of().formatHex(digest) + "\n");
    return bundle;
  }

  @Test
  void damagedBundle_isRefused() throws Exception {
    Path copy = directory.resolve("copy");
    Files.createDirectories(copy);
    try (var files = Files.list(directory.resolve("keys"))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    Path key = copy.resolve("rotations_1.key");
    byte[] bytes = Files.readAllBytes(key);
    bytes[bytes.length / 3] ^= 4;
    Files.write(key, bytes);
    assertThrows(HeFormatException.class, () -> OpenFheEvaluator.open(copy, 1));
    // A right digest of its own does not help: the manifest says another.
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    sha.update(bytes, 0, bytes.length - Envelope.TRAILER_BYTES);
    System.arraycopy(sha.digest(), 0, bytes, bytes.length - 32, 32);
    Files.write(key, bytes);
    HeFormatException forged =
        assertThrows(HeFormatException.class, () -> OpenFheEvaluator.open(copy, 1));
    assertTrue(forged.getMessage().contains("as the manifest says"), forged.getMessage());
    Files.write(key, new byte[bytes.length + 1]);
    forged = assertThrows(HeFormatException.class, () -> OpenFheEvaluator.open(copy, 1));
    assertTrue(forged.getMessage().contains("actual more"), forged.getMessage());
    Files.delete(key);
    Files.createSymbolicLink(key, directory.resolve("keys/rotations_1.key"));
    assertThrows(UncheckedIOException.class, () -> OpenFheEvaluator.open(copy, 1));
    Files.delete(key);
    assertThrows(UncheckedIOException.class, () -> OpenFheEvaluator.open(copy, 1));
    String manifest = Files.readString(copy.resolve("manifest"));
    Files.writeString(copy.resolve("manifest"), manifest.replace("rotation 2 3", "rotation 2 9"));
    assertThrows(HeFormatException.class, () -> OpenFheEvaluator.open(copy, 1));
    // Whoever writes a manifest also writes its digest.
    HeFormatException unknown =
        assertThrows(
            HeFormatException.class,
            () -> OpenFheEvaluator.open(resealed(copy, manifest.replace(SET, "openfhe_n9_l1")), 1));
    assertTrue(
        unknown.getMessage().startsWith(copy.resolve("manifest") + ": parameter set: expected"),
        unknown.getMessage());
    assertTrue(unknown.getMessage().endsWith("actual openfhe_n9_l1"), unknown.getMessage());
    HeFormatException other =
        assertThrows(
            HeFormatException.class,
            () ->
                OpenFheEvaluator.open(
                    resealed(copy, manifest.replace(SET, "insecure_openfhe_n10_l5")), 1));
    assertTrue(other.getMessage().contains("manifest: parameters: expected"), other.getMessage());
    byte[] noText = manifest.getBytes(StandardCharsets.UTF_8);
    noText[20] = (byte) 0xff;
    Files.write(copy.resolve("manifest"), noText);
    assertThrows(HeFormatException.class, () -> OpenFheEvaluator.open(copy, 1));
    assertThrows(
        UncheckedIOException.class, () -> OpenFheEvaluator.open(directory.resolve("none"), 1));
  }

  @Test
  void manifestOfABundle_tellsWhichPlannedKeysItLacks() throws Exception {
    byte[] bytes = Files.readAllBytes(directory.resolve("keys").resolve(KeyBundleManifest.NAME));
    KeyBundleManifest manifest = KeyBundleManifest.parse("keys", bytes);
    Parameters parameters = client.parameters();
    assertEquals(client.keyId(), manifest.keyId());
    KeyPlan fewer = new KeyPlan().rotate(SHORT, 3).rotate(1, 15).conjugate(15).bootstrap();
    assertEquals("", manifest.missing(fewer, parameters));
    KeyPlan others = new KeyPlan().rotate(SHORT, 4).rotate(3, 1).relinearize(16);
    assertEquals(
        "relinearization at level 16, rotation by 3 at level 1, rotation by 77 at level 4",
        manifest.missing(others, parameters));
  }

  @Test
  void unknownSet_throwsWithTheKnownOnes() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> OpenFheClient.generate("n99"));
    assertTrue(e.getMessage().contains(SET), e.getMessage());
  }
}
