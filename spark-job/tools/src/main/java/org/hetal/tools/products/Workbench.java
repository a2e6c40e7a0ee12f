package org.hetal.tools.products;

import java.util.ArrayList;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Plaintext;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.Scope;

/**
 * What a method computes with. Encryption, decryption and encoding are not timed.
 *
 * @param recorder computes and counts from the start of the clock
 * @param cipher encrypts and decrypts
 * @param clock started and stopped by the method
 */
record Workbench(RecordingEvaluator recorder, Cipher cipher, StepClock clock) {
  /** Encryption and decryption. */
  interface Cipher {
    Ciphertext encrypt(double[] slots, int level);

    double[] decrypt(Ciphertext a);
  }

  Workbench {
    clock.onStart(recorder::resetCounts);
  }

  Evaluator evaluator() {
    return recorder;
  }

  Ciphertext encrypt(Scope scope, double[] slots, int level) {
    return scope.own(clock.untimed(() -> cipher.encrypt(slots, level)));
  }

  List<Ciphertext> encrypt(Scope scope, double[][] blocks, int level) {
    List<Ciphertext> out = new ArrayList<>();
    for (double[] slots : blocks) {
      out.add(encrypt(scope, slots, level));
    }
    return out;
  }

  double[] decrypt(Ciphertext a) {
    return clock.untimed(() -> cipher.decrypt(a));
  }

  double[][] decrypt(List<Ciphertext> blocks) {
    return blocks.stream().map(this::decrypt).toArray(double[][]::new);
  }

  Plaintext encode(Scope scope, double[] real, int level) {
    return scope.own(clock.untimed(() -> recorder.encode(real, level)));
  }

  Plaintext encode(Scope scope, double[] real, double[] imaginary, int level) {
    return scope.own(clock.untimed(() -> recorder.encode(real, imaginary, level)));
  }
}
