package org.hetal.he.simulator;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.HeFormatException;
import org.hetal.he.HeLevelException;
import org.hetal.he.HeRangeException;
import org.hetal.he.HeScaleException;
import org.hetal.he.KeyPlan;
import org.hetal.he.Parameters;
import org.hetal.he.Plaintext;

/**
 * An {@link Evaluator} that computes on doubles: the rules of levels, scales and parts are the
 * engine's and so are the errors, operations are counted, and the keys that a computation used are
 * noted. It makes an algorithm testable in milliseconds and tells the planner what it costs.
 * Stricter than an engine in one point: a bootstrap of slots beyond the bound throws, where an
 * engine would return noise.
 */
public final class Simulator implements Evaluator {
  private static final int MAGIC = 0x48455353; // "HESS"

  private final SimulatedParameters parameters;
  private final Noise noise;
  private final SplittableRandom random;
  private final EnumMap<Operation, Long> counts = new EnumMap<>(Operation.class);
  private final Footprint footprint;
  private final KeyPlan used = new KeyPlan();
  private double largestBootstrapped;
  private boolean closed;

  public Simulator(SimulatedParameters parameters) {
    this(parameters, Noise.NONE, 0);
  }

  /**
   * @param seed of the noise
   */
  public Simulator(SimulatedParameters parameters, Noise noise, long seed) {
    this.parameters = parameters;
    this.noise = noise;
    this.random = new SplittableRandom(seed);
    this.footprint = new Footprint(parameters.ringDegree());
    resetCounts();
  }

  // -- what only a simulator has
  // -------------------------------------------------------------------

  /** Slots as a ciphertext at a level: what encryption does elsewhere. Lengths as for encode. */
  public Ciphertext encrypt(double[] values, int level) {
    requireLevel(level);
    return result(repeated(values), new double[parameters.slotCount()], level, 1, 2);
  }

  /** The real parts of the slots. */
  public double[] decrypt(Ciphertext a) {
    return own(a).real().clone();
  }

  public double[] decryptImaginary(Ciphertext a) {
    return own(a).imaginary().clone();
  }

  /** Operations since the start or the last {@link #resetCounts}. */
  public synchronized Map<Operation, Long> counts() {
    return new EnumMap<>(counts);
  }

  public synchronized long count(Operation operation) {
    return counts.get(operation);
  }

  public synchronized void resetCounts() {
    for (Operation operation : Operation.values()) {
      counts.put(operation, 0L);
    }
    largestBootstrapped = 0;
  }

  /** Bytes that an engine would hold now for the ciphertexts and plaintexts that are not closed. */
  public long openBytes() {
    return footprint.open();
  }

  /** The most of {@link #openBytes} since the start or the last {@link #resetPeakBytes}. */
  public long peakBytes() {
    return footprint.peak();
  }

  public void resetPeakBytes() {
    footprint.resetPeak();
  }

  /** The largest slot magnitude that entered a bootstrap since the last {@link #resetCounts}. */
  public synchronized double largestBootstrapped() {
    return largestBootstrapped;
  }

  /** Every key that was used so far, each with its highest level: what a key bundle must hold. */
  public synchronized KeyPlan usedKeys() {
    return new KeyPlan().merge(used);
  }

  // -- Evaluator
  // -----------------------------------------------------------------------------------

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public String device() {
    return "simulator";
  }

  @Override
  public Plaintext encode(double[] values, int level) {
    return encode(values, new double[values.length], level);
  }

  @Override
  public Plaintext encode(double[] real, double[] imaginary, int level) {
    requireLevel(level);
    if (real.length != imaginary.length) {
      throw new IllegalArgumentException(
          "encode: unequal lengths " + real.length + " and " + imaginary.length);
    }
    tally(Operation.ENCODE);
    return new SimulatedPlaintext(
        parameters, repeated(real), repeated(imaginary), level, footprint);
  }

  @Override
  public Ciphertext add(Ciphertext a, Ciphertext b) {
    return sum("add", own(a), own(b), 1);
  }

  @Override
  public Ciphertext sub(Ciphertext a, Ciphertext b) {
    return sum("sub", own(a), own(b), -1);
  }

  @Override
  public Ciphertext negate(Ciphertext a) {
    return multiplyInteger(a, -1);
  }

  @Override
  public Ciphertext add(Ciphertext a, Plaintext b) {
    return sum("add", own(a), own(b), 1);
  }

