package org.hetal.owner.encryption;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import org.hetal.he.owner.Client;

/**
 * How exact decrypted values are. The digits below the noise are made of the secret key, the
 * encryption errors and the approximations; who holds the ciphertexts could learn something of the
 * key from them. They are rounded away before values are given to others (docs/security.md).
 *
 * @param noise the largest magnitude that was measured where exact arithmetic gives 0: in the
 *     imaginary parts of the slots and in the slots that hold no value; in units of the values. 0:
 *     nothing was measured
 */
public record Precision(double noise) {
  /** Of the numbers in a double. */
  private static final int MOST_DECIMALS = 15;

  /** Values that are exact. */
  public static final Precision EXACT = new Precision(0);

  /** Real parts of slots. */
  record Slots(double[] values, double noise) {}

  /**
   * Decrypts and measures; the noise is in units of the slots.
   *
   * @param used 0 in the slots that hold no value
   */
  static Slots decrypt(Client client, byte[] ciphertext, double[] used) {
    double[] both = client.decryptComplex(ciphertext);
    double largest = 0;
    for (int i = 0; i < used.length; i++) {
      largest = Math.max(largest, Math.abs(both[used.length + i]));
      if (used[i] == 0) {
        largest = Math.max(largest, Math.abs(both[i]));
      }
    }
    return new Slots(Arrays.copyOf(both, used.length), largest);
  }

  /** The decimals that are left: 10 to the power of minus this is at least the noise. */
  public int decimals() {
    return noise == 0
        ? MOST_DECIMALS
        : Math.min(MOST_DECIMALS, (int) Math.floor(-Math.log10(noise)));
  }

  /** A copy, rounded half to even; as it is when nothing was measured. */
  public double[] rounded(double[] values) {
    double[] out = values.clone();
    if (noise > 0) {
      for (int i = 0; i < out.length; i++) {
        double shorter =
            new BigDecimal(out[i]).setScale(decimals(), RoundingMode.HALF_EVEN).doubleValue();
        out[i] = shorter;
      }
    }
    return out;
  }

  /** A rounded copy. */
  public double[][] rounded(double[][] rows) {
    return Arrays.stream(rows).map(this::rounded).toArray(double[][]::new);
  }
}
