package org.hetal.he.simulator;

import org.hetal.he.Plaintext;

final class SimulatedPlaintext implements Plaintext {
  private final SimulatedParameters parameters;
  private final double[] real;
  private final double[] imaginary;
  private final int level;
  private boolean closed;

  SimulatedPlaintext(SimulatedParameters parameters, double[] real, double[] imaginary, int level) {
    this.parameters = parameters;
    this.real = real;
    this.imaginary = imaginary;
    this.level = level;
  }

  double[] real() {
    return real;
  }

  double[] imaginary() {
    return imaginary;
  }

  SimulatedParameters parameters() {
    return parameters;
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public int level() {
    return level;
  }

  @Override
  public void close() {
    closed = true;
  }
}
