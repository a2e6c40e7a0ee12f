package org.hetal.he;

import java.util.List;

/**
 * Arithmetic on CKKS ciphertexts: the one interface between the algorithms and whatever computes
 * (the native engine, OpenFHE, the simulator). {@link EvaluatorBackend} opens one by name.
 *
 * <p><b>Values.</b> A ciphertext holds {@link Parameters#slotCount()} complex slots. Ciphertexts
 * and plaintexts are immutable: every operation returns a new one, which the caller closes (see
 * {@link Scope}).
 *
 * <p><b>Level and scale.</b> The level is the number of rescalings left. Each level {@code l} has
 * one canonical scale {@code D(l) = parameters().scale(l)}, with {@code D(l-1) = D(l)^2 / q(l)}. A
 * ciphertext's scale is always {@code D(l)^scaleDegree}: degree 1 normally, degree 2 between a
 * multiplication and its {@link #rescale}. Binary operations need equal levels ({@link
 * HeLevelException}) and equal scale degrees ({@link HeScaleException}). Nothing is adjusted
 * silently; {@link #dropToLevel} lowers a level.
 *
 * <p><b>Parts.</b> A fresh ciphertext has two parts. A product of two ciphertexts has three until
 * {@link #relinearize}. Additions, products with plaintexts and constants, {@link #rescale} and
 * {@link #dropToLevel} take two or three. Products of ciphertexts, rotations, conjugation,
 * serialization and bootstraps take two ({@link IllegalArgumentException}).
 *
 * <p><b>Cost.</b> Costs are those of the native engine at level l with {@code d =
 * parameters().digits(l)} digits and {@code p = parameters().specialPrimes()} special primes. An
 * NTT is one transform of one limb. A key switch decomposes a polynomial (l + 1 inverse NTTs, then
 * d (l + 1 + p) NTTs at most), multiplies it with d digits of a key, and divides two polynomials by
 * the special primes (2 (l + 1 + p) NTTs). Operations without a stated cost take one pass over the
 * residues and no NTT. At N = 2^16, level 12 and two threads a rotation takes 15 ms ({@code
 * he-native/cpp/bench/results/n16_l12_2_threads.json}).
 *
 * <p><b>Determinism.</b> Equal inputs give equal bytes, for every device and number of threads.
 * Methods may be called from several threads.
 *
 * <p><b>Errors.</b> Every operation throws {@link IllegalStateException} for a closed operand or
 * evaluator, {@link IllegalArgumentException} for an operand of another evaluator or of other
 * parameters, and {@link DeviceOutOfMemoryException} when the device has no memory left. Rules are
 * checked before any arithmetic ({@link EvaluatorRules}).
 */
public interface Evaluator extends AutoCloseable {

  /** The parameter set of every ciphertext and plaintext. */
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

  // ---- plaintexts ----

  /**
   * Encodes real slots at a level, at the canonical scale D(level). Cost: one NTT per limb, special
   * primes included.
   *
   * @param values 1 to slotCount finite values, a power of two of them, repeated to fill the slots
   * @param level 0 to maxLevel
   * @throws IllegalArgumentException for another number of values, or one that is not finite
   * @throws HeLevelException for a level out of range
   */
  Plaintext encode(double[] values, int level);

  /**
   * As {@link #encode(double[], int)} with imaginary parts.
   *
   * @throws IllegalArgumentException also for unequal lengths
   */
  Plaintext encode(double[] real, double[] imaginary, int level);

  // ---- sums: level and scale degree unchanged ----

  /**
   * {@code a + b}, slot by slot. Equal levels and scale degrees; two or three parts, the larger
   * number comes out.
   *
   * @throws HeLevelException for unequal levels
   * @throws HeScaleException for unequal scale degrees
   */
  Ciphertext add(Ciphertext a, Ciphertext b);

  /** {@code a - b}; otherwise as {@link #add(Ciphertext, Ciphertext)}. */
  Ciphertext sub(Ciphertext a, Ciphertext b);

