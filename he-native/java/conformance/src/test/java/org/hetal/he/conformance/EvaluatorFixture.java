package org.hetal.he.conformance;

import java.util.SplittableRandom;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;

/** An evaluator under test with what encrypts for it and decrypts from it. */
interface EvaluatorFixture extends AutoCloseable {
  Evaluator evaluator();

  /** Real slots as a ciphertext of the evaluator. */
  Ciphertext encrypt(double[] values, int level);

  /** Real parts, then imaginary parts; any level, scale degree 1, two parts. */
  double[] decryptComplex(Ciphertext a);

  /** The largest error of a slot after one operation on slots within 1. */
  double tolerance();

  /** Errors of a bootstrap of slots within 1. */
  double bootstrapTolerance();

  @Override
  void close();

  default int slots() {
    return evaluator().parameters().slotCount();
  }

  /** Uniform in [-1, 1]; the same for the same seed. */
  default double[] random(long seed) {
    return new SplittableRandom(seed).doubles(slots(), -1, 1).toArray();
  }
}
