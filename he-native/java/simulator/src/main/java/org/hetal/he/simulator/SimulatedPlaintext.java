package org.hetal.he.simulator;

import org.hetal.he.Plaintext;

final class SimulatedPlaintext implements Plaintext {
  private final SimulatedParameters parameters;
  private final double[] real;
  private final double[] imaginary;
  private final int level;
  private final Footprint footprint;
  private boolean closed;

  SimulatedPlaintext(
      SimulatedParameters parameters,
      double[] real,
      double[] imaginary,
      int level,
      Footprint footprint) {
    this.parameters = parameters;
    this.real = real;
    this.imaginary = imaginary;
    this.level = level;
    this.footprint = footprint;
    footprint.opened(level, 1);
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
    if (!closed) {
      closed = true;
      footprint.closed(level, 1);
    }
  }
}