  /** {@code -a}; any scale degree and parts. */
  Ciphertext negate(Ciphertext a);

  /**
   * {@code a + b}. The plaintext is at the level of {@code a}, and {@code a} has scale degree 1.
   *
   * @throws HeLevelException for unequal levels
   * @throws HeScaleException for scale degree 2
   */
  Ciphertext add(Ciphertext a, Plaintext b);

  /** {@code a - b}; otherwise as {@link #add(Ciphertext, Plaintext)}. */
  Ciphertext sub(Ciphertext a, Plaintext b);

  /**
   * Adds a real constant to every slot; any scale degree and parts.
   *
   * @throws IllegalArgumentException for a constant that is not finite
   */
  Ciphertext add(Ciphertext a, double constant);

  /**
   * {@code factor * a}, exactly: no level and no scale is used. Any scale degree and parts. The
   * noise grows by the factor.
   *
   * @param factor of a magnitude of at most 2^20
   * @throws IllegalArgumentException for a larger factor
   */
  Ciphertext multiplyInteger(Ciphertext a, int factor);

  /** {@code i * a}, exactly: no level, no key. Any scale degree and parts. */
  Ciphertext multiplyByI(Ciphertext a);

  // ---- products: scale degree 1 in, 2 out; level l unchanged, at least 1 ----

  /**
   * {@code a * b}, slot by slot; two parts in, three out. Relinearize, perhaps after summing
   * several products, before rotating. Cost: 4 pointwise products per limb.
   *
   * @throws HeLevelException for unequal levels, or level 0
   * @throws HeScaleException for scale degree 2
   * @throws IllegalArgumentException for three parts
   */
  Ciphertext multiply(Ciphertext a, Ciphertext b);

  /** {@code a * a}; as {@link #multiply(Ciphertext, Ciphertext)}. */
  Ciphertext square(Ciphertext a);

  /**
   * {@code a * b} with a plaintext at the level of {@code a}; parts unchanged. Cost: 1 pointwise
   * product per limb and part.
   *
   * @throws HeLevelException for unequal levels, or level 0
   * @throws HeScaleException for scale degree 2
   */
  Ciphertext multiply(Ciphertext a, Plaintext b);

  /**
   * {@code constant * a}, the constant encoded at the canonical scale; parts unchanged.
   *
   * @throws IllegalArgumentException for a constant that is not finite
   * @throws HeLevelException at level 0
   * @throws HeScaleException for scale degree 2
   */
  Ciphertext multiply(Ciphertext a, double constant);

  /**
   * {@code sum a[i] * b[i]}, in one pass over the residues; three parts out, so that one
   * relinearization serves the whole sum. As {@link #multiply(Ciphertext, Ciphertext)} for each
   * term, all at one level.
   *
   * @throws IllegalArgumentException also for unequal lengths, or none
   */
  Ciphertext multiplySum(List<Ciphertext> a, List<Ciphertext> b);

  /**
   * {@code sum a[i] * b[i]} with plaintexts, in one pass over the residues. As {@link
   * #multiply(Ciphertext, Plaintext)} for each term, all at one level.
   *
   * @throws IllegalArgumentException for unequal lengths, or none
   */
  Ciphertext multiplySumPlain(List<Ciphertext> a, List<Plaintext> b);

  // ---- relinearization and levels ----

  /**
   * Three parts to two; level and scale degree unchanged. Two parts come back as a copy. Cost: one
   * key switch. Key: relinearization at the level.
   *
   * @throws HeMissingKeyException without that key
   */
  Ciphertext relinearize(Ciphertext a);