  @Override
  public Ciphertext sub(Ciphertext a, Plaintext b) {
    return sum("sub", own(a), own(b), -1);
  }

  @Override
  public Ciphertext add(Ciphertext a, double constant) {
    requireFinite(constant);
    SimulatedCiphertext x = own(a);
    double[] real = x.real().clone();
    for (int i = 0; i < real.length; i++) {
      real[i] += constant;
    }
    return like(x, real, x.imaginary().clone());
  }

  @Override
  public Ciphertext multiplyInteger(Ciphertext a, int factor) {
    if (Math.abs((long) factor) > 1 << 20) {
      throw new IllegalArgumentException(
          "integer factor: expected a magnitude of at most 2^20, actual " + factor);
    }
    SimulatedCiphertext x = own(a);
    return like(x, scaled(x.real(), factor), scaled(x.imaginary(), factor));
  }

  @Override
  public Ciphertext multiplyByI(Ciphertext a) {
    SimulatedCiphertext x = own(a);
    return like(x, scaled(x.imaginary(), -1), x.real().clone());
  }

  @Override
  public Ciphertext multiply(Ciphertext a, Ciphertext b) {
    return multiplySum(List.of(a), List.of(b));
  }

  @Override
  public Ciphertext square(Ciphertext a) {
    return multiply(a, a);
  }

  @Override
  public Ciphertext multiply(Ciphertext a, Plaintext b) {
    return multiplySumPlain(List.of(a), List.of(b));
  }

  @Override
  public Ciphertext multiply(Ciphertext a, double constant) {
    requireFinite(constant);
    SimulatedCiphertext x = factor("multiply", own(a));
    tally(Operation.MULTIPLY_CONSTANT);
    return result(
        scaled(x.real(), constant), scaled(x.imaginary(), constant), x.level(), 2, x.parts());
  }

  @Override
  public Ciphertext multiplySum(List<Ciphertext> a, List<Ciphertext> b) {
    requireTerms("multiplySum", a.size(), b.size());
    Products sum = new Products(parameters.slotCount());
    int level = a.get(0).level();
    for (int i = 0; i < a.size(); i++) {
      SimulatedCiphertext x = factor("multiply", own(a.get(i)));
      SimulatedCiphertext y = factor("multiply", own(b.get(i)));
      requireTwoParts("multiply", x);
      requireTwoParts("multiply", y);
      requireEqualLevels("multiply", x.level(), y.level());
      requireEqualLevels("multiply", level, x.level());
      sum.add(x.real(), x.imaginary(), y.real(), y.imaginary());
      tally(Operation.MULTIPLY);
    }
    return result(sum.real, sum.imaginary, level, 2, 3);
  }

  @Override
  public Ciphertext multiplySumPlain(List<Ciphertext> a, List<Plaintext> b) {
    requireTerms("multiplySum", a.size(), b.size());
    Products sum = new Products(parameters.slotCount());
    int level = a.get(0).level();
    int parts = 2;
    for (int i = 0; i < a.size(); i++) {
      SimulatedCiphertext x = factor("multiply", own(a.get(i)));
      SimulatedPlaintext y = own(b.get(i));
      requireEqualLevels("multiply", x.level(), y.level());
      requireEqualLevels("multiply", level, x.level());
      parts = Math.max(parts, x.parts());
      sum.add(x.real(), x.imaginary(), y.real(), y.imaginary());
      tally(Operation.MULTIPLY_PLAIN);
    }
    return result(sum.real, sum.imaginary, level, 2, parts);
  }

  @Override
  public Ciphertext relinearize(Ciphertext a) {
    SimulatedCiphertext x = own(a);
    if (x.parts() == 2) {
      return like(x, x.real().clone(), x.imaginary().clone());
    }
    tally(Operation.RELINEARIZE);
    synchronized (this) {
      used.relinearize(x.level());
    }
    return result(x.real().clone(), x.imaginary().clone(), x.level(), x.scaleDegree(), 2);
  }

  @Override
  public Ciphertext rescale(Ciphertext a) {
    SimulatedCiphertext x = own(a);
    if (x.level() == 0) {
      throw new HeLevelException("rescale: expected a level of at least 1, actual 0");
    }
    if (x.scaleDegree() != 2) {
      throw new HeScaleException("rescale: expected scale degree 2, actual " + x.scaleDegree());
    }
    tally(Operation.RESCALE);
    return noisy(x.real(), x.imaginary(), x.level() - 1, 1, x.parts(), noise.rescale());
  }

