package org.hetal.he;

import java.util.List;

/**
 * The rules of {@link Evaluator}: which levels, scale degrees, parts and keys each operation takes.
 * Every check throws before any arithmetic, with the expected and the actual value. Levels, degrees
 * and parts are fields of the Java objects, so a check costs no native call.
 *
 * <p>{@link CheckedEvaluator} applies them. The native engine checks the same rules with the same
 * messages behind JNI ({@code he-native/cpp/src/engine}).
 */
public final class EvaluatorRules {
  /** The largest magnitude of a factor of {@link Evaluator#multiplyInteger}. */
  static final int LARGEST_INTEGER = 1 << 20;

  private final Parameters parameters;
  private final KeyLevels keys;

  /** Rules for one evaluator with these parameters and keys. */
  EvaluatorRules(Parameters parameters, KeyLevels keys) {
    this.parameters = parameters;
    this.keys = keys;
  }

  // ---- plaintexts ----

  /**
   * Checks a level to encode at or to start a sum at.
   *
   * @param level expected 0 to maxLevel
   * @throws HeLevelException for another level
   */
  public void level(int level) {
    int highest = parameters.maxLevel();
    if (level < 0 || level > highest) {
      throw new HeLevelException("level: expected 0 to " + highest + ", actual " + level);
    }
  }

  /**
   * Checks values to encode.
   *
   * @param real expected a power of two of finite values, at most one per slot
   * @param imaginary expected as many finite values; null for none
   * @throws IllegalArgumentException for other values
   */
  public void slots(double[] real, double[] imaginary) {
    int slots = parameters.slotCount();
    if (imaginary != null && real.length != imaginary.length) {
      throw new IllegalArgumentException(
          "encode: expected as many imaginary parts as real parts, actual "
              + real.length
              + " and "
              + imaginary.length);
    }
    if (real.length < 1 || real.length > slots || Integer.bitCount(real.length) != 1) {
      throw new IllegalArgumentException(
          "slots: expected a power of two of 1 to " + slots + " values, actual " + real.length);
    }
    finiteSlots(real);
    if (imaginary != null) {
      finiteSlots(imaginary);
    }
  }

