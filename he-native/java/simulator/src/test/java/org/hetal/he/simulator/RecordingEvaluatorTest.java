package org.hetal.he.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.hetal.he.Ciphertext;
import org.hetal.he.HeLevelException;
import org.hetal.he.Operation;
import org.hetal.he.Plaintext;
import org.hetal.he.RecordingEvaluator;
import org.junit.jupiter.api.Test;

class RecordingEvaluatorTest {
  private static final int RING_DEGREE = 8;

  private final Simulator simulator =
      new Simulator(SimulatedParameters.withRingDegree(RING_DEGREE));
  private final RecordingEvaluator recorder = new RecordingEvaluator(simulator);
  private final Ciphertext x = simulator.encrypt(new double[] {1, 2, 3, 4}, 5);

  private static long bytes(int level, int parts) {
    return (long) parts * (level + 1) * RING_DEGREE * Long.BYTES;
  }

  @Test
  void counts_areThoseOfEveryTermAndStep() {
    Plaintext p = recorder.encode(new double[] {1}, 5);
    recorder.sub(recorder.add(x, x), p);
    recorder.add(x, 1);
    recorder.multiplyInteger(x, 3);
    recorder.multiplySum(List.of(x, x, x), List.of(x, x, x));
    recorder.multiply(x, 0.5);
    recorder.relinearizeRescale(recorder.square(x));
    recorder.relinearize(x);
    recorder.rotateAll(x, new int[] {0, 1, -1});
    recorder.sumRotated(List.of(x, x), new int[] {1, 0});
    recorder.multiplyRotated(
        x, new int[] {1, 2}, List.of(Arrays.asList(p, null), Arrays.asList(p, p)));
    recorder.conjugate(x);
    recorder.bootstrapPair(recorder.zero(3), recorder.zero(3));
    assertEquals(
        Map.of(
            Operation.ADD, 3L,
            Operation.MULTIPLY, 4L,
            Operation.MULTIPLY_PLAIN, 3L,
            Operation.MULTIPLY_CONSTANT, 1L,
            Operation.RELINEARIZE, 1L,
            Operation.RESCALE, 1L,
            Operation.ROTATE, 5L,
            Operation.CONJUGATE, 1L,
            Operation.BOOTSTRAP, 1L,
            Operation.ENCODE, 1L),
        recorder.counts());
    assertEquals(1, recorder.countOfThisThread(Operation.BOOTSTRAP));
    assertEquals(Map.of(1, 5, 2, 5, 3, 5), recorder.usedKeys().rotations());
    assertEquals(5, recorder.usedKeys().relinearizationLevel());
    assertEquals(5, recorder.usedKeys().conjugationLevel());
    assertTrue(recorder.usedKeys().needsBootstrap());
    recorder.resetCounts();
    assertEquals(0, recorder.count(Operation.ROTATE));
    assertEquals(1, recorder.countOfThisThread(Operation.BOOTSTRAP));
  }

  @Test
  void countsOfAThread_areItsOwn() throws InterruptedException {
    Thread other = new Thread(() -> recorder.rotate(x, 1));
    other.start();
    other.join();
    assertEquals(1, recorder.count(Operation.ROTATE));
    assertEquals(0, recorder.countOfThisThread(Operation.ROTATE));
  }

  @Test
  void operationThatThrows_isNotRecorded() {
    Ciphertext low = simulator.encrypt(new double[] {1}, 0);
    assertThrows(HeLevelException.class, () -> recorder.square(low));
    assertThrows(HeLevelException.class, () -> recorder.bootstrap(low));
    assertEquals(0, recorder.count(Operation.MULTIPLY) + recorder.count(Operation.BOOTSTRAP));
    assertTrue(!recorder.usedKeys().needsBootstrap());
  }

  @Test
  void bytes_areThoseOfWhatIsOpen_andThePeakHasIntermediates() {
    assertEquals(0, recorder.openBytes(), "the simulator's own ciphertexts are not counted");
    Ciphertext product = recorder.square(x);
    assertEquals(bytes(5, 3), recorder.openBytes());
    Ciphertext scaled = recorder.relinearizeRescale(product);
    assertEquals(bytes(5, 3) + bytes(4, 2), recorder.openBytes());
    assertEquals(bytes(5, 3) + bytes(4, 2) + bytes(5, 2), recorder.peakBytes());
    product.close();
    product.close();
    assertEquals(bytes(4, 2), recorder.openBytes());
    recorder.resetPeakBytes();
    Plaintext p = recorder.encode(new double[] {1}, 4);
    assertEquals(bytes(4, 2) + bytes(4, 1), recorder.peakBytes());
    recorder
        .multiplyRotated(scaled, new int[] {1, 2, 3}, List.of(List.of(p, p, p)))
        .forEach(Ciphertext::close);
    assertEquals(5 * bytes(4, 2) + bytes(4, 1), recorder.peakBytes());
    p.close();
    scaled.close();
    assertEquals(0, recorder.openBytes());
  }

  @Test
  void results_areTheOtherEvaluators() {
    Ciphertext rotated = recorder.rotate(x, 1);
    assertArrayEquals(new double[] {2, 3, 4, 1}, simulator.decrypt(rotated));
    assertEquals(simulator.device(), recorder.device());
    assertEquals(simulator.keyId(), recorder.keyId());
    recorder.close();
    assertThrows(IllegalStateException.class, () -> simulator.zero(1));
  }
}
