package org.hetal.he.simulator;

/**
 * Standard deviations of the Gaussian noise that the simulator adds to each slot (real and
 * imaginary part alike).
 *
 * @param bootstrap of a bootstrap
 * @param rescale of a rescaling, a relinearization or a rotation
 */
public record Noise(double bootstrap, double rescale) {

  /** Exact arithmetic in double precision. */
  public static final Noise NONE = new Noise(0, 0);

  /**
   * As measured on the engine's default parameter set at N = 2^16: 24 bits a bootstrap, 28 a
   * rescaling.
   */
  public static final Noise MEASURED = new Noise(0x1p-24, 0x1p-28);
}