  @Override
  public Ciphertext dropToLevel(Ciphertext a, int level) {
    SimulatedCiphertext x = own(a);
    requireDegreeOne("dropToLevel", x);
    if (level < 0 || level > x.level()) {
      throw new HeLevelException(
          "dropToLevel: expected a level of 0 to " + x.level() + ", actual " + level);
    }
    return result(x.real().clone(), x.imaginary().clone(), level, 1, x.parts());
  }

  @Override
  public Ciphertext rotate(Ciphertext a, int steps) {
    SimulatedCiphertext x = own(a);
    requireTwoParts("rotate", x);
    int slots = parameters.slotCount();
    int left = Math.floorMod(steps, slots);
    if (left == 0) {
      return like(x, x.real().clone(), x.imaginary().clone());
    }
    tally(Operation.ROTATE);
    synchronized (this) {
      used.rotate(left, x.level());
    }
    return noisy(
        rotated(x.real(), left),
        rotated(x.imaginary(), left),
        x.level(),
        x.scaleDegree(),
        2,
        x.scaleDegree() == 1 ? noise.rescale() : 0);
  }

  @Override
  public List<Ciphertext> rotateAll(Ciphertext a, int[] steps) {
    List<Ciphertext> out = new ArrayList<>(steps.length);
    for (int step : steps) {
      out.add(rotate(a, step));
    }
    return out;
  }

  @Override
  public Ciphertext conjugate(Ciphertext a) {
    SimulatedCiphertext x = own(a);
    requireTwoParts("conjugate", x);
    tally(Operation.CONJUGATE);
    synchronized (this) {
      used.conjugate(x.level());
    }
    return like(x, x.real().clone(), scaled(x.imaginary(), -1));
  }

  @Override
  public Ciphertext rotateSum(Ciphertext a, int[] steps) {
    return sumRotated(Collections.nCopies(steps.length, a), steps);
  }

  @Override
  public Ciphertext sumRotated(List<Ciphertext> a, int[] steps) {
    requireTerms("sumRotated", a.size(), steps.length);
    Ciphertext sum = rotate(a.get(0), steps[0]);
    for (int i = 1; i < steps.length; i++) {
      try (Ciphertext before = sum;
          Ciphertext turned = rotate(a.get(i), steps[i])) {
        sum = add(before, turned);
      }
    }
    return sum;
  }

  @Override
  public List<Ciphertext> multiplyRotated(
      Ciphertext a, int[] steps, List<List<Plaintext>> factors) {
    List<Ciphertext> turned = rotateAll(a, steps);
    List<Ciphertext> out = new ArrayList<>(factors.size());
    for (List<Plaintext> row : factors) {
      requireTerms("multiplyRotated", row.size(), steps.length);
      List<Ciphertext> present = new ArrayList<>();
      List<Plaintext> by = new ArrayList<>();
      for (int t = 0; t < steps.length; t++) {
        if (row.get(t) != null) {
          present.add(turned.get(t));
          by.add(row.get(t));
        }
      }
      out.add(multiplySumPlain(present, by));
    }
    turned.forEach(Ciphertext::close);
    return out;
  }

  @Override
  public Ciphertext bootstrap(Ciphertext a) {
    SimulatedCiphertext x = own(a);
    requireRefreshable(x);
    tally(Operation.BOOTSTRAP);
    return refreshed(x.real());
  }

  @Override
  public List<Ciphertext> bootstrapPair(Ciphertext a, Ciphertext b) {
    SimulatedCiphertext x = own(a);
    SimulatedCiphertext y = own(b);
    requireEqualLevels("bootstrapPair", x.level(), y.level());
    requireRefreshable(x);
    requireRefreshable(y);
    tally(Operation.BOOTSTRAP);
    return List.of(refreshed(x.real()), refreshed(y.real()));
  }

  @Override
  public Ciphertext zero(int level) {
    requireLevel(level);
    return result(
        new double[parameters.slotCount()], new double[parameters.slotCount()], level, 1, 2);
  }

  @Override
  public byte[] serialize(Ciphertext a) {
    SimulatedCiphertext x = own(a);
    requireDegreeOne("serialize", x);
    requireTwoParts("serialize", x);
    ByteBuffer out = ByteBuffer.allocate(12 + 16 * parameters.slotCount());
    out.putInt(MAGIC).putInt(parameters.slotCount()).putInt(x.level());
    for (int i = 0; i < parameters.slotCount(); i++) {
      out.putDouble(x.real()[i]).putDouble(x.imaginary()[i]);
    }
    return out.array();
  }

