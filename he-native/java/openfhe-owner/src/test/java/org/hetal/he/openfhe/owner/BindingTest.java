package org.hetal.he.openfhe.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.hetal.he.HeException;
import org.hetal.he.HeFormatException;
import org.hetal.he.HeLevelException;
import org.hetal.he.HeMissingKeyException;
import org.hetal.he.HeScaleException;
import org.hetal.he.HeSecurityException;
import org.hetal.he.library.NativeHandle;
import org.hetal.he.openfhe.CkksCiphertext;
import org.hetal.he.openfhe.CkksContext;
import org.hetal.he.openfhe.CkksLinearTransform;
import org.hetal.he.openfhe.CkksPlaintext;
import org.hetal.he.openfhe.CkksPublicKey;
import org.hetal.he.openfhe.CkksSettings;
import org.hetal.he.openfhe.CkksSettings.Secret;
import org.hetal.he.openfhe.Envelope;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.he.openfhe.OpenFheException;
import org.hetal.he.openfhe.RnsCiphertext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@OpenFheTest
class BindingTest {
  private static final int SLOTS = 512;
  private static final CkksSettings TOY =
      new CkksSettings(2 * SLOTS, 5, 50, 60, 3, Secret.UNIFORM_TERNARY, 0);

  private static CkksContext context;
  private static CkksSecretKey.Pair keys;
  private static final double[] X = random(1);
  private static final double[] Y = random(2);
  private static CkksCiphertext x;
  private static CkksCiphertext y;

  @BeforeAll
  static void makeKeys() {
    context = CkksContext.create(TOY);
    keys = CkksSecretKey.generate(context);
    keys.secretKey().generateRelinearizationKey();
    keys.secretKey().generateRotationKeys(1, -2, 7);
    keys.secretKey().generateConjugationKey();
    x = encrypted(X, 5);
    y = encrypted(Y, 5);
  }

  @AfterAll
  static void nothingIsLeft() {
    x.close();
    y.close();
    keys.close();
    context.close();
    context.close();
    assertEquals(0, OpenFhe.staticEntries());
    System.gc();
    assertEquals(0, NativeHandle.leaks());
  }

  private static double[] random(long seed) {
    Random random = new Random(seed);
    return random.doubles(SLOTS, -1, 1).toArray();
  }

  private static CkksCiphertext encrypted(double[] values, int level) {
    try (CkksPlaintext plain = context.encode(values, level)) {
      return context.encrypt(keys.publicKey(), plain);
    }
  }

  private static double worst(CkksCiphertext actual, double[] expected) {
    return worst(keys.secretKey(), actual, expected);
  }

  private static double worst(CkksSecretKey secret, CkksCiphertext actual, double[] expected) {
    double[] slots = secret.decrypt(actual);
    double worst = 0;
    for (int i = 0; i < SLOTS; i++) {
      worst = Math.max(worst, Math.hypot(slots[i] - expected[i], slots[SLOTS + i]));
    }
    return worst;
  }

  private static void assertNoise(CkksCiphertext actual, double[] expected) {
    try (actual) {
      double error = worst(actual, expected);
      assertTrue(error < 0x1p-28 && error > 0x1p-52, "error " + error);
    }
  }

  private static double[] map(java.util.function.IntToDoubleFunction f) {
    double[] out = new double[SLOTS];
    Arrays.setAll(out, f);
    return out;
  }

  @Test
  void version_isTheOneCompiledWith() {
    assertTrue(OpenFhe.version().matches("1\\.[4-9]\\d*\\.\\d+"), OpenFhe.version());
    assertTrue(OpenFhe.setThreads(1) >= 1);
    assertThrows(IllegalArgumentException.class, () -> OpenFhe.setThreads(0));
  }

  @Test
  void linearOperations() {
    assertNoise(context.add(x, y), map(i -> X[i] + Y[i]));
    assertNoise(context.sub(x, y), map(i -> X[i] - Y[i]));
    assertNoise(context.negate(x), map(i -> -X[i]));
    assertNoise(context.add(x, -0.75), map(i -> X[i] - 0.75));
    assertNoise(context.multiplyInteger(x, -3), map(i -> -3 * X[i]));
    try (CkksPlaintext plain = context.encode(Y, 5)) {
      assertNoise(context.add(x, plain), map(i -> X[i] + Y[i]));
      assertNoise(context.sub(x, plain), map(i -> X[i] - Y[i]));
    }
    try (CkksCiphertext once = context.multiplyByI(x)) {
      assertNoise(context.multiplyByI(once), map(i -> -X[i]));
    }
  }

