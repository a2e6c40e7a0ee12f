package org.hetal.he.simulator;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.hetal.he.AbstractHandle.Shape;
import org.hetal.he.CheckedEvaluator;
import org.hetal.he.Ciphertext;
import org.hetal.he.HeFormatException;
import org.hetal.he.HeRangeException;
import org.hetal.he.KeyLevels;

/**
 * An {@link org.hetal.he.Evaluator} that computes on doubles under the rules of all evaluators. An
 * algorithm can be tested on it in milliseconds; {@link org.hetal.he.RecordingEvaluator} around it
 * tells what the algorithm costs. It has every key. It is stricter than an engine in one point: a
 * bootstrap of slots beyond the bound throws, where an engine would return noise.
 */
public final class Simulator extends CheckedEvaluator<SimulatedCiphertext, SimulatedPlaintext> {
  private static final int MAGIC = 0x48455353; // "HESS"
  private static final int HEADER_BYTES = 12;
  private static final double SAME = 0x1p-16; // more than noise, less than values differ

  private final SimulatedParameters parameters;
  private final Noise noise;
  private final SplittableRandom random;
  private double largestBootstrapped;
  private volatile boolean closed;

  /**
   * A simulator without noise.
   *
   * @param parameters slots and levels
   */
  public Simulator(SimulatedParameters parameters) {
    this(parameters, Noise.NONE, 0);
  }

  /**
   * A simulator with noise.
   *
   * @param parameters slots and levels
   * @param noise standard deviations per operation
   * @param seed of the noise; equal seeds and equal calls in one thread give equal slots
   */
  public Simulator(SimulatedParameters parameters, Noise noise, long seed) {
    super(parameters, KeyLevels.ALL, SimulatedCiphertext.class, SimulatedPlaintext.class);
    this.parameters = parameters;
    this.noise = noise;
    this.random = new SplittableRandom(seed);
  }

  // ---- what only a simulator has ----

  /**
   * Slots as a ciphertext, as a {@code Client} encrypts elsewhere.
   *
   * @param values 1 to slotCount finite values, a power of two of them, repeated to fill the slots
   * @param level 0 to maxLevel
   * @return scale degree 1, two parts, without noise
   * @throws org.hetal.he.HeLevelException for a level out of range
   * @throws IllegalArgumentException for other values
   */
  public Ciphertext encrypt(double[] values, int level) {
    requireOpen();
    rules().level(level);
    rules().slots(values, null);
    return fresh(repeated(values), new double[parameters.slotCount()], level);
  }

  /**
   * The real parts of the slots.
   *
   * @param a any level, scale degree and parts
   * @return slotCount values
   * @throws IllegalArgumentException for a ciphertext of other parameters or of another backend
   * @throws IllegalStateException when it or the simulator is closed
   */
  public double[] decrypt(Ciphertext a) {
    return own(a).real().clone();
  }

  /**
   * The imaginary parts of the slots.
   *
   * @param a any level, scale degree and parts
   * @return slotCount values
   * @throws IllegalArgumentException for a ciphertext of other parameters or of another backend
   * @throws IllegalStateException when it or the simulator is closed
   */
  public double[] decryptImaginary(Ciphertext a) {
    return own(a).imaginary().clone();
  }

  /** {@return the largest slot magnitude that entered a bootstrap so far; 0 before the first} */
  public synchronized double largestBootstrapped() {
    return largestBootstrapped;
  }

  // ---- CheckedEvaluator ----

  @Override
  public String device() {
    return "simulator";
  }

  @Override
  protected boolean isClosed() {
    return closed;
  }

  @Override
  protected Object handleOwner() {
    return parameters;
  }

  @Override
  protected SimulatedPlaintext doEncode(double[] real, double[] imaginary, int level) {
    double[] im = imaginary == null ? new double[1] : imaginary;
    return new SimulatedPlaintext(parameters, repeated(real), repeated(im), level);
  }

  @Override
  protected SimulatedCiphertext doAdd(SimulatedCiphertext a, SimulatedCiphertext b) {
    return sum(a, b, 1);
  }

  @Override
  protected SimulatedCiphertext doSub(SimulatedCiphertext a, SimulatedCiphertext b) {
    return sum(a, b, -1);
  }

  @Override
  protected SimulatedCiphertext doAdd(SimulatedCiphertext a, SimulatedPlaintext b) {
    return sum(a, b, 1);
  }

  @Override
  protected SimulatedCiphertext doSub(SimulatedCiphertext a, SimulatedPlaintext b) {
    return sum(a, b, -1);
  }

  @Override
  protected SimulatedCiphertext doAdd(SimulatedCiphertext a, double constant) {
    double[] real = a.real().clone();
    for (int i = 0; i < real.length; i++) {
      real[i] += constant;
    }
    return like(a, real, a.imaginary().clone());
  }

  @Override
  protected SimulatedCiphertext doMultiplyInteger(SimulatedCiphertext a, int factor) {
    return like(a, scaled(a.real(), factor), scaled(a.imaginary(), factor));
  }

