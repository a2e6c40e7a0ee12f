package org.hetal.he.openfhe.owner;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.hetal.he.NativeFaultException;
import org.hetal.he.ResourceUnavailableException;
import org.hetal.he.openfhe.OpenFhe;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Threads that the system refuses, and an exception that the library does not know, across the
 * boundary of OpenFHE's library.
 */
@Tag("slow")
@OpenFheTest
class OpenFheFaultTest {
  @TempDir Path folder;

  @Test
  void refusedThreadsAndUnknownExceptions_areTypedExceptionsAndTheJvmGoesOn() throws Exception {
    String out = new FaultyProcess(folder).run(Refusals.class);
    assertTrue(out.contains("refused 3 times"), out);
    assertTrue(out.contains("all of no known type"), out);
  }

  /** Runs with the faults preloaded. */
  public static final class Refusals {
    private static final String SET = "insecure_n10_l12";

    public static void main(String[] arguments) throws IOException {
      ByteBuffer counters = FaultyProcess.counters();
      OpenFhe.require();
      int refused = 0;
      for (int number = 1; number <= 3; number++) {
        counters.putLong(FaultyProcess.THREADS, number);
        try {
          NativeClientWithOpenFheKey.generate(SET, 4).close();
        } catch (ResourceUnavailableException e) {
          refused++;
        }
      }
      counters.putLong(FaultyProcess.THREADS, 0);
      NativeClientWithOpenFheKey.generate(SET, 4).close();
      System.out.println("refused " + refused + " times");
      int unknown = 0;
      for (int number = 1; anExceptionIsUnknown(counters, number); number += 97) {
        unknown++;
      }
      if (unknown < 10) {
        throw new AssertionError("expected at least 10 unknown exceptions, actual " + unknown);
      }
      NativeClientWithOpenFheKey.generate(SET, 4).close();
      System.out.println(unknown + " exceptions, all of no known type");
    }

    /** False when so many allocations do not take place. The one of that number throws an int. */
    private static boolean anExceptionIsUnknown(ByteBuffer counters, int number) {
      counters.putLong(FaultyProcess.SURPRISES, number);
      try (NativeClientWithOpenFheKey client = NativeClientWithOpenFheKey.generate(SET, 4)) {
        client.encrypt(new double[] {0.5}, 2);
      } catch (NativeFaultException e) {
        if (!"an exception of no known type".equals(e.getMessage())) {
          throw e;
        }
        return true;
      }
      boolean thrown = counters.getLong(FaultyProcess.SURPRISES) <= 0;
      counters.putLong(FaultyProcess.SURPRISES, 0);
      if (thrown) {
        throw new AssertionError("allocation " + number + ": no exception");
      }
      return false;
    }
  }
}
