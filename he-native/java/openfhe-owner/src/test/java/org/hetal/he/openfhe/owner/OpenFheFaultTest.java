package org.hetal.he.openfhe.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
  private static final String COUNTERS = "HETAL_TEST_FAULTS";

  @TempDir Path folder;

  @Test
  void refusedThreadsAndUnknownExceptions_areTypedExceptionsAndTheJvmGoesOn() throws Exception {
    Path counters = Files.write(folder.resolve("counters"), new byte[24]);
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Refusals.class.getName()))
            .redirectErrorStream(true);
    builder.environment().put(COUNTERS, counters.toString());
    builder.environment().put("LD_PRELOAD", System.getProperty("hetal.test.faults.library"));
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(120, TimeUnit.SECONDS), "it hangs");
    assertEquals(0, process.exitValue(), out);
    assertTrue(out.contains("refused 3 times"), out);
    assertTrue(out.contains("all of no known type"), out);
  }

  /** Runs with the faults preloaded. */
  public static final class Refusals {
    private static final String SET = "insecure_n10_l12";

    public static void main(String[] arguments) throws IOException {
      ByteBuffer counters;
      try (FileChannel file =
          FileChannel.open(
              Path.of(System.getenv(COUNTERS)),
              StandardOpenOption.READ,
              StandardOpenOption.WRITE)) {
        counters = file.map(FileChannel.MapMode.READ_WRITE, 0, 24).order(ByteOrder.nativeOrder());
      }
      OpenFhe.require();
      int refused = 0;
      for (int number = 1; number <= 3; number++) {
        counters.putLong(8, number);
        try {
          NativeClientWithOpenFheKey.generate(SET, 4).close();
        } catch (ResourceUnavailableException e) {
          refused++;
        }
      }
      counters.putLong(8, 0);
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
      counters.putLong(16, number);
      try (NativeClientWithOpenFheKey client = NativeClientWithOpenFheKey.generate(SET, 4)) {
        client.encrypt(new double[] {0.5}, 2);
      } catch (NativeFaultException e) {
        if (!"an exception of no known type".equals(e.getMessage())) {
          throw e;
        }
        return true;
      }
      boolean thrown = counters.getLong(16) <= 0;
      counters.putLong(16, 0);
      if (thrown) {
        throw new AssertionError("allocation " + number + ": no exception");
      }
      return false;
    }
  }
}