  private static void finiteSlots(double[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "slot " + i + ": expected a finite value, actual " + values[i]);
      }
    }
  }

  // ---- shapes ----

  /** Equal levels and scale degrees. */
  void same(String operation, Ciphertext a, Ciphertext b) {
    equalLevels(operation, a.level(), b.level());
    if (a.scaleDegree() != b.scaleDegree()) {
      throw new HeScaleException(
          operation
              + ": expected equal scale degrees, actual "
              + a.scaleDegree()
              + " and "
              + b.scaleDegree());
    }
  }

  /** A plaintext, which has scale degree 1, at the level of {@code a}. */
  void same(String operation, Ciphertext a, Plaintext b) {
    equalLevels(operation, a.level(), b.level());
    degreeOne(operation, a);
  }

  /** Two operands at one level. */
  void equalLevels(String operation, int a, int b) {
    if (a != b) {
      throw new HeLevelException(operation + ": expected equal levels, actual " + a + " and " + b);
    }
  }

  /** Scale degree 1. */
  void degreeOne(String operation, Ciphertext a) {
    if (a.scaleDegree() != 1) {
      throw new HeScaleException(
          operation + ": expected scale degree 1, actual " + a.scaleDegree());
    }
  }

  /** Two parts: relinearized. */
  void twoParts(String operation, Ciphertext a) {
    if (a.parts() != 2) {
      throw new IllegalArgumentException(operation + ": expected 2 parts, actual " + a.parts());
    }
  }

  /** Scale degree 1, and a level to rescale from. */
  void factor(String operation, Ciphertext a) {
    degreeOne(operation, a);
    if (a.level() < 1) {
      throw new HeLevelException(
          operation + ": expected a level of at least 1, actual " + a.level());
    }
  }

  /** Equal numbers, at least 1. */
  void terms(String operation, int a, int b) {
    if (a != b || a < 1) {
      throw new IllegalArgumentException(
          operation + ": expected equal numbers of terms, at least 1; actual " + a + " and " + b);
    }
  }

  /** A finite constant. */
  void finite(double constant) {
    if (!Double.isFinite(constant)) {
      throw new IllegalArgumentException("constant: expected a finite value, actual " + constant);
    }
  }

  /** A factor of {@link Evaluator#multiplyInteger}. */
  void integer(int factor) {
    if (factor < -LARGEST_INTEGER || factor > LARGEST_INTEGER) {
      throw new IllegalArgumentException(
          "integer factor: expected a magnitude of at most 2^20, actual " + factor);
    }
  }

  // ---- operations ----

  /** One term of a sum of products of ciphertexts. */
  void product(Ciphertext first, Ciphertext a, Ciphertext b) {
    for (Ciphertext x : List.of(a, b)) {
      factor("multiply", x);
      twoParts("multiply", x);
      equalLevels("multiply", first.level(), x.level());
    }
  }

  /** One term of a sum of products with plaintexts. */
  void product(Ciphertext first, Ciphertext a, Plaintext b) {
    factor("multiply", a);
    equalLevels("multiply", first.level(), a.level());
    equalLevels("multiply", first.level(), b.level());
  }

  /** Scale degree 2, and a level to divide by. */
  void rescale(Ciphertext a) {
    if (a.level() < 1) {
      throw new HeLevelException("rescale: expected a level of at least 1, actual " + a.level());
    }
    if (a.scaleDegree() != 2) {
      throw new HeScaleException("rescale: expected scale degree 2, actual " + a.scaleDegree());
    }
  }

  /** Scale degree 1, and a level from 0 to that of {@code a}. */
  void dropToLevel(Ciphertext a, int level) {
    degreeOne("dropToLevel", a);
    if (level < 0 || level > a.level()) {
      throw new HeLevelException(
          "dropToLevel: expected a level of 0 to " + a.level() + ", actual " + level);
    }
  }

  /** Scale degree 1, two parts, and at least the input level. */
  void bootstrap(Ciphertext a) {
    degreeOne("bootstrap", a);
    twoParts("bootstrap", a);
    int lowest = parameters.bootstrapInputLevel();
    if (a.level() < lowest) {
      throw new HeLevelException(
          "bootstrap: expected a level of at least " + lowest + ", actual " + a.level());
    }
  }

  /** Scale degree 1 and two parts. */
  void serialize(Ciphertext a) {
    degreeOne("serialize", a);
    twoParts("serialize", a);
  }

  /** One output of {@link Evaluator#multiplyRotated}. */
  void row(Ciphertext a, int steps, List<? extends Plaintext> factors) {
    terms("multiplyRotated", factors.size(), steps);
    boolean none = true;
    for (Plaintext factor : factors) {
      if (factor != null) {
        equalLevels("multiplyRotated", a.level(), factor.level());
        none = false;
      }
    }
    if (none) {
      throw new IllegalArgumentException(
          "multiplyRotated: expected at least 1 factor in each row, actual none");
    }
  }

  // ---- keys ----

  /** Rotations to the left as 0 to slotCount - 1. */
  int left(int steps) {
    return Math.floorMod(steps, parameters.slotCount());
  }

  /**
   * The key of a rotation, up to a level.
   *
   * @param left as {@link #left} gives it; 0 needs no key
   */
  void rotationKey(int left, int level) {
    if (left != 0) {
      key("the rotation by " + left, keys.rotation(left), level);
    }
  }

  /** The relinearization key, up to a level. */
  void relinearizationKey(int level) {
    key("relinearization", keys.relinearization(), level);
  }

  /** The conjugation key, up to a level. */
  void conjugationKey(int level) {
    key("conjugation", keys.conjugation(), level);
  }

  /** The number of slots of {@code atOnce} ciphertexts in one bootstrap, then its keys. */
  void bootstrapKeys(String operation, int slots, int atOnce) {
    int all = parameters.slotCount();
    int fewest = Parameters.FEWEST_BOOTSTRAP_SLOTS / atOnce;
    if (slots != all && (slots < fewest || slots > all || Integer.bitCount(slots) != 1)) {
      throw new IllegalArgumentException(
          operation
              + ": slots: expected a power of two of "
              + fewest
              + " to "
              + all
              + ", actual "
              + slots);
    }
    if (!keys.bootstrap()) {
      throw new HeMissingKeyException("expected the keys of bootstrapping, actual none");
    }
    if (slots == all && atOnce == 2 && !keys.fullBootstrap()) {
      throw new HeMissingKeyException(
          "expected the keys of pairs of all slots, actual those of single ciphertexts");
    }
    if (slots != all) {
      parameters.sparseBootstrapKeys(atOnce * slots).rotations().forEach(this::rotationKey);
    }
  }

  private static void key(String use, int actual, int level) {
    if (actual < level) {
      throw new HeMissingKeyException(
          "expected a key for "
              + use
              + " at level "
              + level
              + ", actual "
              + (actual < 0 ? "none" : "one up to level " + actual));
    }
  }
}