  @Override
  protected SimulatedCiphertext doMultiplyByI(SimulatedCiphertext a) {
    return like(a, scaled(a.imaginary(), -1), a.real().clone());
  }

  @Override
  protected SimulatedCiphertext doMultiply(SimulatedCiphertext a, double constant) {
    return made(
        scaled(a.real(), constant),
        scaled(a.imaginary(), constant),
        new Shape(a.level(), 2, a.parts()));
  }

  @Override
  protected SimulatedCiphertext doMultiplySum(
      List<SimulatedCiphertext> a, List<SimulatedCiphertext> b) {
    Products sum = new Products(parameters.slotCount());
    for (int i = 0; i < a.size(); i++) {
      sum.add(a.get(i).real(), a.get(i).imaginary(), b.get(i).real(), b.get(i).imaginary());
    }
    return made(sum.real, sum.imaginary, new Shape(a.get(0).level(), 2, 3));
  }

  @Override
  protected SimulatedCiphertext doMultiplySumPlain(
      List<SimulatedCiphertext> a, List<SimulatedPlaintext> b) {
    Products sum = new Products(parameters.slotCount());
    int parts = 2;
    for (int i = 0; i < a.size(); i++) {
      sum.add(a.get(i).real(), a.get(i).imaginary(), b.get(i).real(), b.get(i).imaginary());
      parts = Math.max(parts, a.get(i).parts());
    }
    return made(sum.real, sum.imaginary, new Shape(a.get(0).level(), 2, parts));
  }

  @Override
  protected SimulatedCiphertext doRelinearize(SimulatedCiphertext a) {
    return made(a.real().clone(), a.imaginary().clone(), new Shape(a.level(), a.scaleDegree(), 2));
  }

  @Override
  protected SimulatedCiphertext doRescale(SimulatedCiphertext a) {
    return noisy(a.real(), a.imaginary(), new Shape(a.level() - 1, 1, a.parts()), noise.rescale());
  }

  @Override
  protected SimulatedCiphertext doDropToLevel(SimulatedCiphertext a, int level) {
    return made(a.real().clone(), a.imaginary().clone(), new Shape(level, 1, a.parts()));
  }

  @Override
  protected SimulatedCiphertext doRotate(SimulatedCiphertext a, int left) {
    if (left == 0) {
      return like(a, a.real().clone(), a.imaginary().clone());
    }
    return noisy(
        rotated(a.real(), left),
        rotated(a.imaginary(), left),
        new Shape(a.level(), a.scaleDegree(), 2),
        a.scaleDegree() == 1 ? noise.rescale() : 0);
  }

  @Override
  protected List<SimulatedCiphertext> doRotateAll(SimulatedCiphertext a, int[] left) {
    List<SimulatedCiphertext> out = new ArrayList<>(left.length);
    for (int steps : left) {
      out.add(doRotate(a, steps));
    }
    return out;
  }

  @Override
  protected SimulatedCiphertext doConjugate(SimulatedCiphertext a) {
    return like(a, a.real().clone(), scaled(a.imaginary(), -1));
  }

  @Override
  protected SimulatedCiphertext doRotateSum(SimulatedCiphertext a, int[] left) {
    return sum(doRotateAll(a, left));
  }

  @Override
  protected SimulatedCiphertext doSumRotated(List<SimulatedCiphertext> a, int[] left) {
    List<SimulatedCiphertext> rotated = new ArrayList<>(left.length);
    for (int i = 0; i < left.length; i++) {
      rotated.add(doRotate(a.get(i), left[i]));
    }
    return sum(rotated);
  }

  private SimulatedCiphertext sum(List<SimulatedCiphertext> terms) {
    SimulatedCiphertext sum = terms.get(0);
    for (SimulatedCiphertext term : terms.subList(1, terms.size())) {
      sum = sum(sum, term, 1);
    }
    return sum;
  }

  @Override
  protected List<SimulatedCiphertext> doMultiplyRotated(
      SimulatedCiphertext a, int[] left, List<List<SimulatedPlaintext>> factors) {
    List<SimulatedCiphertext> rotated = doRotateAll(a, left);
    List<SimulatedCiphertext> out = new ArrayList<>(factors.size());
    for (List<SimulatedPlaintext> row : factors) {
      List<SimulatedCiphertext> present = new ArrayList<>();
      List<SimulatedPlaintext> by = new ArrayList<>();
      for (int t = 0; t < left.length; t++) {
        if (row.get(t) != null) {
          present.add(rotated.get(t));
          by.add(row.get(t));
        }
      }
      out.add(doMultiplySumPlain(present, by));
    }
    return out;
  }

  @Override
  protected SimulatedCiphertext doBootstrap(SimulatedCiphertext a, int slots) {
    requireBound(a);
    requirePeriod(a, slots);
    return refreshed(a.real());
  }

