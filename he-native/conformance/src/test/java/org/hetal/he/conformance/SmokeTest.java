package org.hetal.he.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.junit.jupiter.api.Test;

class SmokeTest {
  @Test
  void smoke() {
    try (NativeBench bench = new NativeBench(1)) {
      Evaluator e = bench.evaluator();
      double[] a = bench.random(1);
      double[] b = bench.random(2);
      try (Ciphertext x = bench.encrypt(a, 4);
          Ciphertext y = bench.encrypt(b, 4);
          Ciphertext z = e.multiplyRescale(x, y);
          Ciphertext r = e.rotate(z, 5);
          Ciphertext s = e.bootstrap(r)) {
        double[] want = new double[a.length];
        for (int i = 0; i < a.length; i++) {
          int j = (i + 5) % a.length;
          want[i] = a[j] * b[j];
        }
        System.out.println(e.device() + " " + bench.nativeEvaluator().keyBytes());
        assertArrayEquals(want, Arrays.copyOf(bench.decryptComplex(s), a.length), 0x1p-18);
      }
    }
  }
}
