package org.hetal.owner.table;

/** IEEE 754 binary16: 1 bit sign, 5 bits exponent, 10 bits fraction. */
public final class HalfFloat {
  private HalfFloat() {}

  /** The value of the 16 bits. */
  public static double value(short bits) {
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    double magnitude =
        switch (exponent) {
          case 0 -> Math.scalb((double) fraction, -24);
          case 0x1f -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
          default -> Math.scalb((double) (fraction | 0x400), exponent - 25);
        };
    return bits < 0 ? -magnitude : magnitude;
  }
}
