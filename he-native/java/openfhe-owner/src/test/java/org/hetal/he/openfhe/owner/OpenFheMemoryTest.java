package org.hetal.he.openfhe.owner;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.hetal.he.DeviceOutOfMemoryException;
import org.hetal.he.openfhe.OpenFhe;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Memory that the system refuses to OpenFHE's own code while a client keeps the secret key in it.
 * Not of OpenFHE's evaluator and {@link OpenFheClient}: OpenFHE ends the process there, since no
 * exception leaves its parallel loops.
 */
@Tag("slow")
@OpenFheTest
class OpenFheMemoryTest {
  @TempDir Path folder;

  @Test
  void refusedMemoryInsideOpenFhe_isATypedExceptionAndTheJvmGoesOn() throws Exception {
    String out = new FaultyProcess(folder).run(Refusals.class);
    assertTrue(out.contains("all refusals typed"), out);
  }

  /** One allocation is refused, each time a later one. */
  public static final class Refusals {
    private static final int LEAST = 20;
    private static final String SET = "insecure_n10_l12";

    public static void main(String[] arguments) throws IOException {
      OpenFhe.require();
      ByteBuffer counters = FaultyProcess.counters();
      int refused = 0;
      for (int number = 1; isRefused(counters, number); number += number / 4 + 1) {
        refused++;
        encryptAndDecrypt();
      }
      if (refused < LEAST) {
        throw new AssertionError("expected at least " + LEAST + " refusals, actual " + refused);
      }
      System.out.println("all refusals typed");
    }

    /** False when so many allocations do not take place. */
    private static boolean isRefused(ByteBuffer counters, int number) {
      counters.putLong(FaultyProcess.OPENFHE, number);
      boolean typed = false;
      try {
        encryptAndDecrypt();
      } catch (DeviceOutOfMemoryException e) {
        typed = true;
      }
      boolean refused = counters.getLong(FaultyProcess.OPENFHE) <= 0;
      counters.putLong(FaultyProcess.OPENFHE, 0);
      if (typed != refused) {
        throw new AssertionError(
            "allocation " + number + ": refused " + refused + ", typed exception " + typed);
      }
      return refused;
    }

    private static void encryptAndDecrypt() {
      try (NativeClientWithOpenFheKey client = NativeClientWithOpenFheKey.generate(SET, 1)) {
        double actual = client.decrypt(client.encrypt(new double[] {0.5}, 2))[0];
        if (Math.abs(actual - 0.5) > 1e-3) {
          throw new AssertionError("expected 0.5, actual " + actual);
        }
      }
    }
  }
}
