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

  /** {@return the parameter set of every ciphertext and plaintext} */
  Parameters parameters();

  /**
   * {@return where the arithmetic runs, for reports: {@code "cpu/avx512-ifma x2"}, {@code
   * "simulator"}}
   */
  String device();

  /**
   * The key pair whose evaluation keys this evaluator uses. Ciphertexts of another key pair are
   * refused.
   *
   * @return hexadecimal, 32 digits for the native engine; empty for an evaluator without keys
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
   * @param level of the plaintext, 0 to maxLevel
   * @return a plaintext at {@code level}
   * @throws IllegalArgumentException for another number of values, or one that is not finite
   * @throws HeLevelException for a level out of range
   */
  Plaintext encode(double[] values, int level);

  /**
   * Encodes complex slots; otherwise as {@link #encode(double[], int)}.
   *
   * @param real 1 to slotCount finite values, a power of two of them, repeated to fill the slots
   * @param imaginary as many finite values
   * @param level of the plaintext, 0 to maxLevel
   * @return a plaintext at {@code level}
   * @throws IllegalArgumentException for another number of values, unequal lengths, or a value that
   *     is not finite
   * @throws HeLevelException for a level out of range
   */
  Plaintext encode(double[] real, double[] imaginary, int level);

  // ---- sums: level and scale degree unchanged ----

  /**
   * {@code a + b}, slot by slot. Level and scale degree unchanged.
   *
   * @param a two or three parts
   * @param b level and scale degree of {@code a}, two or three parts
   * @return the sum, with three parts if an operand has three
   * @throws HeLevelException for unequal levels
   * @throws HeScaleException for unequal scale degrees
   */
  Ciphertext add(Ciphertext a, Ciphertext b);

  /**
   * {@code a - b}, slot by slot. Level and scale degree unchanged.
   *
   * @param a two or three parts
   * @param b level and scale degree of {@code a}, two or three parts
   * @return the difference, with three parts if an operand has three
   * @throws HeLevelException for unequal levels
   * @throws HeScaleException for unequal scale degrees
   */
  Ciphertext sub(Ciphertext a, Ciphertext b);

  /**
   * {@code -a}, exactly. Level, scale degree and parts unchanged.
   *
   * @param a any scale degree and parts
   * @return the negated slots
   */
  Ciphertext negate(Ciphertext a);

  /**
   * {@code a + b}, slot by slot. Level, scale degree and parts unchanged.
   *
   * @param a scale degree 1, two or three parts
   * @param b at the level of {@code a}
   * @return the sum
   * @throws HeLevelException for unequal levels
   * @throws HeScaleException for scale degree 2
   */
  Ciphertext add(Ciphertext a, Plaintext b);

  /**
   * {@code a - b}, slot by slot. Level, scale degree and parts unchanged.
   *
   * @param a scale degree 1, two or three parts
   * @param b at the level of {@code a}
   * @return the difference
   * @throws HeLevelException for unequal levels
   * @throws HeScaleException for scale degree 2
   */
  Ciphertext sub(Ciphertext a, Plaintext b);

  /**
   * Adds a real constant to every slot. Level, scale degree and parts unchanged.
   *
   * @param a any scale degree and parts
   * @param constant finite
   * @return the sum
   * @throws IllegalArgumentException for a constant that is not finite
   */
  Ciphertext add(Ciphertext a, double constant);

  /**
   * {@code factor * a}, exactly: uses no level. Level, scale degree and parts unchanged. The noise
   * grows by the factor.
   *
   * @param a any scale degree and parts
   * @param factor of a magnitude of at most 2^20
   * @return the product
   * @throws IllegalArgumentException for a larger factor
   */
  Ciphertext multiplyInteger(Ciphertext a, int factor);

  /**
   * {@code i * a} with the imaginary unit i, exactly: uses no level and no key. Level, scale degree
   * and parts unchanged.
   *
   * @param a any scale degree and parts
   * @return the product
   */
  Ciphertext multiplyByI(Ciphertext a);

  // ---- products: scale degree 1 in, 2 out; level l unchanged, at least 1 ----

  /**
   * {@code a * b}, slot by slot: scale degree 1 in, 2 out; level unchanged. Relinearize, perhaps
   * after summing several products, before rotating. Cost: 4 pointwise products per limb.
   *
   * @param a level at least 1, scale degree 1, two parts
   * @param b the level of {@code a}, scale degree 1, two parts
   * @return the product, of three parts
   * @throws HeLevelException for unequal levels, or level 0
   * @throws HeScaleException for scale degree 2
   * @throws IllegalArgumentException for three parts
   */
  Ciphertext multiply(Ciphertext a, Ciphertext b);

  /**
   * {@code a * a}: scale degree 1 in, 2 out; level unchanged. Cost: that of {@link
   * #multiply(Ciphertext, Ciphertext)}.
   *
   * @param a level at least 1, scale degree 1, two parts
   * @return the square, of three parts
   * @throws HeLevelException at level 0
   * @throws HeScaleException for scale degree 2
   * @throws IllegalArgumentException for three parts
   */
  Ciphertext square(Ciphertext a);

  /**
   * {@code a * b}, slot by slot: scale degree 1 in, 2 out; level and parts unchanged. Cost: 1
   * pointwise product per limb and part.
   *
   * @param a level at least 1, scale degree 1, two or three parts
   * @param b at the level of {@code a}
   * @return the product
   * @throws HeLevelException for unequal levels, or level 0
   * @throws HeScaleException for scale degree 2
   */
  Ciphertext multiply(Ciphertext a, Plaintext b);

  /**
   * {@code constant * a}, the constant encoded at the canonical scale: scale degree 1 in, 2 out;
   * level and parts unchanged.
   *
   * @param a level at least 1, scale degree 1, two or three parts
   * @param constant finite
   * @return the product
   * @throws IllegalArgumentException for a constant that is not finite
   * @throws HeLevelException at level 0
   * @throws HeScaleException for scale degree 2
   */
  Ciphertext multiply(Ciphertext a, double constant);

  /**
   * {@code sum a[i] * b[i]}, in one pass over the residues: scale degree 1 in, 2 out; level
   * unchanged. One relinearization serves the whole sum. Cost: 4 pointwise products per limb and
   * term.
   *
   * @param a at least one ciphertext; all of one level, at least 1, of scale degree 1 and two parts
   * @param b as many, of the same level, scale degree and parts
   * @return the sum, of three parts
   * @throws HeLevelException for unequal levels, or level 0
   * @throws HeScaleException for scale degree 2
   * @throws IllegalArgumentException for three parts, unequal lengths, or none
   */
  Ciphertext multiplySum(List<Ciphertext> a, List<Ciphertext> b);

  /**
   * {@code sum a[i] * b[i]} with plaintexts, in one pass over the residues: scale degree 1 in, 2
   * out; level unchanged. Cost: 1 pointwise product per limb, part and term.
   *
   * @param a at least one ciphertext; all of one level, at least 1, of scale degree 1 and two or
   *     three parts
   * @param b as many, at the level of {@code a}
   * @return the sum, with three parts if a term has three
   * @throws HeLevelException for unequal levels, or level 0
   * @throws HeScaleException for scale degree 2
   * @throws IllegalArgumentException for unequal lengths, or none
   */
  Ciphertext multiplySumPlain(List<Ciphertext> a, List<Plaintext> b);

  // ---- relinearization and levels ----

  /**
   * Three parts to two; level and scale degree unchanged. Cost: one key switch; none for two parts.
   * Key: relinearization at the level.
   *
   * @param a any level and scale degree
   * @return two parts; a copy of {@code a} if it has two
   * @throws HeMissingKeyException without that key, for three parts
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
   * @param a level at least 1, scale degree 2
   * @return the same slots one level lower
   * @throws HeLevelException at level 0
   * @throws HeScaleException for scale degree 1
   */
  Ciphertext rescale(Ciphertext a);

  /**
   * The same slots at a lower level, exactly at that level's canonical scale: scale degree 1 at
   * level l to degree 1 at {@code level}; parts unchanged. Cost: one multiplication by a constant
   * and one {@link #rescale} at level + 1; none for {@code level == l}.
   *
   * @param a scale degree 1, two or three parts
   * @param level 0 to the level of {@code a}
   * @return the slots of {@code a} at {@code level}; a copy if that is its level
   * @throws HeLevelException for a level out of range
   * @throws HeScaleException for scale degree 2
   */
  Ciphertext dropToLevel(Ciphertext a, int level);

  // ---- rotations: two parts; level and scale degree unchanged ----

  /**
   * Rotates to the left: slot i of the result is slot (i + steps) mod slotCount of {@code a}. Level
   * and scale degree unchanged. Cost: one key switch. Key: the rotation by {@code steps mod
   * slotCount}, at the level.
   *
   * @param a any scale degree, two parts
   * @param steps of either sign; a multiple of slotCount gives a copy and needs no key
   * @return the rotated slots
   * @throws HeMissingKeyException without that key
   * @throws IllegalArgumentException for three parts
   */
  Ciphertext rotate(Ciphertext a, int steps);

  /**
   * {@code rotate(a, steps[i])} for each i with one decomposition (hoisting). Level and scale
   * degree unchanged. Cost: one decomposition, and for each step a key product and a division by
   * the special primes. Keys: one rotation for each step, at the level.
   *
   * @param a any scale degree, two parts
   * @param steps each as in {@link #rotate}
   * @return as many ciphertexts as steps, in this order
   * @throws HeMissingKeyException without one of the keys
   * @throws IllegalArgumentException for three parts
   */
  List<Ciphertext> rotateAll(Ciphertext a, int[] steps);

  /**
   * The complex conjugate of each slot. Level and scale degree unchanged. Cost: one key switch.
   * Key: conjugation at the level.
   *
   * @param a any scale degree, two parts
   * @return the conjugated slots
   * @throws HeMissingKeyException without that key
   * @throws IllegalArgumentException for three parts
   */
  Ciphertext conjugate(Ciphertext a);

  /**
   * {@code sum rotate(a, steps[i])}. Level and scale degree unchanged. Cost: one decomposition, a
   * key product for each step, one division by the special primes (double hoisting). Keys: one
   * rotation for each step, at the level.
   *
   * @param a any scale degree, two parts
   * @param steps at least one; 0 stands for {@code a} itself
   * @return the sum, of two parts
   * @throws HeMissingKeyException without one of the keys
   * @throws IllegalArgumentException for three parts, or no step
   */
  Ciphertext rotateSum(Ciphertext a, int[] steps);

  /**
   * {@code sum rotate(a[i], steps[i])}. Level and scale degree unchanged. Cost: a decomposition and
   * a key product for each term, one division by the special primes. Keys: one rotation for each
   * step, at the level.
   *
   * @param a at least one ciphertext, all of one level and scale degree, of two parts
   * @param steps as many, each as in {@link #rotate}
   * @return the sum, of two parts
   * @throws HeMissingKeyException without one of the keys
   * @throws HeLevelException for unequal levels
   * @throws HeScaleException for unequal scale degrees
   * @throws IllegalArgumentException for three parts, unequal lengths, or none
   */
  Ciphertext sumRotated(List<Ciphertext> a, int[] steps);

  /**
   * For each row {@code o} of factors {@code sum over t of factors[o][t] * rotate(a, steps[t])}:
   * scale degree 1 in, 2 out; level unchanged. Cost: one decomposition, a key product for each
   * step, one division by the special primes for each row. Keys: one rotation for each step, at the
   * level. (Bossuat, Mouchet, Troncoso-Pastoriza, Hubaux 2021, algorithm 6, without giant steps.)
   *
   * @param a level at least 1, scale degree 1, two parts
   * @param steps each as in {@link #rotate}
   * @param factors rows, each with as many plaintexts as steps, at the level of {@code a}; null is
   *     an absent factor, but no row is all null
   * @return one ciphertext of two parts for each row, in this order
   * @throws HeMissingKeyException without one of the keys
   * @throws HeLevelException for a factor at another level, or level 0
   * @throws HeScaleException for scale degree 2
   * @throws IllegalArgumentException for three parts, or rows of another length, or all null
   */
  List<Ciphertext> multiplyRotated(Ciphertext a, int[] steps, List<List<Plaintext>> factors);

  // ---- bootstraps: scale degree 1 and two parts in and out ----

  /**
   * Refreshes a ciphertext of <b>real</b> slots: from any level at or above {@link
   * Parameters#bootstrapInputLevel()} to {@link Parameters#bootstrapOutputLevel()}. Slots beyond
   * {@link Parameters#bootstrapBound()} in magnitude destroy the whole ciphertext. Only the
   * simulator sees the slots and throws {@link HeRangeException}.
   *
   * <p>Precision at {@code n16_l12}, over 2^15 uniform slots within [-1, 1]: 23.6 bits on average,
   * 20.3 bits in the worst slot. Cost there: 2.3 s on two threads, as much as about 150 rotations
   * at level 12. Keys: relinearization, conjugation and the rotations of CoeffsToSlots and
   * SlotsToCoeffs, 42 keys of 2.3 GB on disk in all, which the key generator adds for {@link
   * KeyPlan#bootstrap()}. The figures are those of {@code he-native/cpp/bench/results}; OpenFHE's
   * are in {@code he-native/docs/openfhe.md}.
   *
   * <p>With the keys of {@link KeyPlan#bootstrap(int)} for all slots, 39 of 2.1 GB, the native
   * engine transforms half as many complex slots and takes about 0.92 of the time. If the bundle
   * has the keys of pairs, the engine uses those. The results of the two ways have other bytes. An
   * imaginary part is discarded with the keys of pairs, and corrupts the real one without.
   *
   * @param a level at least {@link Parameters#bootstrapInputLevel()}, scale degree 1, two parts,
   *     real slots of a magnitude of at most {@link Parameters#bootstrapBound()}
   * @return the same slots at {@link Parameters#bootstrapOutputLevel()}, scale degree 1, two parts
   * @throws HeLevelException below the input level
   * @throws HeScaleException for scale degree 2
   * @throws IllegalArgumentException for three parts
   * @throws HeMissingKeyException when the bundle was made without bootstrapping
   */
  default Ciphertext bootstrap(Ciphertext a) {
    return bootstrap(a, parameters().slotCount());
  }

  /**
   * Refreshes a ciphertext of <b>real</b> slots that repeat with a period, faster than {@link
   * #bootstrap(Ciphertext)}. Slots that should be equal and are not are replaced by their mean, and
   * an imaginary part corrupts the real one; the simulator throws {@link HeRangeException} for
   * both. OpenFHE refreshes all slots, whatever the period.
   *
   * <p>Cost: with n slots, CoeffsToSlots and SlotsToCoeffs have log2(n) - 1 stages of log2(N / 2);
   * log2(N / n) rotations at the highest level are added. Precision as with all slots. Keys: those
   * of {@link KeyPlan#bootstrap(int)} for {@code slots}. The figures are in {@code
   * he-native/cpp/bench/results/sparse_bootstraps.json}.
   *
   * @param a as in {@link #bootstrap(Ciphertext)}
   * @param slots the period n: a power of two from {@link Parameters#FEWEST_BOOTSTRAP_SLOTS} to
   *     {@link Parameters#slotCount()}, at which this is {@link #bootstrap(Ciphertext)}
   * @return as in {@link #bootstrap(Ciphertext)}
   * @throws HeLevelException below the input level
   * @throws HeScaleException for scale degree 2
   * @throws IllegalArgumentException for three parts, or another number of slots
   * @throws HeMissingKeyException when the bundle was made without these bootstraps
   */
  Ciphertext bootstrap(Ciphertext a, int slots);

  /**
   * Refreshes two ciphertexts of real slots in one bootstrap, as its real and imaginary part.
   * Levels and scale degrees as in {@link #bootstrap}. Precision at {@code n16_l12}: 20.3 bits in
   * the worst slot. Cost there: 3.2 s on two threads, 1.4 bootstraps. Keys: those of {@link
   * KeyPlan#bootstrap()}.
   *
   * @param a as in {@link #bootstrap}
   * @param b as in {@link #bootstrap}, at the level of {@code a}
   * @return both refreshed, {@code a} first
   * @throws HeLevelException for unequal levels, or below the input level
   * @throws HeScaleException for scale degree 2
   * @throws IllegalArgumentException for three parts
   * @throws HeMissingKeyException when the bundle was made without bootstrapping
   */
  default List<Ciphertext> bootstrapPair(Ciphertext a, Ciphertext b) {
    return bootstrapPair(a, b, parameters().slotCount());
  }

  /**
   * Refreshes two ciphertexts of real slots that repeat with a period, in one sparse bootstrap that
   * costs one rotation and one conjugation more than {@link #bootstrap(Ciphertext, int)} of twice
   * the slots. Slots as there. Keys: those of {@link KeyPlan#bootstrap(int)} for {@code 2 slots}.
   *
   * @param a as in {@link #bootstrap(Ciphertext, int)}
   * @param b as in {@link #bootstrap(Ciphertext, int)}, at the level of {@code a}
   * @param slots the period of both: a power of two from half of {@link
   *     Parameters#FEWEST_BOOTSTRAP_SLOTS} to {@link Parameters#slotCount()}, at which this is
   *     {@link #bootstrapPair(Ciphertext, Ciphertext)}
   * @return both refreshed, {@code a} first
   * @throws HeLevelException for unequal levels, or below the input level
   * @throws HeScaleException for scale degree 2
   * @throws IllegalArgumentException for three parts, or another number of slots
   * @throws HeMissingKeyException when the bundle was made without these bootstraps
   */
  List<Ciphertext> bootstrapPair(Ciphertext a, Ciphertext b, int slots);

  // ---- bytes ----

  /**
   * A ciphertext of zeros without randomness, as a start for sums.
   *
   * @param level 0 to maxLevel
   * @return two parts, scale degree 1, at {@code level}
   * @throws HeLevelException for a level out of range
   */
  Ciphertext zero(int level);

  /**
   * The bytes of a ciphertext with version and digest; the format is in {@code
   * he-native/docs/formats.md}.
   *
   * @param a any level, scale degree 1, two parts
   * @return about {@link Parameters#storedCiphertextBytes} bytes
   * @throws HeScaleException for scale degree 2
   * @throws IllegalArgumentException for three parts
   */
  byte[] serialize(Ciphertext a);

  /**
   * Reads what {@link #serialize} or the data owner's client wrote. Checks magic, version, sizes,
   * parameter hash, key id and digest before it uses the residues.
   *
   * @param bytes all bytes of one ciphertext
   * @return the ciphertext, at the level that the bytes give, scale degree 1, two parts
   * @throws HeFormatException naming the check that failed
   */
  Ciphertext deserialize(byte[] bytes);

  // ---- convenience ----

  /**
   * {@link #relinearize}, then {@link #rescale}: scale degree 2 at level l to degree 1 at level
   * l-1. The native engine does both with one division, which is cheaper and rounds once. Cost: at
   * most one key switch and one rescaling. Key: relinearization at level l.
   *
   * @param a level at least 1, scale degree 2, two or three parts
   * @return two parts, one level lower
   * @throws HeLevelException at level 0
   * @throws HeScaleException for scale degree 1
   * @throws HeMissingKeyException without that key, for three parts
   */
  default Ciphertext relinearizeRescale(Ciphertext a) {
    try (Ciphertext relinearized = relinearize(a)) {
      return rescale(relinearized);
    }
  }

  /**
   * {@code a * b}, relinearized and rescaled: scale degree 1 at level l to degree 1 at level l-1.
   * Cost: {@link #multiply(Ciphertext, Ciphertext)} and {@link #relinearizeRescale}. Key:
   * relinearization at level l.
   *
   * @param a level at least 1, scale degree 1, two parts
   * @param b the level of {@code a}, scale degree 1, two parts
   * @return the product, of two parts
   * @throws HeLevelException for unequal levels, or level 0
   * @throws HeScaleException for scale degree 2
   * @throws IllegalArgumentException for three parts
   * @throws HeMissingKeyException without that key
   */
  default Ciphertext multiplyRescale(Ciphertext a, Ciphertext b) {
    try (Ciphertext product = multiply(a, b)) {
      return relinearizeRescale(product);
    }
  }

  /**
   * {@code a * b}, rescaled: scale degree 1 at level l to degree 1 at level l-1; parts unchanged.
   * Cost: {@link #multiply(Ciphertext, Plaintext)} and {@link #rescale}.
   *
   * @param a level at least 1, scale degree 1, two or three parts
   * @param b at the level of {@code a}
   * @return the product
   * @throws HeLevelException for unequal levels, or level 0
   * @throws HeScaleException for scale degree 2
   */
  default Ciphertext multiplyRescale(Ciphertext a, Plaintext b) {
    try (Ciphertext product = multiply(a, b)) {
      return rescale(product);
    }
  }

  /**
   * {@code constant * a}, rescaled: scale degree 1 at level l to degree 1 at level l-1; parts
   * unchanged. Cost: {@link #multiply(Ciphertext, double)} and {@link #rescale}.
   *
   * @param a level at least 1, scale degree 1, two or three parts
   * @param constant finite
   * @return the product
   * @throws IllegalArgumentException for a constant that is not finite
   * @throws HeLevelException at level 0
   * @throws HeScaleException for scale degree 2
   */
  default Ciphertext multiplyRescale(Ciphertext a, double constant) {
    try (Ciphertext product = multiply(a, constant)) {
      return rescale(product);
    }
  }

  /**
   * Frees what the evaluator holds, such as its keys. A second call does nothing. Ciphertexts and
   * plaintexts are closed by those who hold them.
   */
  @Override
  void close();
}
