package org.hetal.he.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.HeFormatException;
import org.hetal.he.HeLevelException;
import org.hetal.he.HeScaleException;
import org.hetal.he.Plaintext;
import org.hetal.he.Scope;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;

/** What every {@link Evaluator} promises; each implementation runs it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EvaluatorConformance {
  static final int LEVEL = 6;

  EvaluatorFixture fixture;
  Evaluator evaluator;
  Scope scope;

  abstract EvaluatorFixture open();

  @BeforeAll
  void openFixture() {
    fixture = open();
    evaluator = fixture.evaluator();
  }

  @AfterAll
  void closeFixture() {
    fixture.close();
  }

  @BeforeEach
  void openScope() {
    scope = new Scope();
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  // ---- helpers ----

  Slots slots(long seed) {
    return Slots.real(fixture.random(seed));
  }

  Slots complexSlots(long seed) {
    return new Slots(fixture.random(seed), fixture.random(seed + 1000));
  }

  Ciphertext encrypt(Slots a, int level) {
    Ciphertext real = scope.own(fixture.encrypt(a.re(), level));
    if (Arrays.stream(a.im()).allMatch(x -> x == 0)) {
      return real;
    }
    Ciphertext imaginary = scope.own(fixture.encrypt(a.im(), level));
    return keep(evaluator.add(real, keep(evaluator.multiplyByI(imaginary))));
  }

  Plaintext encode(Slots a, int level) {
    return scope.own(evaluator.encode(a.re(), a.im(), level));
  }

  Ciphertext keep(Ciphertext a) {
    return scope.own(a);
  }

  /** Scale degree 2 or three parts are brought down first. */
  Ciphertext reduced(Ciphertext a) {
    Ciphertext two = a.parts() == 3 ? keep(evaluator.relinearize(a)) : a;
    return two.scaleDegree() == 2 ? keep(evaluator.rescale(two)) : two;
  }

  void assertSlots(Slots expected, Ciphertext actual, double tolerance) {
    double[] slots = fixture.decryptComplex(reduced(keep(actual)));
    int n = slots.length / 2;
    assertArrayEquals(expected.re(), Arrays.copyOf(slots, n), tolerance, "real parts");
    assertArrayEquals(expected.im(), Arrays.copyOfRange(slots, n, 2 * n), tolerance, "imaginary");
  }

  void assertSlots(Slots expected, Ciphertext actual) {
    assertSlots(expected, actual, fixture.tolerance());
  }

  static void assertShape(int level, int scaleDegree, int parts, Ciphertext actual) {
    assertEquals(
        List.of(level, scaleDegree, parts),
        List.of(actual.level(), actual.scaleDegree(), actual.parts()),
        "level, scale degree, parts");
  }

  /** The message must give every value. */
  static <E extends Exception> void assertThrowsWith(
      Class<E> type, Executable body, Object... values) {
    String message = assertThrows(type, body).getMessage();
    for (Object value : values) {
      assertTrue(
          message.matches("(?s).*(?<![0-9])" + value + "(?![0-9]).*"),
          "expected " + value + " in: " + message);
    }
  }

  // ---- encryption, encoding ----

  @Test
  void decrypt_undoesEncrypt_atEveryLevel() {
    for (int level = 0; level <= evaluator.parameters().maxLevel(); level++) {
      Slots a = slots(level);
      Ciphertext x = encrypt(a, level);
      assertShape(level, 1, 2, x);
      assertSlots(a, x);
    }
  }

  @Test
  void encode_repeatsShortArrays() {
    for (int period = 1; period <= fixture.slots(); period *= 4) {
      double[] values = Arrays.copyOf(fixture.random(3), period);
      double[] repeated = new double[fixture.slots()];
      for (int i = 0; i < repeated.length; i++) {
        repeated[i] = values[i % period];
      }
      try (Plaintext p = evaluator.encode(values, LEVEL)) {
        assertEquals(LEVEL, p.level());
        Slots a = complexSlots(4);
        Ciphertext x = encrypt(a, LEVEL);
        assertSlots(a.plus(Slots.real(repeated), 1), evaluator.add(x, p));
        assertSlots(a.plus(Slots.real(repeated), -1), evaluator.sub(x, p));
        assertSlots(a.times(Slots.real(repeated)), evaluator.multiply(x, p));
      }
    }
  }

  @Test
  void encode_badInput_throws() {
    Class<IllegalArgumentException> bad = IllegalArgumentException.class;
    assertThrowsWith(bad, () -> evaluator.encode(new double[3], LEVEL), 3);
    assertThrows(bad, () -> evaluator.encode(new double[0], LEVEL));
    assertThrowsWith(
        bad, () -> evaluator.encode(new double[2 * fixture.slots()], LEVEL), fixture.slots());
    assertThrows(bad, () -> evaluator.encode(new double[] {1, Double.NaN}, LEVEL));
    assertThrows(bad, () -> evaluator.encode(new double[] {Double.POSITIVE_INFINITY}, LEVEL));
    assertThrowsWith(bad, () -> evaluator.encode(new double[2], new double[4], LEVEL), 2, 4);
    int above = evaluator.parameters().maxLevel() + 1;
    assertThrowsWith(HeLevelException.class, () -> evaluator.encode(new double[1], above), above);
    assertThrowsWith(HeLevelException.class, () -> evaluator.encode(new double[1], -1), -1);
    assertThrowsWith(HeLevelException.class, () -> evaluator.zero(above), above);
  }

  // ---- linear ----

  @Test
  void linearOperations_actOnSlots_withoutLevel() {
    Slots a = complexSlots(1);
    Slots b = complexSlots(2);
    Ciphertext x = encrypt(a, LEVEL);
    Ciphertext y = encrypt(b, LEVEL);
    Slots i = new Slots(new double[fixture.slots()], fixture.random(0));
    Arrays.fill(i.im(), 1);
    Slots ones = new Slots(i.im(), i.re());
    assertSlots(a.plus(b, 1), evaluator.add(x, y));
    assertSlots(a.plus(b, -1), evaluator.sub(x, y));
    assertSlots(a.scaled(-1), evaluator.negate(x));
    assertSlots(a.plus(ones, -0.375), evaluator.add(x, -0.375));
    assertSlots(a.scaled(-5), evaluator.multiplyInteger(x, -5), 5 * fixture.tolerance());
    assertSlots(a.scaled(0), evaluator.multiplyInteger(x, 0));
    assertSlots(a.times(i), evaluator.multiplyByI(x));
    for (Ciphertext z :
        List.of(
            keep(evaluator.add(x, y)),
            keep(evaluator.negate(x)),
            keep(evaluator.add(x, 1)),
            keep(evaluator.multiplyInteger(x, 3)),
            keep(evaluator.multiplyByI(x)))) {
      assertShape(LEVEL, 1, 2, z);
    }
    assertSlots(Slots.real(new double[fixture.slots()]), evaluator.zero(3));
    assertShape(3, 1, 2, keep(evaluator.zero(3)));
  }

  @Test
  void additions_acceptAnyPartsAndEqualScaleDegrees() {
    Slots a = complexSlots(1);
    Slots b = complexSlots(2);
    Ciphertext x = encrypt(a, LEVEL);
    Ciphertext y = encrypt(b, LEVEL);
    Ciphertext product = keep(evaluator.multiply(x, y));
    Ciphertext scaled = keep(evaluator.multiply(x, 0.5));
    Slots want = a.times(b).plus(a, 0.5);
    Ciphertext sum = keep(evaluator.add(scaled, product));
    assertShape(LEVEL, 2, 3, sum);
    assertSlots(want, sum);
    assertSlots(want.scaled(-1).plus(a, 1), evaluator.sub(scaled, product));
    Ciphertext shifted = keep(evaluator.add(sum, 0.25));
    Slots quarter = Slots.real(new double[fixture.slots()]);
    Arrays.fill(quarter.re(), 0.25);
    assertSlots(want.plus(quarter, 1), shifted);
    assertSlots(want.scaled(3), evaluator.multiplyInteger(sum, 3), 4 * fixture.tolerance());
  }

  @Test
  void linearOperations_unequalOperands_throw() {
    Ciphertext high = encrypt(slots(1), 5);
    Ciphertext low = encrypt(slots(1), 4);
    Ciphertext square = keep(evaluator.square(high));
    Plaintext plain = encode(slots(2), 4);
    assertThrowsWith(HeLevelException.class, () -> evaluator.add(high, low), 5, 4);
    assertThrowsWith(HeLevelException.class, () -> evaluator.sub(low, high), 4, 5);
    assertThrowsWith(HeScaleException.class, () -> evaluator.add(high, square), 1, 2);
    assertThrowsWith(HeLevelException.class, () -> evaluator.add(high, plain), 5, 4);
    assertThrowsWith(HeLevelException.class, () -> evaluator.sub(high, plain), 5, 4);
    Plaintext five = encode(slots(2), 5);
    assertThrowsWith(HeScaleException.class, () -> evaluator.add(square, five), 1, 2);
    assertThrowsWith(HeScaleException.class, () -> evaluator.sub(square, five), 1, 2);
    Class<IllegalArgumentException> bad = IllegalArgumentException.class;
    int large = (1 << 20) + 1;
    assertThrowsWith(bad, () -> evaluator.multiplyInteger(high, large), large);
    assertThrows(bad, () -> evaluator.add(high, Double.NaN));
    assertThrows(bad, () -> evaluator.multiply(high, Double.POSITIVE_INFINITY));
  }

  // ---- products ----

  @Test
  void products_multiplySlots_andTakeALevelAtTheRescaling() {
    Slots a = complexSlots(1);
    Slots b = complexSlots(2);
    Ciphertext x = encrypt(a, LEVEL);
    Ciphertext y = encrypt(b, LEVEL);
    Plaintext p = encode(b, LEVEL);
    Ciphertext product = keep(evaluator.multiply(x, y));
    assertShape(LEVEL, 2, 3, product);
    assertSlots(a.times(b), product);
    assertSlots(a.times(a), evaluator.square(x));
    assertShape(LEVEL, 2, 2, keep(evaluator.multiply(x, p)));
    assertSlots(a.times(b), evaluator.multiply(x, p));
    assertShape(LEVEL, 2, 2, keep(evaluator.multiply(x, -0.75)));
    assertSlots(a.scaled(-0.75), evaluator.multiply(x, -0.75));
    assertShape(LEVEL - 1, 1, 2, keep(evaluator.multiplyRescale(x, y)));
    assertSlots(a.times(b), evaluator.multiplyRescale(x, y));
    assertSlots(a.times(b), evaluator.multiplyRescale(x, p));
    assertSlots(a.scaled(0.5), evaluator.multiplyRescale(x, 0.5));
    assertSlots(a.times(b), evaluator.relinearizeRescale(product));
    assertShape(LEVEL - 1, 1, 2, keep(evaluator.relinearizeRescale(product)));
    assertShape(LEVEL - 1, 1, 3, keep(evaluator.rescale(product)));
    assertShape(LEVEL, 2, 2, keep(evaluator.relinearize(product)));
    assertSlots(a, evaluator.relinearize(x));
  }

  @Test
  void productSums_addEveryTerm() {
    for (int terms : new int[] {1, 2, 5, 17, 20}) {
      Slots want = Slots.real(new double[fixture.slots()]);
      Ciphertext[] x = new Ciphertext[terms];
      Ciphertext[] y = new Ciphertext[terms];
      Plaintext[] p = new Plaintext[terms];
      for (int t = 0; t < terms; t++) {
        Slots a = slots(10 + t);
        Slots b = slots(50 + t);
        x[t] = encrypt(a, LEVEL);
        y[t] = encrypt(b, LEVEL);
        p[t] = encode(b, LEVEL);
        want = want.plus(a.times(b), 1);
      }
      double tolerance = terms * fixture.tolerance();
      Ciphertext sum = keep(evaluator.multiplySum(List.of(x), List.of(y)));
      assertShape(LEVEL, 2, 3, sum);
      assertSlots(want, sum, tolerance);
      Ciphertext plain = keep(evaluator.multiplySumPlain(List.of(x), List.of(p)));
      assertShape(LEVEL, 2, 2, plain);
      assertSlots(want, plain, tolerance);
    }
  }

  @Test
  void products_badOperands_throw() {
    Ciphertext x = encrypt(slots(1), 5);
    Ciphertext low = encrypt(slots(1), 4);
    Ciphertext bottom = encrypt(slots(1), 0);
    Ciphertext square = keep(evaluator.square(x));
    Plaintext p = encode(slots(1), 4);
    Plaintext bottomPlain = encode(slots(1), 0);
    Class<IllegalArgumentException> bad = IllegalArgumentException.class;
    assertThrowsWith(HeLevelException.class, () -> evaluator.multiply(x, low), 5, 4);
    assertThrowsWith(HeLevelException.class, () -> evaluator.multiply(x, p), 5, 4);
    assertThrowsWith(HeLevelException.class, () -> evaluator.square(bottom), 1, 0);
    assertThrowsWith(HeLevelException.class, () -> evaluator.multiply(bottom, bottomPlain), 1, 0);
    assertThrowsWith(HeLevelException.class, () -> evaluator.multiply(bottom, 0.5), 1, 0);
    assertThrowsWith(HeScaleException.class, () -> evaluator.multiply(square, x), 1, 2);
    assertThrowsWith(HeScaleException.class, () -> evaluator.multiply(square, 0.5), 1, 2);
    assertThrowsWith(
        HeLevelException.class,
        () -> evaluator.multiplySum(List.of(x, low), List.of(x, low)),
        5,
        4);
    assertThrowsWith(bad, () -> evaluator.multiplySum(List.of(x), List.of(x, x)), 1, 2);
    assertThrowsWith(bad, () -> evaluator.multiplySum(List.of(), List.of()), 0);
    assertThrowsWith(bad, () -> evaluator.multiplySumPlain(List.of(), List.of()), 0);
    Ciphertext three = keep(evaluator.rescale(square));
    assertThrowsWith(bad, () -> evaluator.multiply(three, three), 2, 3);
  }

  @Test
  void upkeep_badOperands_throw() {
    Ciphertext x = encrypt(slots(1), 5);
    Ciphertext square = keep(evaluator.square(x));
    Ciphertext bottom = encrypt(slots(1), 0);
    assertThrowsWith(HeLevelException.class, () -> evaluator.rescale(bottom), 1, 0);
    assertThrowsWith(HeScaleException.class, () -> evaluator.rescale(x), 2, 1);
    assertThrowsWith(HeScaleException.class, () -> evaluator.relinearizeRescale(x), 2, 1);
    assertThrowsWith(HeLevelException.class, () -> evaluator.dropToLevel(x, 6), 5, 6);
    assertThrowsWith(HeLevelException.class, () -> evaluator.dropToLevel(x, -1), 5, -1);
    assertThrowsWith(HeScaleException.class, () -> evaluator.dropToLevel(square, 3), 1, 2);
  }

  @Test
  void dropToLevel_keepsSlots_atEveryLevel() {
    Slots a = complexSlots(1);
    Ciphertext x = encrypt(a, evaluator.parameters().maxLevel());
    for (int level = evaluator.parameters().maxLevel(); level >= 0; level--) {
      Ciphertext low = keep(evaluator.dropToLevel(x, level));
      assertShape(level, 1, 2, low);
      assertSlots(a, low);
    }
  }

  // ---- slots ----

  @Test
  void rotations_moveSlotsToTheLeft() {
    Slots a = complexSlots(1);
    for (int level : new int[] {0, 7, 8, 15}) {
      Ciphertext x = encrypt(a, level);
      for (int steps : new int[] {0, 1, 5, 64, 511, -1, 512, 513}) {
        Ciphertext turned = keep(evaluator.rotate(x, steps));
        assertShape(level, 1, 2, turned);
        assertSlots(a.left(steps), turned);
      }
      int[] steps = {5, 0, 1, 5};
      List<Ciphertext> all = scope.ownAll(evaluator.rotateAll(x, steps));
      assertEquals(steps.length, all.size());
      for (int i = 0; i < steps.length; i++) {
        assertSlots(a.left(steps[i]), all.get(i));
      }
    }
    assertEquals(List.of(), evaluator.rotateAll(encrypt(a, 1), new int[0]));
    Slots conjugated = new Slots(a.re(), a.scaled(-1).im());
    assertSlots(conjugated, evaluator.conjugate(encrypt(a, LEVEL)));
  }

  @Test
  void rotationsWithSums_areTheSumsOfRotations() {
    Slots a = complexSlots(1);
    Slots b = complexSlots(2);
    Ciphertext x = encrypt(a, LEVEL);
    Ciphertext y = encrypt(b, LEVEL);
    int[] steps = {1, 0, 64, 1};
    Slots want = a.left(1).plus(a, 1).plus(a.left(64), 1).plus(a.left(1), 1);
    double tolerance = 4 * fixture.tolerance();
    assertSlots(want, evaluator.rotateSum(x, steps), tolerance);
    assertSlots(a, evaluator.rotateSum(x, new int[] {0}));
    Ciphertext mixed = keep(evaluator.sumRotated(List.of(x, y, y), new int[] {5, 0, 511}));
    assertShape(LEVEL, 1, 2, mixed);
    assertSlots(a.left(5).plus(b, 1).plus(b.left(511), 1), mixed, tolerance);
    Ciphertext degreeTwo = keep(evaluator.multiply(x, 0.5));
    Ciphertext sum = keep(evaluator.rotateSum(degreeTwo, new int[] {1, 2}));
    assertShape(LEVEL, 2, 2, sum);
    assertSlots(a.left(1).plus(a.left(2), 1).scaled(0.5), sum, tolerance);
  }

  @Test
  void multiplyRotated_masksAndAddsRotations() {
    Slots a = complexSlots(1);
    Ciphertext x = encrypt(a, LEVEL);
    int[] steps = {0, 1, 511};
    Slots mask = Slots.real(new double[fixture.slots()]);
    for (int i = 0; i < fixture.slots(); i += 2) {
      mask.re()[i] = 0.5;
    }
    Plaintext half = scope.own(evaluator.encode(new double[] {0.5, 0}, LEVEL));
    Slots full = complexSlots(7);
    Plaintext factor = encode(full, LEVEL);
    List<Ciphertext> out =
        scope.ownAll(
            evaluator.multiplyRotated(
                x,
                steps,
                List.of(Arrays.asList(half, factor, null), Arrays.asList(null, null, half))));
    assertEquals(2, out.size());
    assertShape(LEVEL, 2, 2, out.get(0));
    assertSlots(a.times(mask).plus(a.left(1).times(full), 1), out.get(0), 2 * fixture.tolerance());
    assertSlots(a.left(511).times(mask), out.get(1));
  }

  @Test
  void rotations_badOperands_throw() {
    Ciphertext x = encrypt(slots(1), 5);
    Ciphertext low = encrypt(slots(1), 4);
    Ciphertext square = keep(evaluator.square(x));
    Plaintext p = encode(slots(1), 4);
    int[] one = {1};
    Class<IllegalArgumentException> bad = IllegalArgumentException.class;
    assertThrowsWith(bad, () -> evaluator.rotate(square, 1), 2, 3);
    assertThrowsWith(bad, () -> evaluator.conjugate(square), 2, 3);
    assertThrows(bad, () -> evaluator.rotateAll(square, one));
    assertThrows(bad, () -> evaluator.rotateSum(square, one));
    assertThrows(bad, () -> evaluator.rotateSum(x, new int[0]));
    assertThrowsWith(bad, () -> evaluator.sumRotated(List.of(x, x), one), 2, 1);
    assertThrowsWith(
        HeLevelException.class,
        () -> evaluator.sumRotated(List.of(x, low), new int[] {1, 1}),
        5,
        4);
    assertThrowsWith(
        HeLevelException.class, () -> evaluator.multiplyRotated(x, one, List.of(List.of(p))), 5, 4);
    assertThrows(
        bad, () -> evaluator.multiplyRotated(x, one, List.of(Arrays.asList((Plaintext) null))));
    assertThrowsWith(bad, () -> evaluator.multiplyRotated(x, one, List.of(List.of())), 0, 1);
  }

  // ---- refreshing ----

  @Test
  void bootstrap_refreshesRealSlots_anyInputLevel() {
    int input = evaluator.parameters().bootstrapInputLevel();
    int output = evaluator.parameters().bootstrapOutputLevel();
    for (int level : new int[] {input, input + 2}) {
      Slots a = complexSlots(level);
      Ciphertext fresh = keep(evaluator.bootstrap(encrypt(a, level)));
      assertShape(output, 1, 2, fresh);
      assertSlots(Slots.real(a.re()), fresh, fixture.bootstrapTolerance());
    }
  }

  @Test
  void bootstrapPair_refreshesTwoAtOnce() {
    int input = evaluator.parameters().bootstrapInputLevel();
    Slots a = slots(1);
    Slots b = slots(2);
    List<Ciphertext> fresh =
        scope.ownAll(evaluator.bootstrapPair(encrypt(a, input + 1), encrypt(b, input + 1)));
    assertEquals(2, fresh.size());
    assertShape(evaluator.parameters().bootstrapOutputLevel(), 1, 2, fresh.get(1));
    assertSlots(a, fresh.get(0), fixture.bootstrapTolerance());
    assertSlots(b, fresh.get(1), fixture.bootstrapTolerance());
  }

  @Test
  void sparseBootstraps_refreshSlotsThatRepeat() {
    int input = evaluator.parameters().bootstrapInputLevel();
    Slots a = repeated(slots(3), 64);
    Ciphertext fresh = keep(evaluator.bootstrap(encrypt(a, input + 1), 64));
    assertShape(evaluator.parameters().bootstrapOutputLevel(), 1, 2, fresh);
    assertSlots(a, fresh, fixture.bootstrapTolerance());
    Slots b = repeated(slots(4), 128);
    Slots c = repeated(slots(5), 128);
    List<Ciphertext> both =
        scope.ownAll(evaluator.bootstrapPair(encrypt(b, input), encrypt(c, input), 128));
    assertShape(evaluator.parameters().bootstrapOutputLevel(), 1, 2, both.get(0));
    assertSlots(b, both.get(0), fixture.bootstrapTolerance());
    assertSlots(c, both.get(1), fixture.bootstrapTolerance());
  }

  @Test
  void sparseBootstraps_otherSlotCounts_throw() {
    Ciphertext x = encrypt(slots(1), evaluator.parameters().bootstrapInputLevel());
    int all = evaluator.parameters().slotCount();
    for (int slots : new int[] {-16, 0, 8, 24, 2 * all}) {
      assertThrowsWith(
          IllegalArgumentException.class, () -> evaluator.bootstrap(x, slots), 16, slots);
    }
    assertThrowsWith(IllegalArgumentException.class, () -> evaluator.bootstrapPair(x, x, 4), 8, 4);
  }

  private static Slots repeated(Slots a, int period) {
    double[] out = a.re().clone();
    for (int i = period; i < out.length; i++) {
      out[i] = out[i - period];
    }
    return Slots.real(out);
  }

  @Test
  void bootstrap_badOperands_throw() {
    int input = evaluator.parameters().bootstrapInputLevel();
    Ciphertext x = encrypt(slots(1), input);
    Ciphertext high = encrypt(slots(1), input + 1);
    Ciphertext spent = encrypt(slots(1), input - 1);
    Class<HeLevelException> level = HeLevelException.class;
    assertThrowsWith(level, () -> evaluator.bootstrap(spent), input, input - 1);
    assertThrowsWith(level, () -> evaluator.bootstrapPair(x, high), input, input + 1);
    assertThrowsWith(level, () -> evaluator.bootstrapPair(spent, spent), input, input - 1);
    Ciphertext scaled = keep(evaluator.multiply(high, 0.5));
    assertThrowsWith(HeScaleException.class, () -> evaluator.bootstrap(scaled), 1, 2);
    Ciphertext three = keep(evaluator.rescale(keep(evaluator.square(high))));
    assertThrowsWith(IllegalArgumentException.class, () -> evaluator.bootstrap(three), 2, 3);
  }

  // ---- messages ----

  private static void assertMessage(String expected, Executable body) {
    assertEquals(expected, assertThrows(RuntimeException.class, body).getMessage());
  }

  /** Word for word: no evaluator has messages of its own. */
  @Test
  void messages_areTheSameForEveryEvaluator() {
    int input = evaluator.parameters().bootstrapInputLevel();
    int top = evaluator.parameters().maxLevel();
    Ciphertext x = encrypt(slots(1), 5);
    Ciphertext low = encrypt(slots(1), 4);
    Ciphertext bottom = encrypt(slots(1), 0);
    Ciphertext square = keep(evaluator.square(x));
    Ciphertext three = keep(evaluator.rescale(square));
    Plaintext p = encode(slots(2), 4);
    int[] one = {1};
    assertMessage(
        "level: expected 0 to " + top + ", actual " + (top + 1), () -> evaluator.zero(top + 1));
    assertMessage(
        "slots: expected a power of two of 1 to " + fixture.slots() + " values, actual 3",
        () -> evaluator.encode(new double[3], 1));
    assertMessage(
        "slot 1: expected a finite value, actual NaN",
        () -> evaluator.encode(new double[] {0, Double.NaN}, 1));
    assertMessage(
        "encode: expected as many imaginary parts as real parts, actual 2 and 4",
        () -> evaluator.encode(new double[2], new double[4], 1));
    assertMessage("add: expected equal levels, actual 5 and 4", () -> evaluator.add(x, low));
    assertMessage("sub: expected equal levels, actual 5 and 4", () -> evaluator.sub(x, p));
    assertMessage(
        "add: expected equal scale degrees, actual 1 and 2", () -> evaluator.add(x, square));
    assertMessage(
        "constant: expected a finite value, actual NaN", () -> evaluator.add(x, Double.NaN));
    assertMessage(
        "integer factor: expected a magnitude of at most 2^20, actual 1048577",
        () -> evaluator.multiplyInteger(x, 1048577));
    assertMessage(
        "multiply: expected equal levels, actual 5 and 4", () -> evaluator.multiply(x, low));
    assertMessage(
        "multiply: expected scale degree 1, actual 2", () -> evaluator.multiply(square, 0.5));
    assertMessage(
        "multiply: expected a level of at least 1, actual 0", () -> evaluator.square(bottom));
    assertMessage("multiply: expected 2 parts, actual 3", () -> evaluator.multiply(three, three));
    assertMessage(
        "multiplySum: expected equal numbers of terms, at least 1; actual 1 and 2",
        () -> evaluator.multiplySum(List.of(x), List.of(x, x)));
    assertMessage(
        "multiplySumPlain: expected equal numbers of terms, at least 1; actual 0 and 0",
        () -> evaluator.multiplySumPlain(List.of(), List.of()));
    assertMessage(
        "rescale: expected a level of at least 1, actual 0", () -> evaluator.rescale(bottom));
    assertMessage("rescale: expected scale degree 2, actual 1", () -> evaluator.rescale(x));
    assertMessage(
        "dropToLevel: expected a level of 0 to 5, actual 6", () -> evaluator.dropToLevel(x, 6));
    assertMessage("rotate: expected 2 parts, actual 3", () -> evaluator.rotate(square, 1));
    assertMessage("rotateAll: expected 2 parts, actual 3", () -> evaluator.rotateAll(square, one));
    assertMessage("rotateSum: expected 2 parts, actual 3", () -> evaluator.rotateSum(square, one));
    assertMessage("conjugate: expected 2 parts, actual 3", () -> evaluator.conjugate(square));
    assertMessage(
        "rotateSum: expected equal numbers of terms, at least 1; actual 0 and 0",
        () -> evaluator.rotateSum(x, new int[0]));
    assertMessage(
        "sumRotated: expected equal levels, actual 5 and 4",
        () -> evaluator.sumRotated(List.of(x, low), new int[] {1, 1}));
    assertMessage(
        "multiplyRotated: expected equal levels, actual 5 and 4",
        () -> evaluator.multiplyRotated(x, one, List.of(List.of(p))));
    assertMessage(
        "multiplyRotated: expected at least 1 factor in each row, actual none",
        () -> evaluator.multiplyRotated(x, one, List.of(Arrays.asList((Plaintext) null))));
    assertMessage(
        "bootstrap: expected a level of at least " + input + ", actual " + (input - 1),
        () -> evaluator.bootstrap(encrypt(slots(1), input - 1)));
    assertMessage(
        "bootstrapPair: expected equal levels, actual 5 and 4",
        () -> evaluator.bootstrapPair(x, low));
    assertMessage(
        "serialize: expected scale degree 1, actual 2", () -> evaluator.serialize(square));
    Plaintext closed = evaluator.encode(new double[1], 5);
    closed.close();
    assertMessage("the plaintext is closed", () -> evaluator.add(x, closed));
    assertMessage(
        "expected a ciphertext of this evaluator ("
            + evaluator.parameters().name()
            + "), actual null",
        () -> evaluator.negate(null));
    checkMessagesOfMissingKeys(x);
  }

  /** Evaluators without some key say which. */
  void checkMessagesOfMissingKeys(Ciphertext levelFive) {
    assertMessage(
        "expected a key for the rotation by 9 at level 5, actual none",
        () -> evaluator.rotate(levelFive, 9));
  }

  // ---- bytes ----

  @Test
  void serialize_roundTripsToTheSameBytes() {
    Slots a = complexSlots(1);
    for (int level : new int[] {0, 3, evaluator.parameters().maxLevel()}) {
      byte[] bytes = evaluator.serialize(encrypt(a, level));
      Ciphertext again = keep(evaluator.deserialize(bytes));
      assertShape(level, 1, 2, again);
      assertSlots(a, again);
      assertArrayEquals(bytes, evaluator.serialize(again));
    }
  }

  @Test
  void serialize_badOperands_throw() {
    Ciphertext x = encrypt(slots(1), 3);
    Ciphertext square = keep(evaluator.square(x));
    assertThrowsWith(HeScaleException.class, () -> evaluator.serialize(square), 1, 2);
    Ciphertext three = keep(evaluator.rescale(square));
    assertThrowsWith(IllegalArgumentException.class, () -> evaluator.serialize(three), 2, 3);
  }

  /** Truncated, extended, and with damaged headers: refused before any arithmetic. */
  @Test
  void deserialize_damagedBytes_throw() {
    byte[] good = evaluator.serialize(encrypt(slots(1), 2));
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 300; i++) {
      byte[] bad =
          i % 2 == 0
              ? Arrays.copyOf(good, random.nextInt(good.length))
              : Arrays.copyOf(good, good.length + 1 + random.nextInt(100));
      assertThrows(HeFormatException.class, () -> evaluator.deserialize(bad).close());
      byte[] header = good.clone();
      header[random.nextInt(8)] ^= (byte) (1 + random.nextInt(255));
      assertThrows(HeFormatException.class, () -> evaluator.deserialize(header).close());
    }
    assertThrows(HeFormatException.class, () -> evaluator.deserialize(new byte[0]).close());
  }

  // ---- ownership ----

  @Test
  void closedOperands_throw_andClosingTwiceIsHarmless() {
    Ciphertext open = encrypt(slots(1), 3);
    Ciphertext closed = fixture.encrypt(fixture.random(1), 3);
    Plaintext plain = evaluator.encode(new double[] {1}, 3);
    closed.close();
    closed.close();
    plain.close();
    plain.close();
    Class<IllegalStateException> state = IllegalStateException.class;
    assertThrowsWith(state, () -> evaluator.add(open, closed), "ciphertext is closed");
    assertThrows(state, () -> evaluator.multiplySum(List.of(open, closed), List.of(open, open)));
    assertThrows(state, () -> evaluator.rotate(closed, 0));
    assertThrows(state, () -> evaluator.serialize(closed));
    assertThrows(state, () -> evaluator.bootstrap(closed));
    assertThrows(state, () -> evaluator.sumRotated(List.of(closed), new int[] {1}));
    assertThrowsWith(state, () -> evaluator.add(open, plain), "plaintext is closed");
    assertThrows(state, () -> evaluator.multiplySumPlain(List.of(open), List.of(plain)));
    assertEquals(3, closed.level(), "what it was can still be asked");
  }

  @Test
  void foreignOperands_throw() {
    try (EvaluatorFixture other = open()) {
      Ciphertext foreign = other.encrypt(other.random(1), 3);
      Plaintext foreignPlain = other.evaluator().encode(new double[] {1}, 3);
      Ciphertext own = encrypt(slots(1), 3);
      checkForeign(own, foreign, foreignPlain);
      foreign.close();
      foreignPlain.close();
    }
  }

  /** Evaluators whose ciphertexts are theirs alone refuse another's of equal parameters too. */
  void checkForeign(Ciphertext own, Ciphertext foreign, Plaintext foreignPlain) {
    Class<IllegalArgumentException> bad = IllegalArgumentException.class;
    assertThrows(bad, () -> evaluator.add(own, foreign));
    assertThrows(bad, () -> evaluator.multiply(own, foreignPlain));
    assertThrows(bad, () -> evaluator.negate(foreign));
  }

  @Test
  void closedEvaluator_throws() {
    EvaluatorFixture other = open();
    Ciphertext x = other.encrypt(other.random(1), 3);
    other.evaluator().close();
    other.evaluator().close();
    Class<IllegalStateException> state = IllegalStateException.class;
    assertThrowsWith(state, () -> other.evaluator().negate(x), "evaluator is closed");
    assertThrows(state, () -> other.evaluator().zero(1));
    assertThrows(state, () -> other.evaluator().encode(new double[] {1}, 1));
    assertThrows(state, () -> other.evaluator().deserialize(new byte[3]));
    x.close();
    other.close();
  }
}