  @Test
  void multiply_relinearize_rescale() {
    try (CkksCiphertext product = context.multiply(x, y);
        CkksCiphertext small = context.relinearize(product)) {
      assertEquals(3, product.parts());
      assertEquals(2, product.scaleDegree());
      assertEquals(2, small.parts());
      try (CkksCiphertext out = context.rescale(small)) {
        assertEquals(4, out.level());
        assertEquals(1, out.scaleDegree());
        assertTrue(worst(out, map(i -> X[i] * Y[i])) < 0x1p-28);
      }
      assertNoise(context.rescale(product), map(i -> X[i] * Y[i]));
    }
    try (CkksCiphertext product = context.multiply(x, 1.5)) {
      assertNoise(context.rescale(product), map(i -> 1.5 * X[i]));
    }
    try (CkksCiphertext sum = context.multiplySum(List.of(x, y), List.of(y, x))) {
      assertNoise(context.rescale(sum), map(i -> 2 * X[i] * Y[i]));
    }
  }

  @Test
  void rotations_areToTheLeft() {
    assertNoise(context.rotate(x, 1), map(i -> X[(i + 1) % SLOTS]));
    assertNoise(context.rotate(x, -2), map(i -> X[(i + SLOTS - 2) % SLOTS]));
    List<CkksCiphertext> turned = context.rotateAll(x, new int[] {7, 0, 1}, 2);
    assertNoise(turned.get(0), map(i -> X[(i + 7) % SLOTS]));
    assertNoise(turned.get(1), X);
    assertNoise(turned.get(2), map(i -> X[(i + 1) % SLOTS]));
    try (CkksCiphertext imaginary = context.multiplyByI(x);
        CkksCiphertext conjugate = context.conjugate(imaginary)) {
      assertNoise(context.multiplyByI(conjugate), X);
    }
  }

  @Test
  void chebyshevAndWeightedSum() {
    assertNoise(
        context.chebyshev(x, new double[] {0.25, -0.5, 0.125}, -1, 1),
        map(i -> 0.25 - 0.5 * X[i] + 0.125 * (2 * X[i] * X[i] - 1)));
    assertNoise(
        context.weightedSum(List.of(x, y), new double[] {0.5, -2}),
        map(i -> 0.5 * X[i] - 2 * Y[i]));
  }

  @Test
  void sumsAndInnerProducts_runOverTheFollowingSlots() {
    try (CkksSecretKey.Pair pair = CkksSecretKey.generate(context);
        CkksPlaintext plainX = context.encode(X, 3);
        CkksPlaintext plainY = context.encode(Y, 3);
        CkksCiphertext a = context.encrypt(pair.publicKey(), plainX);
        CkksCiphertext b = context.encrypt(pair.publicKey(), plainY)) {
      assertMessage(HeMissingKeyException.class, "rotation by 1", () -> context.sum(a, 4));
      pair.secretKey().generateRotationKeys(1, 2);
      assertMessage(
          HeMissingKeyException.class, "relinearize", () -> context.innerProduct(a, b, 4));
      pair.secretKey().generateRelinearizationKey();
      double[] product = map(i -> X[i] * Y[i]);
      try (CkksCiphertext sum = context.sum(a, 4);
          CkksCiphertext inner = context.innerProduct(a, b, 4);
          CkksCiphertext plain = context.innerProduct(a, plainY, 4)) {
        assertEquals(3, sum.level());
        assertEquals(2, inner.level());
        assertEquals(1, inner.scaleDegree());
        assertEquals(2, plain.level());
        assertTrue(worst(pair.secretKey(), sum, sums(X, 4)) < 0x1p-28);
        assertTrue(worst(pair.secretKey(), inner, sums(product, 4)) < 0x1p-28);
        assertTrue(worst(pair.secretKey(), plain, sums(product, 4)) < 0x1p-28);
      }
      assertMessage(IllegalArgumentException.class, "power of two", () -> context.sum(a, 3));
      assertMessage(
          IllegalArgumentException.class, "actual 1024", () -> context.innerProduct(a, b, 1024));
      assertMessage(HeMissingKeyException.class, "rotation by 4", () -> context.sum(a, 8));
    }
  }

