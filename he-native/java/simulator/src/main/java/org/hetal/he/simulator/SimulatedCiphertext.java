package org.hetal.he.simulator;

import org.hetal.he.AbstractCiphertext;

/** Slots in the clear with the level, scale degree and parts that a real ciphertext would have. */
final class SimulatedCiphertext extends AbstractCiphertext {
  private final double[] real;
  private final double[] imaginary;

  /**
   * @param owner simulators of equal parameters take each other's ciphertexts
   */
  SimulatedCiphertext(SimulatedParameters owner, double[] real, double[] imaginary, Shape shape) {
    super(owner, shape);
    this.real = real;
    this.imaginary = imaginary;
  }

  double[] real() {
    return real;
  }

  double[] imaginary() {
    return imaginary;
  }

  @Override
  protected void release() {
    // The slots are on the Java heap.
  }
}
