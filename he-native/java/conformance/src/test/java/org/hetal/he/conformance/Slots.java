package org.hetal.he.conformance;

/** Slots in the clear: a pair of real and imaginary parts. */
record Slots(double[] re, double[] im) {
  static Slots real(double[] re) {
    return new Slots(re, new double[re.length]);
  }

  Slots plus(Slots b, double factor) {
    Slots out = new Slots(re.clone(), im.clone());
    for (int i = 0; i < re.length; i++) {
      out.re[i] += factor * b.re[i];
      out.im[i] += factor * b.im[i];
    }
    return out;
  }

  Slots times(Slots b) {
    Slots out = new Slots(new double[re.length], new double[re.length]);
    for (int i = 0; i < re.length; i++) {
      out.re[i] = re[i] * b.re[i] - im[i] * b.im[i];
      out.im[i] = re[i] * b.im[i] + im[i] * b.re[i];
    }
    return out;
  }

  Slots scaled(double factor) {
    return new Slots(new double[re.length], new double[re.length]).plus(this, factor);
  }

  Slots left(int steps) {
    Slots out = new Slots(new double[re.length], new double[re.length]);
    for (int i = 0; i < re.length; i++) {
      int from = Math.floorMod(i + steps, re.length);
      out.re[i] = re[from];
      out.im[i] = im[from];
    }
    return out;
  }
}