  @Override
  protected List<SimulatedCiphertext> doBootstrapPair(
      SimulatedCiphertext a, SimulatedCiphertext b, int slots) {
    requireBound(a);
    requireBound(b);
    requirePeriod(a, slots);
    requirePeriod(b, slots);
    return List.of(refreshed(a.real()), refreshed(b.real()));
  }

  @Override
  protected SimulatedCiphertext doZero(int level) {
    return fresh(new double[parameters.slotCount()], new double[parameters.slotCount()], level);
  }

  @Override
  protected byte[] doSerialize(SimulatedCiphertext a) {
    ByteBuffer out = ByteBuffer.allocate(bytes());
    out.putInt(MAGIC).putInt(parameters.slotCount()).putInt(a.level());
    for (int i = 0; i < parameters.slotCount(); i++) {
      out.putDouble(a.real()[i]).putDouble(a.imaginary()[i]);
    }
    return out.array();
  }

  @Override
  protected SimulatedCiphertext doDeserialize(byte[] bytes) {
    int slots = parameters.slotCount();
    if (bytes.length != bytes()) {
      throw new HeFormatException(
          "simulated ciphertext: expected " + bytes() + " bytes, actual " + bytes.length);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int magic = in.getInt();
    int storedSlots = in.getInt();
    int level = in.getInt();
    if (magic != MAGIC || storedSlots != slots || level < 0 || level > parameters.maxLevel()) {
      throw new HeFormatException(
          String.format(
              Locale.ROOT,
              "simulated ciphertext: expected magic %08x, %d slots, a level of 0 to %d; actual"
                  + " %08x, %d, %d",
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
    return fresh(real, imaginary, level);
  }

  private int bytes() {
    return HEADER_BYTES + 2 * Double.BYTES * parameters.slotCount();
  }

  @Override
  public void close() {
    closed = true;
  }

  // ---- values ----

  private void requireBound(SimulatedCiphertext a) {
    double largest = 0;
    for (int i = 0; i < a.real().length; i++) {
      double magnitude = Math.abs(a.real()[i]);
      if (!(magnitude <= parameters.bootstrapBound())) {
        throw new HeRangeException(
            "bootstrap: expected slots within "
                + parameters.bootstrapBound()
                + ", actual "
                + a.real()[i]
                + " in slot "
                + i);
      }
      largest = Math.max(largest, magnitude);
    }
    synchronized (this) {
      largestBootstrapped = Math.max(largestBootstrapped, largest);
    }
  }

  /** Of fewer slots than all: real ones that repeat, up to noise. */
  private void requirePeriod(SimulatedCiphertext a, int slots) {
    if (slots == parameters.slotCount()) {
      return;
    }
    for (int i = 0; i < a.real().length; i++) {
      double first = a.real()[i % slots];
      if (!(Math.abs(a.real()[i] - first) <= SAME)) {
        throw new HeRangeException(
            "bootstrap: expected slots that repeat with period "
                + slots
                + ", actual "
                + first
                + " in slot "
                + i % slots
                + " and "
                + a.real()[i]
                + " in slot "
                + i);
      }
      if (!(Math.abs(a.imaginary()[i]) <= SAME)) {
        throw new HeRangeException(
            "bootstrap of "
                + slots
                + " slots: expected real slots, actual imaginary part "
                + a.imaginary()[i]
                + " in slot "
                + i);
      }
    }
  }

  private SimulatedCiphertext refreshed(double[] real) {
    Shape shape = new Shape(parameters.bootstrapOutputLevel(), 1, 2);
    return noisy(real, new double[real.length], shape, noise.bootstrap());
  }

  private SimulatedCiphertext sum(SimulatedCiphertext a, SimulatedCiphertext b, int sign) {
    return made(
        combined(a.real(), b.real(), sign),
        combined(a.imaginary(), b.imaginary(), sign),
        new Shape(a.level(), a.scaleDegree(), Math.max(a.parts(), b.parts())));
  }

  private SimulatedCiphertext sum(SimulatedCiphertext a, SimulatedPlaintext b, int sign) {
    return like(
        a, combined(a.real(), b.real(), sign), combined(a.imaginary(), b.imaginary(), sign));
  }

  private SimulatedCiphertext fresh(double[] real, double[] imaginary, int level) {
    return made(real, imaginary, new Shape(level, 1, 2));
  }

  private SimulatedCiphertext like(SimulatedCiphertext a, double[] real, double[] imaginary) {
    return made(real, imaginary, new Shape(a.level(), a.scaleDegree(), a.parts()));
  }

  private SimulatedCiphertext made(double[] real, double[] imaginary, Shape shape) {
    return new SimulatedCiphertext(parameters, real, imaginary, shape);
  }

  private SimulatedCiphertext noisy(
      double[] real, double[] imaginary, Shape shape, double standardDeviation) {
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
    return made(re, im, shape);
  }

  private double[] repeated(double[] values) {
    double[] out = new double[parameters.slotCount()];
    for (int i = 0; i < out.length; i++) {
      out[i] = values[i % values.length];
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
