package org.hetal.owner.encryption;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.hetal.config.SettingsLoader;
import org.hetal.he.owner.Client;
import org.hetal.owner.keys.Clients;
import org.junit.jupiter.api.Test;

/** What is rounded away: the noise of real ciphertexts. */
class PrecisionTest {
  private static final String SET = "insecure_n10_l12";

  @Test
  void noiseOfACiphertext_isMeasuredAndRoundedAway() {
    try (Client client =
        Clients.of(SettingsLoader.load(List.of(), Map.of("backend", "native", "parameters", SET)))
            .generate(SET, 1L)) {
      double[] values = new double[client.parameters().slotCount()];
      double[] used = new double[values.length];
      for (int i = 0; i < values.length; i += 2) {
        used[i] = 1;
        values[i] = (i % 100 - 50) / 100.0;
      }
      Precision.Slots slots = Precision.decrypt(client, client.encrypt(values, 0), used);
      assertTrue(slots.noise() > 0 && slots.noise() < 1e-3, "noise " + slots.noise());
      double largest = 0;
      for (int i = 0; i < values.length; i += 2) {
        largest = Math.max(largest, Math.abs(slots.values()[i] - values[i]));
      }
      assertTrue(largest < 4 * slots.noise() && slots.noise() < 4 * largest, "error " + largest);
      Precision precision = new Precision(slots.noise());
      assertTrue(Math.pow(10, -precision.decimals()) >= slots.noise(), "" + precision);
      assertNotEquals(values[2], slots.values()[2]);
      assertEquals(values[2], precision.rounded(slots.values())[2], "all noise digits are gone");
    }
  }

  @Test
  void rounding_keepsTheDecimalsAboveTheNoise() {
    assertEquals(3, new Precision(2.8e-4).decimals());
    assertEquals(3, new Precision(1e-3).decimals());
    assertEquals(2, new Precision(1.1e-3).decimals());
    assertArrayEquals(
        new double[] {0.123, -1.235, 2, 0},
        new Precision(2.8e-4).rounded(new double[] {0.1234999, -1.2346, 1.9999, 0.0001}));
    assertArrayEquals(new double[] {120}, new Precision(3).rounded(new double[] {123}));
    double[] exact = {Math.PI};
    assertArrayEquals(exact, Precision.EXACT.rounded(exact));
  }
}