  private static double[] sums(double[] values, int count) {
    return map(
        i ->
            java.util.stream.IntStream.range(i, i + count)
                .mapToDouble(j -> values[j % SLOTS])
                .sum());
  }

  @Test
  void linearTransform_multipliesByTheMatrix() {
    int size = 16;
    double[][] real = new double[size][];
    double[][] imaginary = new double[size][size];
    for (int i = 0; i < size; i++) {
      real[i] = Arrays.copyOfRange(random(10 + i), 0, size);
    }
    imaginary[3][5] = 0.5;
    double[] vector = Arrays.copyOf(Y, size);
    try (CkksSecretKey.Pair pair = CkksSecretKey.generate(context);
        CkksPlaintext plain = context.encode(vector, 3);
        CkksCiphertext a = context.encrypt(pair.publicKey(), plain);
        CkksLinearTransform transform = context.linearTransform(real, imaginary, 3)) {
      assertEquals(16, transform.size());
      assertMessage(HeMissingKeyException.class, "rotation by 1", () -> transform.apply(a));
      pair.secretKey().generateRotationKeys(CkksLinearTransform.rotations(context, size));
      try (CkksCiphertext out = transform.apply(a);
          CkksCiphertext high = context.dropToLevel(x, 4)) {
        assertEquals(2, out.level());
        double[] slots = pair.secretKey().decrypt(out);
        for (int i = 0; i < SLOTS; i++) {
          double expected = 0;
          for (int j = 0; j < size; j++) {
            expected += real[i % size][j] * vector[j];
          }
          assertEquals(expected, slots[i], 0x1p-26);
          assertEquals(i % size == 3 ? 0.5 * vector[5] : 0, slots[SLOTS + i], 0x1p-26);
        }
        assertMessage(
            HeLevelException.class,
            "expected a ciphertext at level 3",
            () -> transform.apply(high));
      }
      transform.close();
      assertMessage(
          IllegalStateException.class, "linear transform is closed", () -> transform.apply(a));
    }
    Assertions.assertArrayEquals(
        new int[] {1, 2, 3, 4, 8, 12}, CkksLinearTransform.rotations(context, 16));
    double[][] ragged = {{1, 0}, {1}};
    assertMessage(
        IllegalArgumentException.class,
        "row 1: expected 2 values, actual 1",
        () -> context.linearTransform(ragged, null, 3));
    assertMessage(
        IllegalArgumentException.class,
        "power of two",
        () -> context.linearTransform(new double[3][3], null, 3));
    assertMessage(
        HeLevelException.class,
        "expected a level of 1 to 5, actual 6",
        () -> context.linearTransform(new double[2][2], null, 6));
    assertMessage(
        IllegalArgumentException.class,
        "finite",
        () -> context.linearTransform(new double[][] {{1, Double.NaN}, {0, 1}}, null, 3));
  }

  /** An OpenFHE with OpenMP keeps the number with each thread; the binding's is the process's. */
  @Test
  void threadCount_holdsForEveryThread() throws Exception {
    int set = OpenFhe.setThreads(1);
    int[] elsewhere = new int[1];
    Thread thread =
        new Thread(
            () -> {
              context.sum(x, 1).close();
              elsewhere[0] = OpenFhe.threads();
            });
    thread.start();
    thread.join();
    assertEquals(1, set);
    assertEquals(1, elsewhere[0]);
  }

  @Test
  void bootstrap_givesLevelsBack() {
    int depth = CkksSettings.bootstrapDepth(2, 2, Secret.SPARSE_ENCAPSULATED) + 4;
    CkksSettings settings =
        new CkksSettings(2 * SLOTS, depth, 59, 60, 3, Secret.SPARSE_ENCAPSULATED, 0);
    try (CkksContext deep = CkksContext.create(settings)) {
      deep.bootstrapSetup(2, 2, 0);
      try (CkksSecretKey.Pair pair = CkksSecretKey.generate(deep);
          CkksPlaintext plain = deep.encode(X, 1);
          CkksCiphertext low = deep.encrypt(pair.publicKey(), plain)) {
        assertThrows(HeMissingKeyException.class, () -> deep.bootstrap(low));
        pair.secretKey().generateRelinearizationKey();
        pair.secretKey().generateBootstrapKeys();
        try (CkksCiphertext fresh = deep.bootstrap(low)) {
          assertEquals(4, fresh.level());
          double[] slots = pair.secretKey().decrypt(fresh);
          double worst = 0;
          for (int i = 0; i < SLOTS; i++) {
            worst = Math.max(worst, Math.abs(slots[i] - X[i]));
          }
          assertTrue(worst < 0x1p-14 && worst > 0x1p-40, "error " + worst);
        }
      }
    }
  }