  @Override
  public Ciphertext deserialize(byte[] bytes) {
    requireOpen();
    int slots = parameters.slotCount();
    if (bytes.length != 12 + 16 * slots) {
      throw new HeFormatException(
          "simulated ciphertext: expected " + (12 + 16 * slots) + " bytes, actual " + bytes.length);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int magic = in.getInt();
    int storedSlots = in.getInt();
    int level = in.getInt();
    if (magic != MAGIC || storedSlots != slots || level < 0 || level > parameters.maxLevel()) {
      throw new HeFormatException(
          String.format(
              Locale.ROOT,
              "simulated ciphertext: expected magic %08x, %d slots, a level of 0 to %d; actual %08x, %d, %d",
              MAGIC,
              slots,
              parameters.maxLevel(),
              magic,
              storedSlots,
              level));
    }
    double[] real = new double[slots];
    double[] imaginary = new double[slots];
    for (int i = 0; i < slots; i++) {
      real[i] = in.getDouble();
      imaginary[i] = in.getDouble();
    }
    return result(real, imaginary, level, 1, 2);
  }

  @Override
  public void close() {
    closed = true;
  }

  // -- the rules
  // -----------------------------------------------------------------------------------

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the evaluator is closed");
    }
  }

  private SimulatedCiphertext own(Ciphertext a) {
    requireOpen();
    if (!(a instanceof SimulatedCiphertext x) || !x.parameters().equals(parameters)) {
      throw new IllegalArgumentException(
          "expected a ciphertext of " + parameters.name() + ", actual " + a);
    }
    if (x.isClosed()) {
      throw new IllegalStateException("the ciphertext is closed");
    }
    return x;
  }

  private SimulatedPlaintext own(Plaintext a) {
    if (!(a instanceof SimulatedPlaintext x) || !x.parameters().equals(parameters)) {
      throw new IllegalArgumentException(
          "expected a plaintext of " + parameters.name() + ", actual " + a);
    }
    if (x.isClosed()) {
      throw new IllegalStateException("the plaintext is closed");
    }
    return x;
  }

  private void requireLevel(int level) {
    requireOpen();
    if (level < 0 || level > parameters.maxLevel()) {
      throw new HeLevelException(
          "level: expected 0 to " + parameters.maxLevel() + ", actual " + level);
    }
  }

  private static void requireEqualLevels(String what, int a, int b) {
    if (a != b) {
      throw new HeLevelException(what + ": unequal levels " + a + " and " + b);
    }
  }

  private static void requireDegreeOne(String what, SimulatedCiphertext x) {
    if (x.scaleDegree() != 1) {
      throw new HeScaleException(what + ": expected scale degree 1, actual " + x.scaleDegree());
    }
  }

  private static void requireTwoParts(String what, SimulatedCiphertext x) {
    if (x.parts() != 2) {
      throw new IllegalArgumentException(what + ": expected 2 parts, actual " + x.parts());
    }
  }

  private static void requireTerms(String what, int a, int b) {
    if (a != b || a < 1) {
      throw new IllegalArgumentException(
          what + ": expected equal numbers of terms, at least 1; actual " + a + " and " + b);
    }
  }

  private static void requireFinite(double constant) {
    if (!Double.isFinite(constant)) {
      throw new IllegalArgumentException("constant: expected a finite value, actual " + constant);
    }
  }

  /** A factor has scale degree 1 and a level to rescale from. */
  private static SimulatedCiphertext factor(String what, SimulatedCiphertext x) {
    requireDegreeOne(what, x);
    if (x.level() == 0) {
      throw new HeLevelException(what + ": expected a level of at least 1, actual 0");
    }
    return x;
  }

  private void requireRefreshable(SimulatedCiphertext x) {
    requireDegreeOne("bootstrap", x);
    requireTwoParts("bootstrap", x);
    if (x.level() < parameters.bootstrapInputLevel()) {
      throw new HeLevelException(
          "bootstrap: expected a level of at least "
              + parameters.bootstrapInputLevel()
              + ", actual "
              + x.level());
    }
    for (int i = 0; i < x.real().length; i++) {
      double magnitude = Math.abs(x.real()[i]);
      if (!(magnitude <= parameters.bootstrapBound())) {
        throw new HeRangeException(
            "bootstrap: expected slots within "
                + parameters.bootstrapBound()
                + ", actual "
                + x.real()[i]
                + " in slot "
                + i);
      }
      synchronized (this) {
        largestBootstrapped = Math.max(largestBootstrapped, magnitude);
      }
    }
    synchronized (this) {
      used.bootstrap();
    }
  }

  // -- values
  // --------------------------------------------------------------------------------------

  private synchronized void tally(Operation operation) {
    counts.merge(operation, 1L, Long::sum);
  }

  private Ciphertext refreshed(double[] real) {
    double[] imaginary = new double[real.length];
    return noisy(real, imaginary, parameters.bootstrapOutputLevel(), 1, 2, noise.bootstrap());
  }

  private Ciphertext sum(String what, SimulatedCiphertext a, SimulatedCiphertext b, int sign) {
    requireEqualLevels(what, a.level(), b.level());
    if (a.scaleDegree() != b.scaleDegree()) {
      throw new HeScaleException(
          what + ": unequal scale degrees " + a.scaleDegree() + " and " + b.scaleDegree());
    }
    tally(Operation.ADD);
    return result(
        combined(a.real(), b.real(), sign),
        combined(a.imaginary(), b.imaginary(), sign),
        a.level(),
        a.scaleDegree(),
        Math.max(a.parts(), b.parts()));
  }

  private Ciphertext sum(String what, SimulatedCiphertext a, SimulatedPlaintext b, int sign) {
    requireEqualLevels(what, a.level(), b.level());
    requireDegreeOne(what, a);
    tally(Operation.ADD);
    return like(
        a, combined(a.real(), b.real(), sign), combined(a.imaginary(), b.imaginary(), sign));
  }

  private Ciphertext like(SimulatedCiphertext a, double[] real, double[] imaginary) {
    return result(real, imaginary, a.level(), a.scaleDegree(), a.parts());
  }

  private Ciphertext result(
      double[] real, double[] imaginary, int level, int scaleDegree, int parts) {
    return new SimulatedCiphertext(
        parameters, real, imaginary, level, scaleDegree, parts, footprint);
  }

  private Ciphertext noisy(
      double[] real,
      double[] imaginary,
      int level,
      int scaleDegree,
      int parts,
      double standardDeviation) {
    double[] re = real.clone();
    double[] im = imaginary.clone();
    if (standardDeviation > 0) {
      synchronized (this) {
        for (int i = 0; i < re.length; i++) {
          re[i] += standardDeviation * random.nextGaussian();
          im[i] += standardDeviation * random.nextGaussian();
        }
      }
    }
    return result(re, im, level, scaleDegree, parts);
  }

  private double[] repeated(double[] values) {
    int slots = parameters.slotCount();
    if (values.length < 1 || values.length > slots || Integer.bitCount(values.length) != 1) {
      throw new IllegalArgumentException(
          "slots: expected a power of two of 1 to " + slots + " values, actual " + values.length);
    }
    double[] out = new double[slots];
    for (int i = 0; i < slots; i++) {
      out[i] = values[i % values.length];
      if (!Double.isFinite(out[i])) {
        throw new IllegalArgumentException(
            "slot " + i + ": expected a finite value, actual " + out[i]);
      }
    }
    return out;
  }

  private static double[] scaled(double[] a, double factor) {
    double[] out = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      out[i] = a[i] * factor;
    }
    return out;
  }

  private static double[] combined(double[] a, double[] b, int sign) {
    double[] out = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      out[i] = a[i] + sign * b[i];
    }
    return out;
  }

  private static double[] rotated(double[] a, int left) {
    double[] out = new double[a.length];
    System.arraycopy(a, left, out, 0, a.length - left);
    System.arraycopy(a, 0, out, a.length - left, left);
    return out;
  }

  /** A sum of slotwise complex products. */
  private static final class Products {
    final double[] real;
    final double[] imaginary;

    Products(int slots) {
      real = new double[slots];
      imaginary = new double[slots];
    }

    void add(double[] ar, double[] ai, double[] br, double[] bi) {
      for (int i = 0; i < real.length; i++) {
        real[i] += ar[i] * br[i] - ai[i] * bi[i];
        imaginary[i] += ar[i] * bi[i] + ai[i] * br[i];
      }
    }
  }
}
