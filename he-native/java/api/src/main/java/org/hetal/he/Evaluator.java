package org.hetal.he;

import java.util.List;

/**
 * Arithmetic on CKKS ciphertexts: the one interface between the algorithms and whatever computes
 * (the native engine, OpenFHE, the simulator).
 *
 * <p><b>Values.</b> A ciphertext holds {@link Parameters#slotCount()} complex slots. Ciphertexts
 * and plaintexts are immutable: every operation returns a new one, which the caller closes (see
 * {@link Scope}).
 *
 * <p><b>Level and scale.</b> The level is the number of rescalings left. Each level {@code l} has
 * one canonical scale {@code D(l) = parameters().scale(l)}, with {@code D(l-1) = D(l)^2 / q(l)}. A
 * ciphertext's scale is always {@code D(l)^scaleDegree}: degree 1 normally, degree 2 between a
 * multiplication and its {@link #rescale}. Binary operations want equal levels ({@link
 * HeLevelException}) and equal scale degrees ({@link HeScaleException}); nothing is repaired
 * silently. {@link #dropToLevel} is the way down.
 *
 * <p><b>Parts.</b> A fresh ciphertext has two parts; a product of two ciphertexts has three until
 * {@link #relinearize}. Additions accept any mix; rotations, rescaling at serialisation and
 * bootstraps want two ({@link IllegalArgumentException}).
 *
 * <p>Evaluation is deterministic: equal inputs give equal bytes, whatever the device and the number
 * of threads. Methods may be called from several threads. All throw {@link IllegalStateException}
 * for a closed operand or evaluator and {@link IllegalArgumentException} for an operand of other
 * parameters.
 */
public interface Evaluator extends AutoCloseable {

  Parameters parameters();

  /** Where the arithmetic runs, for reports: {@code "cpu/avx512-ifma x2"}, {@code "simulator"}. */
  String device();

  /**
   * The key pair whose evaluation keys this computes with: ciphertexts under another are refused.
   * Hex, 32 digits for the native engine; empty for an evaluator without keys.
   */
  default String keyId() {
    return "";
  }

  /** A scope that closes what is made inside it. */
  default Scope scope() {
    return new Scope();
  }

  // ---- plaintexts ----

  /**
   * Encodes real slots at a level, at the canonical scale of that level.
   *
   * @param values 1 to slotCount values, a power of two of them, repeated to fill the slots; finite
   */
  Plaintext encode(double[] values, int level);

  /** As {@link #encode(double[], int)} with imaginary parts; equal lengths. */
  Plaintext encode(double[] real, double[] imaginary, int level);

  // ---- linear, no level ----

  Ciphertext add(Ciphertext a, Ciphertext b);

  Ciphertext sub(Ciphertext a, Ciphertext b);

  Ciphertext negate(Ciphertext a);

  /** The plaintext must be at the level of {@code a}, and {@code a} of scale degree 1. */
  Ciphertext add(Ciphertext a, Plaintext b);

  Ciphertext sub(Ciphertext a, Plaintext b);

  /** Adds a real constant to every slot; any scale degree. */
  Ciphertext add(Ciphertext a, double constant);

  /** Multiplies by a small integer without using scale or level; |factor| at most 2^20. */
  Ciphertext multiplyInteger(Ciphertext a, int factor);

  /** Multiplies every slot by the imaginary unit; exact, no level, no key. */
  Ciphertext multiplyByI(Ciphertext a);

  // ---- products: scale degree 1 in, 2 out; level unchanged ----

  /**
   * Three parts; relinearise (perhaps after summing several) before rotating. Cost: 4 pointwise
   * products a limb.
   */
  Ciphertext multiply(Ciphertext a, Ciphertext b);

  Ciphertext square(Ciphertext a);

  Ciphertext multiply(Ciphertext a, Plaintext b);

  /** Multiplies every slot by a real constant, encoded at the canonical scale. */
  Ciphertext multiply(Ciphertext a, double constant);

  /**
   * The sum of a[i] * b[i], not relinearised: one pass, one relinearisation afterwards. Equal
   * lengths, at least 1.
   */
  Ciphertext multiplySum(List<Ciphertext> a, List<Ciphertext> b);

  /** The sum of a[i] * b[i] for plaintexts. */
  Ciphertext multiplySumPlain(List<Ciphertext> a, List<Plaintext> b);

  // ---- upkeep ----

  /**
   * Three parts to two, with the relinearisation key. One key switch. Two parts come back as a
   * copy.
   */
  Ciphertext relinearize(Ciphertext a);