  @Test
  void everythingSerialises() {
    try (CkksContext other = CkksContext.deserialize(context.serialize());
        CkksPublicKey key = other.deserializePublicKey(keys.publicKey().serialize());
        CkksSecretKey secret = CkksSecretKey.deserialize(other, keys.secretKey().serialize());
        CkksPlaintext plain = other.encode(X, 3);
        CkksCiphertext made = other.encrypt(key, plain)) {
      assertEquals(context.parameterHash(), other.parameterHash());
      assertEquals(keys.secretKey().keyTag(), secret.keyTag());
      byte[] bytes = other.serialize(made);
      Assertions.assertArrayEquals(bytes, other.serialize(made));
      assertNoise(context.deserializeCiphertext(bytes), X);
      assertEquals(1024, secret.coefficients().length);
    }
  }

  @Test
  void keys_survive_theirLastContextAndComeBackFromBytes() {
    CkksSettings settings = new CkksSettings(2 * SLOTS, 3, 45, 60, 2, Secret.UNIFORM_TERNARY, 0);
    byte[] multiplication;
    byte[] rotations;
    byte[] secretBytes;
    byte[] ciphertext;
    try (CkksContext first = CkksContext.create(settings);
        CkksSecretKey.Pair pair = CkksSecretKey.generate(first);
        CkksPlaintext plain = first.encode(X, 3);
        CkksCiphertext a = first.encrypt(pair.publicKey(), plain)) {
      pair.secretKey().generateRelinearizationKey();
      pair.secretKey().generateRotationKeys(5);
      multiplication = first.serializeRelinearizationKeys(pair.secretKey().keyTag());
      rotations = first.serializeRotationKeys(pair.secretKey().keyTag());
      secretBytes = pair.secretKey().serialize();
      ciphertext = first.serialize(a);
    }
    try (CkksContext second = CkksContext.create(settings);
        CkksSecretKey secret = CkksSecretKey.deserialize(second, secretBytes);
        CkksCiphertext a = second.deserializeCiphertext(ciphertext);
        CkksCiphertext square = second.multiply(a, a)) {
      assertThrows(HeMissingKeyException.class, () -> second.relinearize(square));
      assertThrows(HeMissingKeyException.class, () -> second.rotate(a, 5));
      second.loadRelinearizationKeys(multiplication);
      second.loadRotationKeys(rotations);
      try (CkksCiphertext turned = second.rotate(a, 5);
          CkksCiphertext small = second.relinearize(square)) {
        assertEquals(2, small.parts());
        double[] slots = secret.decrypt(turned);
        assertEquals(X[5], slots[0], 0x1p-20);
      }
    }
  }

