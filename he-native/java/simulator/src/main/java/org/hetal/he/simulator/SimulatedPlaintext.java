package org.hetal.he.simulator;

import org.hetal.he.AbstractPlaintext;

/** Slots in the clear with the level that an encoded plaintext would have. */
final class SimulatedPlaintext extends AbstractPlaintext {
  private final double[] real;
  private final double[] imaginary;

  SimulatedPlaintext(SimulatedParameters owner, double[] real, double[] imaginary, int level) {
    super(owner, level);
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