  /**
   * Scale degree 2 at level l to degree 1 at level l-1; {@link HeLevelException} at level 0.
   * Relinearise three parts first: the rounding of a third part meets the square of the secret, a
   * noise of about 2^-20 at N = 2^16 and scale 2^42 instead of 2^-28. The same holds for {@link
   * #dropToLevel}.
   */
  Ciphertext rescale(Ciphertext a);

  /**
   * Scale degree 1 at level l to degree 1 at {@code level <= l}, exactly at that level's canonical
   * scale.
   */
  Ciphertext dropToLevel(Ciphertext a, int level);

  // ---- slots ----

  /**
   * Rotates to the left: slot i of the result is slot (i + steps) mod slotCount of {@code a}. Steps
   * of 0 give a copy.
   *
   * @throws HeMissingKeyException when the bundle has no key for {@code steps}
   */
  Ciphertext rotate(Ciphertext a, int steps);

  /**
   * Several rotations of one ciphertext with one decomposition (hoisting); in the order of {@code
   * steps}.
   */
  List<Ciphertext> rotateAll(Ciphertext a, int[] steps);

  Ciphertext conjugate(Ciphertext a);

  // ---- rotations with sums: what matrix products are made of ----

  /**
   * The sum of {@code rotate(a, steps[i])}: one decomposition and one division by the special
   * primes for all (double hoisting). Any scale degree; at least one step; a step of 0 stands for
   * {@code a} itself. Cost: one key product a step.
   *
   * @throws HeMissingKeyException as {@link #rotate}
   */
  Ciphertext rotateSum(Ciphertext a, int[] steps);

  /**
   * The sum of {@code rotate(a[i], steps[i])}: a decomposition each, one division by the special
   * primes in all. Equal levels and scale degrees; equal lengths, at least 1.
   *
   * @throws HeMissingKeyException as {@link #rotate}
   */
  Ciphertext sumRotated(List<Ciphertext> a, int[] steps);

  /**
   * For each row {@code o} of factors, the sum over t of {@code factors[o][t] * rotate(a,
   * steps[t])}; null is an absent factor, but no row is all null. One decomposition for all rows,
   * one division by the special primes a row. Scale degree 1 in, 2 out; level unchanged; every
   * plaintext at the level of {@code a}. (Bossuat et al. 2021, algorithm 6, without giant steps.)
   *
   * @throws HeMissingKeyException as {@link #rotate}
   */
  List<Ciphertext> multiplyRotated(Ciphertext a, int[] steps, List<List<Plaintext>> factors);

  // ---- refreshing ----

  /**
   * Bootstraps a ciphertext of <b>real</b> slots: from any level at or above {@link
   * Parameters#bootstrapInputLevel()} to {@link Parameters#bootstrapOutputLevel()}. Slots beyond
   * {@link Parameters#bootstrapBound()} in magnitude destroy the whole ciphertext; an imaginary
   * part is discarded.
   */
  Ciphertext bootstrap(Ciphertext a);

  /**
   * Two real ciphertexts in one bootstrap (as real and imaginary part); cheaper than two. Equal
   * levels.
   */
  List<Ciphertext> bootstrapPair(Ciphertext a, Ciphertext b);

  // ---- bytes ----

  /** A ciphertext of zeros with no randomness, as a start for sums; two parts, scale degree 1. */
  Ciphertext zero(int level);

  /** The versioned, digested format of docs/formats.md; two parts, scale degree 1. */
  byte[] serialize(Ciphertext a);

  /**
   * Checks magic, version, sizes, parameter hash and digest first; {@link HeFormatException} says
   * which failed.
   */
  Ciphertext deserialize(byte[] bytes);

  // ---- convenience ----

  /**
   * relinearize, then rescale: scale degree 2 at level l to degree 1 at level l-1, two parts. An
   * engine may do both with one division, which is cheaper and rounds once.
   */
  default Ciphertext relinearizeRescale(Ciphertext a) {
    try (Ciphertext relinearized = relinearize(a)) {
      return rescale(relinearized);
    }
  }

  /** multiply, relinearize, rescale: level l to l-1. */
  default Ciphertext multiplyRescale(Ciphertext a, Ciphertext b) {
    try (Ciphertext product = multiply(a, b)) {
      return relinearizeRescale(product);
    }
  }

  default Ciphertext multiplyRescale(Ciphertext a, Plaintext b) {
    try (Ciphertext product = multiply(a, b)) {
      return rescale(product);
    }
  }

  default Ciphertext multiplyRescale(Ciphertext a, double constant) {
    try (Ciphertext product = multiply(a, constant)) {
      return rescale(product);
    }
  }

  @Override
  void close();
}