  @Test
  void secretKey_goesBothWays() {
    byte[] coefficients = keys.secretKey().coefficients();
    try (CkksSecretKey again =
            CkksSecretKey.ofCoefficients(context, coefficients, keys.secretKey().keyTag());
        CkksPlaintext plain = context.encode(Y, 2);
        CkksCiphertext a = again.encrypt(plain)) {
      assertTrue(worst(a, Y) < 0x1p-28);
    }
    coefficients[3] = 2;
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> CkksSecretKey.ofCoefficients(context, coefficients, "t"));
    assertTrue(e.getMessage().contains("actual 2"), e.getMessage());
  }

  @Test
  void residues_goBothWays() {
    RnsCiphertext residues = context.toResidues(x);
    assertEquals(6, residues.moduli().length);
    assertEquals(0x1p50, residues.scale());
    assertNoise(context.fromResidues(residues, keys.secretKey().keyTag()), X);
    residues.parts()[1][77] = residues.moduli()[0];
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> context.fromResidues(residues, keys.secretKey().keyTag()));
    assertTrue(e.getMessage().contains("residue 77 of limb 0"), e.getMessage());
  }

  // ---- bad input ----

  @Test
  void unequalLevelsDegreesAndKeys_throw() {
    try (CkksCiphertext low = context.dropToLevel(x, 2);
        CkksCiphertext product = context.multiply(x, 2.0);
        CkksSecretKey.Pair others = CkksSecretKey.generate(context);
        CkksPlaintext plain = context.encode(X, 5);
        CkksPlaintext lowPlain = context.encode(X, 1);
        CkksCiphertext foreign = context.encrypt(others.publicKey(), plain)) {
      assertMessage(HeLevelException.class, "levels, actual 5 and 2", () -> context.add(x, low));
      assertMessage(
          HeLevelException.class, "levels, actual 5 and 1", () -> context.add(x, lowPlain));
      assertMessage(
          HeScaleException.class, "degrees, actual 1 and 2", () -> context.sub(x, product));
      assertMessage(HeScaleException.class, "actual 2", () -> context.multiply(product, 2.0));
      assertMessage(HeScaleException.class, "actual 1", () -> context.rescale(x));
      assertMessage(
          IllegalArgumentException.class, "different keys", () -> context.add(x, foreign));
      assertMessage(
          IllegalArgumentException.class,
          "under the key",
          () -> {
            keys.secretKey().decrypt(foreign);
            return null;
          });
    }
  }

  @Test
  void levelExhausted_throws() {
    try (CkksCiphertext last = context.dropToLevel(x, 0)) {
      assertMessage(HeLevelException.class, "actual 0", () -> context.multiply(last, 2.0));
      assertMessage(HeLevelException.class, "at least 1, actual 0", () -> context.bootstrap(last));
      assertMessage(
          HeLevelException.class,
          "actual 0",
          () -> context.chebyshev(last, new double[] {0, 1}, -1, 1));
      assertMessage(HeLevelException.class, "0 to 5, actual 6", () -> context.dropToLevel(x, 6));
    }
    assertThrows(HeLevelException.class, () -> context.encode(X, 6));
  }

  @Test
  void missingRotationKey_throwsWithTheStep() {
    assertMessage(HeMissingKeyException.class, "rotation by 3", () -> context.rotate(x, 3));
  }

  @Test
  void threePartsCannotRotate() {
    try (CkksCiphertext product = context.multiply(x, y)) {
      assertMessage(IllegalArgumentException.class, "actual 3", () -> context.rotate(product, 1));
    }
  }

  @Test
  void otherParameters_throw() {
    CkksSettings settings = new CkksSettings(4 * SLOTS, 5, 50, 60, 3, Secret.UNIFORM_TERNARY, 0);
    try (CkksContext other = CkksContext.create(settings)) {
      assertMessage(IllegalArgumentException.class, "of this context", () -> other.add(x, x));
      assertThrows(
          HeFormatException.class, () -> other.deserializeCiphertext(context.serialize(x)));
      assertThrows(
          HeFormatException.class, () -> other.deserializePublicKey(keys.publicKey().serialize()));
    }
  }

  @Test
  void closedHandles_throw() {
    CkksCiphertext closed = context.add(x, y);
    closed.close();
    closed.close();
    assertMessage(
        IllegalStateException.class, "ciphertext is closed", () -> context.add(x, closed));
    CkksContext gone =
        CkksContext.create(new CkksSettings(2 * SLOTS, 2, 40, 50, 1, Secret.UNIFORM_TERNARY, 0));
    gone.close();
    assertThrows(IllegalStateException.class, () -> gone.encode(X, 1));
  }

  @Test
  void settingsThatMakeNoSense_throw() {
    assertThrows(
        HeSecurityException.class,
        () ->
            CkksContext.create(new CkksSettings(1024, 5, 50, 60, 3, Secret.UNIFORM_TERNARY, 128)));
    assertThrows(
        IllegalArgumentException.class,
        () -> CkksContext.create(new CkksSettings(1000, 5, 50, 60, 3, Secret.UNIFORM_TERNARY, 0)));
    assertThrows(
        IllegalArgumentException.class,
        () -> CkksContext.create(new CkksSettings(1024, 5, 61, 60, 3, Secret.UNIFORM_TERNARY, 0)));
    assertThrows(
        IllegalArgumentException.class,
        () -> CkksContext.create(new CkksSettings(1024, -5, 50, 60, 3, Secret.UNIFORM_TERNARY, 0)));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            CkksContext.ofPrimes(
                1024, new long[] {15, 1 << 20}, 40, 1, 50, Secret.UNIFORM_TERNARY));
  }

  @Test
  void badSlots_throw() {
    assertThrows(IllegalArgumentException.class, () -> context.encode(new double[3], 1));
    assertThrows(IllegalArgumentException.class, () -> context.encode(new double[0], 1));
    assertThrows(
        IllegalArgumentException.class, () -> context.encode(new double[] {Double.NaN}, 1));
    assertThrows(IllegalArgumentException.class, () -> context.add(x, Double.POSITIVE_INFINITY));
    assertThrows(IllegalArgumentException.class, () -> context.multiplyInteger(x, 1 << 21));
  }

  @Test
  void whatOpenFheRefuses_isItsOwnException() {
    // No bootstrapSetup: OpenFHE has no precomputation for these slots.
    CkksSettings settings = new CkksSettings(2 * SLOTS, 6, 50, 60, 3, Secret.UNIFORM_TERNARY, 0);
    try (CkksContext other = CkksContext.create(settings);
        CkksSecretKey.Pair pair = CkksSecretKey.generate(other)) {
      OpenFheException e =
          assertThrows(OpenFheException.class, () -> pair.secretKey().generateBootstrapKeys());
      assertTrue(e.getMessage().startsWith("OpenFHE "), e.getMessage());
    }
  }

  /**
   * OpenFHE's readers trust what they read, so nothing that was changed may reach them: the digest
   * before them is all that stands there. A header that does not fit is refused under a right
   * digest, too.
   */
  @Test
  void damagedBytes_areRefusedBeforeOpenFheReadsThem() {
    byte[][] forms = {
      context.serialize(x),
      context.serialize(),
      keys.publicKey().serialize(),
      context.serializeRelinearizationKeys(keys.secretKey().keyTag()),
      context.serializeRotationKeys(keys.secretKey().keyTag())
    };
    Random random = new Random(5);
    for (int round = 0; round < 60; round++) {
      int kind = round % forms.length;
      byte[] bytes = forms[kind].clone();
      if (round % 3 == 0) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
      } else if (round % 3 == 1) {
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      } else {
        // magic, version or kind; of a context any parameter hash is right
        bytes[random.nextInt(8)] ^= (byte) (1 << random.nextInt(8));
        bytes = sealed(bytes);
      }
      byte[] damaged = bytes;
      HeException e =
          assertThrows(
              HeFormatException.class,
              () -> {
                switch (kind) {
                  case 0 -> context.deserializeCiphertext(damaged).close();
                  case 1 -> CkksContext.deserialize(damaged).close();
                  case 2 -> context.deserializePublicKey(damaged).close();
                  case 3 -> context.loadRelinearizationKeys(damaged);
                  default -> context.loadRotationKeys(damaged);
                }
              });
      assertTrue(e.getMessage().contains("expected"), e.getMessage());
      if (round % 3 == 2) {
        assertFalse(e.getMessage().contains("digest"), e.getMessage());
      }
    }
    assertThrows(HeFormatException.class, () -> context.deserializeCiphertext(context.serialize()));
  }

  /** A SHA-256 has no key, so a forger's bytes reach the reader of residues. */
  @Test
  void forgedCiphertexts_areRefusedUnderARightDigest() {
    byte[] good = context.serialize(x);
    Random random = new Random(6);
    int refused = 0;
    for (int round = 0; round < 200; round++) {
      byte[] bytes = good.clone();
      // fields of the payload's header; a change of a residue may be another ciphertext
      int at = Envelope.HEADER_BYTES + random.nextInt(round % 2 == 0 ? 20 : bytes.length - 80);
      bytes[at] ^= (byte) (1 + random.nextInt(255));
      byte[] forged = sealed(bytes);
      try (CkksCiphertext read = context.deserializeCiphertext(forged)) {
        assertEquals(2 * SLOTS, keys.secretKey().decrypt(read).length);
      } catch (HeFormatException e) {
        assertFalse(e.getMessage().contains("digest"), e.getMessage());
        refused++;
      }
    }
    assertTrue(refused >= 90, "refused " + refused);
  }

  /** With the SHA-256 of all bytes before it at its end. */
  private static byte[] sealed(byte[] bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes, 0, bytes.length - 32);
      byte[] out = bytes.clone();
      System.arraycopy(digest.digest(), 0, out, bytes.length - 32, 32);
      return out;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertMessage(
      Class<? extends Throwable> type,
      String part,
      java.util.function.Supplier<? extends AutoCloseable> call) {
    Throwable e = assertThrows(type, call::get);
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }
}