  /**
   * Divides by q(l) and rounds: scale degree 2 at level l to degree 1 at level l-1; parts
   * unchanged. Cost: 1 + l NTTs per part.
   *
   * <p>Relinearize three parts first: the rounding error of a third part is multiplied by the
   * square of the secret, a noise of about 2^-20 at N = 2^16 and scale 2^42 instead of 2^-28. The
   * same holds for {@link #dropToLevel}.
   *
   * @throws HeLevelException at level 0
   * @throws HeScaleException for scale degree 1
   */
  Ciphertext rescale(Ciphertext a);

  /**
   * The same slots at a lower level, exactly at that level's canonical scale: scale degree 1 at
   * level l to degree 1 at {@code level}; parts unchanged. Cost: one multiplication by a constant
   * and one {@link #rescale} at level + 1; none for {@code level == l}, which gives a copy.
   *
   * @param level 0 to the level of {@code a}
   * @throws HeLevelException for a level out of range
   * @throws HeScaleException for scale degree 2
   */
  Ciphertext dropToLevel(Ciphertext a, int level);

  // ---- rotations: two parts; level and scale degree unchanged ----

  /**
   * Rotates to the left: slot i of the result is slot (i + steps) mod slotCount of {@code a}. Steps
   * of 0 give a copy. Any scale degree. Cost: one key switch. Key: the rotation by {@code steps mod
   * slotCount}, at the level.
   *
   * @param steps of either sign
   * @throws HeMissingKeyException without that key
   * @throws IllegalArgumentException for three parts
   */
  Ciphertext rotate(Ciphertext a, int steps);

  /**
   * {@code rotate(a, steps[i])} for each i, in this order, with one decomposition (hoisting). Cost:
   * one decomposition, and for each step a key product and a division by the special primes. Keys
   * and errors as {@link #rotate}.
   */
  List<Ciphertext> rotateAll(Ciphertext a, int[] steps);

  /**
   * The complex conjugate of each slot. Any scale degree. Cost: one key switch. Key: conjugation at
   * the level.
   *
   * @throws HeMissingKeyException without that key
   * @throws IllegalArgumentException for three parts
   */
  Ciphertext conjugate(Ciphertext a);

  /**
   * {@code sum rotate(a, steps[i])}; a step of 0 stands for {@code a} itself. Any scale degree.
   * Cost: one decomposition, a key product for each step, one division by the special primes
   * (double hoisting). Keys and errors as {@link #rotate}.
   *
   * @param steps at least one
   * @throws IllegalArgumentException also for no step
   */
  Ciphertext rotateSum(Ciphertext a, int[] steps);

  /**
   * {@code sum rotate(a[i], steps[i])}. Equal levels and scale degrees. Cost: a decomposition and a
   * key product for each term, one division by the special primes. Keys and errors as {@link
   * #rotate}.
   *
   * @throws HeLevelException for unequal levels
   * @throws HeScaleException for unequal scale degrees
   * @throws IllegalArgumentException also for unequal lengths, or none
   */
  Ciphertext sumRotated(List<Ciphertext> a, int[] steps);

  /**
   * For each row {@code o} of factors {@code sum over t of factors[o][t] * rotate(a, steps[t])}:
   * scale degree 1 in, 2 out; level l unchanged, at least 1. Cost: one decomposition, a key product
   * for each step, one division by the special primes for each row. Keys as {@link #rotate}, for
   * every step. (Bossuat, Mouchet, Troncoso-Pastoriza, Hubaux 2021, algorithm 6, without giant
   * steps.)
   *
   * @param factors as many in a row as steps, at the level of {@code a}; null is an absent factor,
   *     but no row is all null
   * @throws HeMissingKeyException without one of the keys
   * @throws HeLevelException for a factor at another level, or level 0
   * @throws HeScaleException for scale degree 2
   * @throws IllegalArgumentException for three parts, or rows of another length, or all null
   */
  List<Ciphertext> multiplyRotated(Ciphertext a, int[] steps, List<List<Plaintext>> factors);

  // ---- bootstraps: scale degree 1 and two parts in and out ----

