package org.hetal.he;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * An {@link Evaluator} that hands every call to another and records what was done: how many
 * operations of each kind, which keys they used at which highest level, and how many bytes of
 * ciphertexts and plaintexts were open. Results, their bytes and their owners are the other
 * evaluator's. An operation that throws is not recorded. Thread-safe if the other is.
 *
 * <p>Bytes are those of an engine: 8 for each coefficient, limb and part. Operations that make
 * intermediate ciphertexts count them into the peak: sums of rotations two, {@link
 * #multiplyRotated} one for each step, {@link #relinearizeRescale} one.
 */
public final class RecordingEvaluator implements Evaluator {
  private final Evaluator evaluator;
  private final EnumMap<Operation, Long> counts = new EnumMap<>(Operation.class);
  private final ThreadLocal<EnumMap<Operation, Long>> countsOfThread =
      ThreadLocal.withInitial(() -> new EnumMap<>(Operation.class));
  private final KeyPlan used = new KeyPlan();
  private boolean allSlotsOfOne; // a bootstrap of all slots of one ciphertext
  private long openBytes;
  private long peakBytes;

  /**
   * Records what is done through this object from now on.
   *
   * @param evaluator computes; closing this closes it
   */
  public RecordingEvaluator(Evaluator evaluator) {
    this.evaluator = evaluator;
    resetCounts();
  }

  // ---- the record ----

  /**
   * {@return the operations since the start or the last {@link #resetCounts}, zeros included; a
   * copy}
   */
  public synchronized Map<Operation, Long> counts() {
    return new EnumMap<>(counts);
  }

  /**
   * The operations of one kind since the start or the last {@link #resetCounts}.
   *
   * @param operation the kind
   * @return how many were done, of all threads
   */
  public synchronized long count(Operation operation) {
    return counts.get(operation);
  }

  /** Sets {@link #counts} to zero. */
  public synchronized void resetCounts() {
    for (Operation operation : Operation.values()) {
      counts.put(operation, 0L);
    }
  }

  /**
   * The operations of the calling thread since the start; {@link #resetCounts} does not change
   * them.
   *
   * @param operation the kind
   * @return how many were done
   */
  public long countOfThisThread(Operation operation) {
    return countsOfThread.get().getOrDefault(operation, 0L);
  }

  /**
   * {@return every key that was used since the start, each with its highest level, which is what a
   * key bundle must hold; a copy}
   */
  public synchronized KeyPlan usedKeys() {
    KeyPlan out = new KeyPlan().merge(used);
    return allSlotsOfOne && !used.needsFullBootstrap()
        ? out.bootstrap(parameters().slotCount())
        : out;
  }

  /**
   * {@return the bytes of the ciphertexts and plaintexts that came from here and are not closed}
   */
  public synchronized long openBytes() {
    return openBytes;
  }

  /**
   * {@return the most of {@link #openBytes} since the start or the last {@link #resetPeakBytes}}
   */
  public synchronized long peakBytes() {
    return peakBytes;
  }

  /** Lowers {@link #peakBytes} to what is open now. */
  public synchronized void resetPeakBytes() {
    peakBytes = openBytes;
  }

  // ---- Evaluator ----

  @Override
  public Parameters parameters() {
    return evaluator.parameters();
  }

  @Override
  public String device() {
    return evaluator.device();
  }

  @Override
  public String keyId() {
    return evaluator.keyId();
  }

  @Override
  public Plaintext encode(double[] values, int level) {
    return encoded(evaluator.encode(values, level));
  }

  @Override
  public Plaintext encode(double[] real, double[] imaginary, int level) {
    return encoded(evaluator.encode(real, imaginary, level));
  }

  private Plaintext encoded(Plaintext result) {
    tally(Operation.ENCODE, 1);
    opened((AbstractHandle) result);
    return result;
  }

  @Override
  public Ciphertext add(Ciphertext a, Ciphertext b) {
    return result(Operation.ADD, 1, evaluator.add(a, b));
  }

  @Override
  public Ciphertext sub(Ciphertext a, Ciphertext b) {
    return result(Operation.ADD, 1, evaluator.sub(a, b));
  }

  @Override
  public Ciphertext negate(Ciphertext a) {
    return result(evaluator.negate(a));
  }

  @Override
  public Ciphertext add(Ciphertext a, Plaintext b) {
    return result(Operation.ADD, 1, evaluator.add(a, b));
  }

  @Override
  public Ciphertext sub(Ciphertext a, Plaintext b) {
    return result(Operation.ADD, 1, evaluator.sub(a, b));
  }

  @Override
  public Ciphertext add(Ciphertext a, double constant) {
    return result(evaluator.add(a, constant));
  }

  @Override
  public Ciphertext multiplyInteger(Ciphertext a, int factor) {
    return result(evaluator.multiplyInteger(a, factor));
  }

  @Override
  public Ciphertext multiplyByI(Ciphertext a) {
    return result(evaluator.multiplyByI(a));
  }

  @Override
  public Ciphertext multiply(Ciphertext a, Ciphertext b) {
    return result(Operation.MULTIPLY, 1, evaluator.multiply(a, b));
  }

  @Override
  public Ciphertext square(Ciphertext a) {
    return result(Operation.MULTIPLY, 1, evaluator.square(a));
  }

  @Override
  public Ciphertext multiply(Ciphertext a, Plaintext b) {
    return result(Operation.MULTIPLY_PLAIN, 1, evaluator.multiply(a, b));
  }

  @Override
  public Ciphertext multiply(Ciphertext a, double constant) {
    return result(Operation.MULTIPLY_CONSTANT, 1, evaluator.multiply(a, constant));
  }

  @Override
  public Ciphertext multiplySum(List<Ciphertext> a, List<Ciphertext> b) {
    return result(Operation.MULTIPLY, a.size(), evaluator.multiplySum(a, b));
  }

  @Override
  public Ciphertext multiplySumPlain(List<Ciphertext> a, List<Plaintext> b) {
    return result(Operation.MULTIPLY_PLAIN, a.size(), evaluator.multiplySumPlain(a, b));
  }

  @Override
  public Ciphertext relinearize(Ciphertext a) {
    Ciphertext out = evaluator.relinearize(a);
    relinearized(a);
    return result(out);
  }

  @Override
  public Ciphertext rescale(Ciphertext a) {
    return result(Operation.RESCALE, 1, evaluator.rescale(a));
  }

  @Override
  public Ciphertext relinearizeRescale(Ciphertext a) {
    Ciphertext out = evaluator.relinearizeRescale(a);
    relinearized(a);
    result(Operation.RESCALE, 1, out);
    intermediates(bytes(a.level(), 2));
    return out;
  }

  @Override
  public Ciphertext dropToLevel(Ciphertext a, int level) {
    return result(evaluator.dropToLevel(a, level));
  }

  @Override
  public Ciphertext rotate(Ciphertext a, int steps) {
    Ciphertext out = evaluator.rotate(a, steps);
    rotated(a, steps);
    return result(out);
  }

  @Override
  public List<Ciphertext> rotateAll(Ciphertext a, int[] steps) {
    List<Ciphertext> out = evaluator.rotateAll(a, steps);
    rotated(a, steps);
    out.forEach(this::result);
    return out;
  }

  @Override
  public Ciphertext conjugate(Ciphertext a) {
    Ciphertext out = evaluator.conjugate(a);
    synchronized (this) {
      used.conjugate(a.level());
    }
    return result(Operation.CONJUGATE, 1, out);
  }

  @Override
  public Ciphertext rotateSum(Ciphertext a, int[] steps) {
    return sumOfRotations(a, steps, evaluator.rotateSum(a, steps));
  }

  @Override
  public Ciphertext sumRotated(List<Ciphertext> a, int[] steps) {
    return sumOfRotations(a.get(0), steps, evaluator.sumRotated(a, steps));
  }

  private Ciphertext sumOfRotations(Ciphertext first, int[] steps, Ciphertext out) {
    rotated(first, steps);
    result(Operation.ADD, steps.length - 1, out);
    if (steps.length > 1) {
      intermediates(2 * bytes(out.level(), 2));
    }
    return out;
  }

  @Override
  public List<Ciphertext> multiplyRotated(
      Ciphertext a, int[] steps, List<List<Plaintext>> factors) {
    List<Ciphertext> out = evaluator.multiplyRotated(a, steps, factors);
    rotated(a, steps);
    for (List<Plaintext> row : factors) {
      tally(Operation.MULTIPLY_PLAIN, row.stream().filter(factor -> factor != null).count());
    }
    out.forEach(this::result);
    intermediates(steps.length * bytes(a.level(), 2));
    return out;
  }

  @Override
  public Ciphertext bootstrap(Ciphertext a, int slots) {
    Ciphertext out = evaluator.bootstrap(a, slots);
    bootstrapped(slots, 1);
    return result(out);
  }

  @Override
  public List<Ciphertext> bootstrapPair(Ciphertext a, Ciphertext b, int slots) {
    List<Ciphertext> out = evaluator.bootstrapPair(a, b, slots);
    bootstrapped(slots, 2);
    out.forEach(this::result);
    return out;
  }

  @Override
  public Ciphertext zero(int level) {
    return result(evaluator.zero(level));
  }

  @Override
  public byte[] serialize(Ciphertext a) {
    return evaluator.serialize(a);
  }

  @Override
  public Ciphertext deserialize(byte[] bytes) {
    return result(evaluator.deserialize(bytes));
  }

  @Override
  public void close() {
    evaluator.close();
  }

  // ---- recording ----

  private void relinearized(Ciphertext a) {
    if (a.parts() == 3) {
      tally(Operation.RELINEARIZE, 1);
      synchronized (this) {
        used.relinearize(a.level());
      }
    }
  }

  private void rotated(Ciphertext a, int... steps) {
    for (int step : steps) {
      int left = Math.floorMod(step, parameters().slotCount());
      if (left != 0) {
        tally(Operation.ROTATE, 1);
        synchronized (this) {
          used.rotate(left, a.level());
        }
      }
    }
  }

  private void bootstrapped(int slots, int atOnce) {
    tally(Operation.BOOTSTRAP, 1);
    synchronized (this) {
      if (slots == parameters().slotCount()) {
        if (atOnce == 1) {
          allSlotsOfOne = true;
        } else {
          used.bootstrap();
        }
      } else {
        used.bootstrap(atOnce * slots);
      }
    }
  }

  private void tally(Operation operation, long times) {
    countsOfThread.get().merge(operation, times, Long::sum);
    synchronized (this) {
      counts.merge(operation, times, Long::sum);
    }
  }

  private Ciphertext result(Operation operation, long times, Ciphertext out) {
    tally(operation, times);
    return result(out);
  }

  private Ciphertext result(Ciphertext out) {
    opened((AbstractHandle) out);
    return out;
  }

  private void opened(AbstractHandle handle) {
    long bytes = bytes(handle.level(), handle.parts());
    synchronized (this) {
      openBytes += bytes;
      peakBytes = Math.max(peakBytes, openBytes);
    }
    handle.afterClose(() -> closed(bytes));
  }

  private synchronized void closed(long bytes) {
    openBytes -= bytes;
  }

  /** Beyond what is open now, while the last operation ran. */
  private synchronized void intermediates(long bytes) {
    peakBytes = Math.max(peakBytes, openBytes + bytes);
  }

  private long bytes(int level, int parts) {
    return (long) parts * (level + 1) * parameters().ringDegree() * Long.BYTES;
  }
}
