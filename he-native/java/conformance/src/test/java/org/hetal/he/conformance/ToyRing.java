package org.hetal.he.conformance;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.hetal.he.Ciphertext;
import org.hetal.he.KeyPlan;
import org.hetal.he.engine.NativeEvaluator;

/**
 * Generates keys, encrypts, multiplies, rotates and bootstraps on a toy ring from fixed seeds, and
 * prints the device and the digest of the result: tests/emulated_x86.sh compares processors by it.
 */
public final class ToyRing {
  private static final int LEVEL = 5;

  private ToyRing() {}

  public static void main(String[] arguments) throws NoSuchAlgorithmException {
    KeyPlan plan = new KeyPlan().relinearize(LEVEL).rotate(1, LEVEL).bootstrap();
    try (NativeFixture fixture = new NativeFixture(2, plan)) {
      NativeEvaluator evaluator = fixture.evaluator();
      byte[] data = fixture.client().encrypt(new double[] {0.25, -1, 0.5, 0.75}, LEVEL);
      try (Ciphertext a = evaluator.deserialize(data);
          Ciphertext square = evaluator.multiply(a, a);
          Ciphertext product = evaluator.relinearizeRescale(square);
          Ciphertext turned = evaluator.rotate(product, 1);
          Ciphertext fresh = evaluator.bootstrap(turned)) {
        System.out.println("device " + evaluator.device());
        System.out.println(
            "sha256 "
                + HexFormat.of()
                    .formatHex(
                        MessageDigest.getInstance("SHA-256").digest(evaluator.serialize(fresh))));
      }
    }
  }
}