  /**
   * Refreshes a ciphertext of <b>real</b> slots: from any level at or above {@link
   * Parameters#bootstrapInputLevel()} to {@link Parameters#bootstrapOutputLevel()}. An imaginary
   * part is discarded. Slots beyond {@link Parameters#bootstrapBound()} in magnitude destroy the
   * whole ciphertext; only the simulator notices ({@link HeRangeException}).
   *
   * <p>Precision at {@code n16_l12}, over 2^15 uniform slots within [-1, 1]: 23.7 bits on average,
   * 20.7 bits in the worst slot. Cost there: 2.3 s on two threads, as much as about 150 rotations
   * at level 12. Keys: relinearization, conjugation and the rotations of CoeffsToSlots and
   * SlotsToCoeffs, 42 keys of 2.3 GB on disk in all, which the key generator adds for {@link
   * KeyPlan#bootstrap}. Figures: README, {@code he-native/cpp/bench/results}; OpenFHE's are in
   * {@code he-native/docs/openfhe.md}.
   *
   * @throws HeLevelException below the input level
   * @throws HeScaleException for scale degree 2
   * @throws IllegalArgumentException for three parts
   * @throws HeMissingKeyException when the bundle was made without bootstrapping
   */
  Ciphertext bootstrap(Ciphertext a);

  /**
   * Two ciphertexts of real slots in one bootstrap, as its real and imaginary part; in this order.
   * Equal levels. Precision at {@code n16_l12}: 20.2 bits in the worst slot. Cost there: 3.2 s on
   * two threads, 1.4 bootstraps. Keys and errors as {@link #bootstrap}.
   *
   * @throws HeLevelException also for unequal levels
   */
  List<Ciphertext> bootstrapPair(Ciphertext a, Ciphertext b);

  // ---- bytes ----

  /**
   * A ciphertext of zeros without randomness, as a start for sums; two parts, scale degree 1.
   *
   * @param level 0 to maxLevel
   * @throws HeLevelException for a level out of range
   */
  Ciphertext zero(int level);

  /**
   * The bytes of a ciphertext with version and digest (docs/formats.md); two parts, scale degree 1.
   * About {@link Parameters#storedCiphertextBytes} bytes.
   *
   * @throws HeScaleException for scale degree 2
   * @throws IllegalArgumentException for three parts
   */
  byte[] serialize(Ciphertext a);

  /**
   * Reads what {@link #serialize} or the data owner's client wrote. Checks magic, version, sizes,
   * parameter hash, key id and digest before it uses the residues.
   *
   * @throws HeFormatException naming the check that failed
   */
  Ciphertext deserialize(byte[] bytes);

  // ---- convenience ----

  /**
   * {@link #relinearize}, then {@link #rescale}: scale degree 2 at level l to degree 1 at level
   * l-1, two parts. The native engine does both with one division, which is cheaper and rounds
   * once. Keys and errors of both.
   */
  default Ciphertext relinearizeRescale(Ciphertext a) {
    try (Ciphertext relinearized = relinearize(a)) {
      return rescale(relinearized);
    }
  }

  /** multiply, relinearize, rescale: scale degree 1 at level l to degree 1 at level l-1. */
  default Ciphertext multiplyRescale(Ciphertext a, Ciphertext b) {
    try (Ciphertext product = multiply(a, b)) {
      return relinearizeRescale(product);
    }
  }

  /** multiply, rescale: scale degree 1 at level l to degree 1 at level l-1. */
  default Ciphertext multiplyRescale(Ciphertext a, Plaintext b) {
    try (Ciphertext product = multiply(a, b)) {
      return rescale(product);
    }
  }

  /** multiply, rescale: scale degree 1 at level l to degree 1 at level l-1. */
  default Ciphertext multiplyRescale(Ciphertext a, double constant) {
    try (Ciphertext product = multiply(a, constant)) {
      return rescale(product);
    }
  }

  /** Idempotent. */
  @Override
  void close();
}
