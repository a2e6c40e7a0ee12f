package org.hetal.he;

/** The operations that {@link RecordingEvaluator} counts. */
public enum Operation {
  /** Additions and subtractions of ciphertexts and plaintexts, those inside sums included. */
  ADD,
  /** Products of two ciphertexts, each term of a sum. */
  MULTIPLY,
  /** Products of a ciphertext and a plaintext, each term of a sum. */
  MULTIPLY_PLAIN,
  /** Products of a ciphertext and a real constant. */
  MULTIPLY_CONSTANT,
  /** Key switches from three parts to two. */
  RELINEARIZE,
  /** Divisions by the prime of a level. */
  RESCALE,
  /** Key switches of rotations, each step other than 0. */
  ROTATE,
  /** Key switches of conjugations. */
  CONJUGATE,
  /** Bootstraps; a pair counts once. */
  BOOTSTRAP,
  /** Plaintexts made from slots. */
  ENCODE
}
