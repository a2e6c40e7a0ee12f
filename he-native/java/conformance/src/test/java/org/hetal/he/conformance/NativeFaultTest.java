package org.hetal.he.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.hetal.he.Ciphertext;
import org.hetal.he.DeviceOutOfMemoryException;
import org.hetal.he.Evaluator;
import org.hetal.he.KeyPlan;
import org.hetal.he.NativeFaultException;
import org.hetal.he.ResourceUnavailableException;
import org.hetal.he.engine.EngineLibrary;
import org.hetal.he.engine.NativeEngine;
import org.hetal.he.engine.NativeEvaluator;
import org.hetal.he.owner.NativeClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Memory and threads that the system refuses to the engine, and an exception that it does not know,
 * across JNI.
 */
@Tag("slow")
class NativeFaultTest {
  private static final String COUNTERS = "HETAL_TEST_FAULTS";

  @TempDir Path folder;

  @Test
  void refusedMemoryAndThreadsAndUnknownExceptions_areTypedExceptionsAndTheJvmGoesOn()
      throws Exception {
    Path keys = folder.resolve("keys");
    Path ciphertext = folder.resolve("a.ct");
    try (NativeClient client = NativeClient.insecureGenerate(NativeFixture.SET, 1, 1)) {
      client.writeEvaluationKeys(
          keys, new KeyPlan().rotate(3, 9).relinearize(9), (done, of, bytes) -> {});
      Files.write(ciphertext, client.encrypt(new double[] {0.5, 0.25}, 9));
    }
    Path counters = Files.write(folder.resolve("counters"), new byte[24]);
    OtherJvm run =
        OtherJvm.run(
            OtherJvm.command(
                Refusals.class, List.of(), List.of(keys.toString(), ciphertext.toString())),
            Map.of(
                COUNTERS,
                counters.toString(),
                "LD_PRELOAD",
                System.getProperty("hetal.test.faults.library")));
    assertEquals(0, run.status(), run.output());
    assertTrue(run.output().contains("all refusals typed"), run.output());
  }

  /** Runs with the faults preloaded; throws, which is status 1, when one is not typed. */
  public static final class Refusals {
    private static ByteBuffer counters;

    public static void main(String[] arguments) throws IOException {
      Path keys = Path.of(arguments[0]);
      byte[] bytes = Files.readAllBytes(Path.of(arguments[1]));
      try (FileChannel file =
          FileChannel.open(
              Path.of(System.getenv(COUNTERS)),
              StandardOpenOption.READ,
              StandardOpenOption.WRITE)) {
        counters = file.map(FileChannel.MapMode.READ_WRITE, 0, 24).order(ByteOrder.nativeOrder());
      }
      byte[] expected;
      try (NativeEvaluator evaluator = NativeEngine.open(keys, 3)) {
        expected = compute(evaluator, bytes);
      }
      int refused = 0;
      for (long number = 1; memoryIsRefused(number, keys, bytes, expected); number += 7) {
        refused++;
      }
      if (refused < 50) {
        throw new AssertionError("expected at least 50 refusals of memory, actual " + refused);
      }
      for (long number = 1; number <= 2; number++) {
        threadIsRefused(number, keys);
      }
      int unknown = 0;
      for (long number = 1; anExceptionIsUnknown(number, keys, bytes, expected); number += 29) {
        unknown++;
      }
      if (unknown < 10) {
        throw new AssertionError("expected at least 10 unknown exceptions, actual " + unknown);
      }
      try (NativeEvaluator evaluator = NativeEngine.open(keys, 3)) {
        requireSame(expected, compute(evaluator, bytes));
      }
      if (EngineLibrary.liveObjects() != 0) {
        throw new AssertionError(EngineLibrary.liveObjects() + " native objects are left");
      }
      System.out.println("all refusals typed: " + refused);
    }

    /** False when so many allocations do not take place. */
    private static boolean memoryIsRefused(long number, Path keys, byte[] bytes, byte[] expected) {
      counters.putLong(0, number);
      boolean typed = false;
      try (NativeEvaluator evaluator = NativeEngine.open(keys, 3)) {
        requireSame(expected, compute(evaluator, bytes));
      } catch (DeviceOutOfMemoryException e) {
        typed = true;
      }
      boolean refused = counters.getLong(0) <= 0;
      counters.putLong(0, 0);
      // Refused a large block, the engine asks for a smaller one and has the right result.
      if (typed && !refused) {
        throw new AssertionError("allocation " + number + ": an exception without a refusal");
      }
      return refused;
    }

    /** False when so many allocations do not take place. The one of that number throws an int. */
    private static boolean anExceptionIsUnknown(
        long number, Path keys, byte[] bytes, byte[] expected) {
      counters.putLong(16, number);
      try (NativeEvaluator evaluator = NativeEngine.open(keys, 3)) {
        requireSame(expected, compute(evaluator, bytes));
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

    private static void threadIsRefused(long number, Path keys) {
      counters.putLong(8, number);
      try (NativeEvaluator evaluator = NativeEngine.open(keys, 3)) {
        throw new AssertionError("thread " + number + ": not refused, " + evaluator.device());
      } catch (ResourceUnavailableException e) {
        if (!e.getMessage().contains("cannot start a thread")) {
          throw e;
        }
      }
    }

    private static byte[] compute(Evaluator evaluator, byte[] bytes) {
      try (Ciphertext a = evaluator.deserialize(bytes);
          Ciphertext turned = evaluator.rotate(a, 3);
          Ciphertext product = evaluator.multiply(a, turned);
          Ciphertext linear = evaluator.relinearize(product);
          Ciphertext result = evaluator.rescale(linear)) {
        return evaluator.serialize(result);
      }
    }

    private static void requireSame(byte[] expected, byte[] actual) {
      if (!Arrays.equals(expected, actual)) {
        throw new AssertionError("other bytes after a refusal");
      }
    }
  }
}
