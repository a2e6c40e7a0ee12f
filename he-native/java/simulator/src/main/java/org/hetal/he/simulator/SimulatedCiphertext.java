package org.hetal.he.simulator;

import org.hetal.he.Ciphertext;

/** Slots in the clear with the level, scale degree and parts that a real ciphertext would have. */
final class SimulatedCiphertext implements Ciphertext {
  private final SimulatedParameters parameters;
  private final double[] real;
  private final double[] imaginary;
  private final int level;
  private final int scaleDegree;
  private final int parts;
  private final Footprint footprint;
  private boolean closed;

  SimulatedCiphertext(
      SimulatedParameters parameters,
      double[] real,
      double[] imaginary,
      int level,
      int scaleDegree,
      int parts,
      Footprint footprint) {
    this.parameters = parameters;
    this.real = real;
    this.imaginary = imaginary;
    this.level = level;
    this.scaleDegree = scaleDegree;
    this.parts = parts;
    this.footprint = footprint;
    footprint.opened(level, parts);
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
  public int scaleDegree() {
    return scaleDegree;
  }

  @Override
  public int parts() {
    return parts;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      footprint.closed(level, parts);
    }
  }

  @Override
  public String toString() {
    return "ciphertext(level " + level + ", scale degree " + scaleDegree + ", parts " + parts + ")";
  }
}
