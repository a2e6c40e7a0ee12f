package org.hetal.he;

import java.util.ArrayList;
import java.util.List;

/**
 * An {@link Evaluator} that applies {@link EvaluatorRules} to every call and then hands it to its
 * subclass, which computes and need not check: the rules and their messages are the same for all
 * evaluators. Lists are checked to the end before anything is computed.
 *
 * @param <C> the subclass's ciphertexts
 * @param <P> the subclass's plaintexts
 */
public abstract class CheckedEvaluator<C extends AbstractCiphertext, P extends AbstractPlaintext>
    implements Evaluator {
  private final Parameters parameters;
  private final EvaluatorRules rules;
  private final Class<C> ciphertexts;
  private final Class<P> plaintexts;

  /**
   * @param keys what may be used, each up to which level
   */
  protected CheckedEvaluator(
      Parameters parameters, KeyLevels keys, Class<C> ciphertexts, Class<P> plaintexts) {
    this.parameters = parameters;
    this.rules = new EvaluatorRules(parameters, keys);
    this.ciphertexts = ciphertexts;
    this.plaintexts = plaintexts;
  }

  // ---- what a subclass computes; operands are open, its own, and within the rules ----

  /** Whether {@link #close} was called. */
  protected abstract boolean isClosed();

  /** Equal to the owner of every handle that this evaluator takes. */
  protected Object handleOwner() {
    return this;
  }

  /**
   * @param imaginary null for none
   */
  protected abstract P doEncode(double[] real, double[] imaginary, int level);

  /** {@link Evaluator#add(Ciphertext, Ciphertext)}. */
  protected abstract C doAdd(C a, C b);

  /** {@link Evaluator#sub(Ciphertext, Ciphertext)}. */
  protected abstract C doSub(C a, C b);

  /** {@link Evaluator#add(Ciphertext, Plaintext)}. */
  protected abstract C doAdd(C a, P b);

  /** {@link Evaluator#sub(Ciphertext, Plaintext)}. */
  protected abstract C doSub(C a, P b);

  /** {@link Evaluator#add(Ciphertext, double)}. */
  protected abstract C doAdd(C a, double constant);

  /** {@link Evaluator#negate}. */
  protected C doNegate(C a) {
    return doMultiplyInteger(a, -1);
  }

  /** {@link Evaluator#multiplyInteger}. */
  protected abstract C doMultiplyInteger(C a, int factor);

  /** {@link Evaluator#multiplyByI}. */
  protected abstract C doMultiplyByI(C a);

  /** {@link Evaluator#multiply(Ciphertext, double)}. */
  protected abstract C doMultiply(C a, double constant);

  /** {@link Evaluator#multiplySum}. */
  protected abstract C doMultiplySum(List<C> a, List<C> b);

  /** {@link Evaluator#multiplySumPlain}. */
  protected abstract C doMultiplySumPlain(List<C> a, List<P> b);

  /** Two or three parts; two come back as a copy. */
  protected abstract C doRelinearize(C a);

  /** {@link Evaluator#rescale}. */
  protected abstract C doRescale(C a);

  /** Two or three parts. */
  protected C doRelinearizeRescale(C a) {
    try (C relinearized = doRelinearize(a)) {
      return doRescale(relinearized);
    }
  }

  /** {@link Evaluator#dropToLevel}. */
  protected abstract C doDropToLevel(C a, int level);

  /**
   * @param left 0 to slotCount - 1
   */
  protected abstract C doRotate(C a, int left);

  /**
   * @param left each 0 to slotCount - 1; at least one
   */
  protected abstract List<? extends Ciphertext> doRotateAll(C a, int[] left);

  /** {@link Evaluator#conjugate}. */
  protected abstract C doConjugate(C a);

  /** {@link Evaluator#rotateSum}. */
  protected abstract C doRotateSum(C a, int[] left);

  /** {@link Evaluator#sumRotated}. */
  protected abstract C doSumRotated(List<C> a, int[] left);

  /**
   * @param factors as many in a row as steps; null is an absent factor; at least one in each row
   */
  protected abstract List<? extends Ciphertext> doMultiplyRotated(
      C a, int[] left, List<List<P>> factors);

  /** {@link Evaluator#bootstrap}. */
  protected abstract C doBootstrap(C a);

  /** {@link Evaluator#bootstrapPair}. */
  protected abstract List<? extends Ciphertext> doBootstrapPair(C a, C b);

  /** {@link Evaluator#zero}. */
  protected abstract C doZero(int level);

  /** {@link Evaluator#serialize}. */
  protected abstract byte[] doSerialize(C a);

  /** {@link Evaluator#deserialize}. */
  protected abstract C doDeserialize(byte[] bytes);

  // ---- the checks ----

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public final Plaintext encode(double[] values, int level) {
    return encodeChecked(values, null, level);
  }

  @Override
  public final Plaintext encode(double[] real, double[] imaginary, int level) {
    if (imaginary == null) {
      throw new IllegalArgumentException("encode: expected imaginary parts, actual null");
    }
    return encodeChecked(real, imaginary, level);
  }

  private P encodeChecked(double[] real, double[] imaginary, int level) {
    requireOpen();
    rules.level(level);
    rules.slots(real, imaginary);
    return doEncode(real, imaginary, level);
  }

  @Override
  public final Ciphertext add(Ciphertext a, Ciphertext b) {
    C x = own(a);
    C y = own(b);
    rules.same("add", x, y);
    return doAdd(x, y);
  }

  @Override
  public final Ciphertext sub(Ciphertext a, Ciphertext b) {
    C x = own(a);
    C y = own(b);
    rules.same("sub", x, y);
    return doSub(x, y);
  }

  @Override
  public final Ciphertext negate(Ciphertext a) {
    return doNegate(own(a));
  }

  @Override
  public final Ciphertext add(Ciphertext a, Plaintext b) {
    C x = own(a);
    P y = own(b);
    rules.same("add", x, y);
    return doAdd(x, y);
  }

  @Override
  public final Ciphertext sub(Ciphertext a, Plaintext b) {
    C x = own(a);
    P y = own(b);
    rules.same("sub", x, y);
    return doSub(x, y);
  }

  @Override
  public final Ciphertext add(Ciphertext a, double constant) {
    C x = own(a);
    rules.finite(constant);
    return doAdd(x, constant);
  }

  @Override
  public final Ciphertext multiplyInteger(Ciphertext a, int factor) {
    C x = own(a);
    rules.integer(factor);
    return doMultiplyInteger(x, factor);
  }

  @Override
  public final Ciphertext multiplyByI(Ciphertext a) {
    return doMultiplyByI(own(a));
  }

  @Override
  public final Ciphertext multiply(Ciphertext a, Ciphertext b) {
    C x = own(a);
    C y = own(b);
    rules.product(x, x, y);
    return doMultiplySum(List.of(x), List.of(y));
  }

  @Override
  public final Ciphertext square(Ciphertext a) {
    return multiply(a, a);
  }

  @Override
  public final Ciphertext multiply(Ciphertext a, Plaintext b) {
    C x = own(a);
    P y = own(b);
    rules.product(x, x, y);
    return doMultiplySumPlain(List.of(x), List.of(y));
  }

  @Override
  public final Ciphertext multiply(Ciphertext a, double constant) {
    C x = own(a);
    rules.finite(constant);
    rules.factor("multiply", x);
    return doMultiply(x, constant);
  }

  @Override
  public final Ciphertext multiplySum(List<Ciphertext> a, List<Ciphertext> b) {
    requireOpen();
    rules.terms("multiplySum", a.size(), b.size());
    List<C> x = own(a);
    List<C> y = own(b);
    for (int i = 0; i < x.size(); i++) {
      rules.product(x.get(0), x.get(i), y.get(i));
    }
    return doMultiplySum(x, y);
  }

  @Override
  public final Ciphertext multiplySumPlain(List<Ciphertext> a, List<Plaintext> b) {
    requireOpen();
    rules.terms("multiplySumPlain", a.size(), b.size());
    List<C> x = own(a);
    List<P> y = new ArrayList<>(b.size());
    for (int i = 0; i < x.size(); i++) {
      y.add(own(b.get(i)));
      rules.product(x.get(0), x.get(i), y.get(i));
    }
    return doMultiplySumPlain(x, y);
  }

  @Override
  public final Ciphertext relinearize(Ciphertext a) {
    C x = own(a);
    requireRelinearizationKey(x);
    return doRelinearize(x);
  }

  @Override
  public final Ciphertext rescale(Ciphertext a) {
    C x = own(a);
    rules.rescale(x);
    return doRescale(x);
  }

  @Override
  public final Ciphertext relinearizeRescale(Ciphertext a) {
    C x = own(a);
    rules.rescale(x);
    requireRelinearizationKey(x);
    return doRelinearizeRescale(x);
  }

  @Override
  public final Ciphertext dropToLevel(Ciphertext a, int level) {
    C x = own(a);
    rules.dropToLevel(x, level);
    return doDropToLevel(x, level);
  }

  @Override
  public final Ciphertext rotate(Ciphertext a, int steps) {
    C x = own(a);
    rules.twoParts("rotate", x);
    return doRotate(x, left(steps, x.level()));
  }

  @Override
  public final List<Ciphertext> rotateAll(Ciphertext a, int[] steps) {
    C x = own(a);
    rules.twoParts("rotateAll", x);
    int[] left = left(steps, x.level());
    return left.length == 0 ? List.of() : List.copyOf(doRotateAll(x, left));
  }

  @Override
  public final Ciphertext conjugate(Ciphertext a) {
    C x = own(a);
    rules.twoParts("conjugate", x);
    rules.conjugationKey(x.level());
    return doConjugate(x);
  }

  @Override
  public final Ciphertext rotateSum(Ciphertext a, int[] steps) {
    C x = own(a);
    rules.terms("rotateSum", steps.length, steps.length);
    rules.twoParts("rotateSum", x);
    return doRotateSum(x, left(steps, x.level()));
  }

  @Override
  public final Ciphertext sumRotated(List<Ciphertext> a, int[] steps) {
    requireOpen();
    rules.terms("sumRotated", a.size(), steps.length);
    List<C> x = own(a);
    for (C term : x) {
      rules.twoParts("sumRotated", term);
      rules.same("sumRotated", x.get(0), term);
    }
    return doSumRotated(x, left(steps, x.get(0).level()));
  }

  @Override
  public final List<Ciphertext> multiplyRotated(
      Ciphertext a, int[] steps, List<List<Plaintext>> factors) {
    C x = own(a);
    rules.factor("multiplyRotated", x);
    rules.twoParts("multiplyRotated", x);
    List<List<P>> rows = new ArrayList<>(factors.size());
    for (List<Plaintext> factorsOfRow : factors) {
      List<P> row = new ArrayList<>(factorsOfRow.size());
      for (Plaintext factor : factorsOfRow) {
        row.add(factor == null ? null : own(factor));
      }
      rules.row(x, steps.length, row);
      rows.add(row);
    }
    int[] left = left(steps, x.level());
    return rows.isEmpty() ? List.of() : List.copyOf(doMultiplyRotated(x, left, rows));
  }

  @Override
  public final Ciphertext bootstrap(Ciphertext a) {
    C x = own(a);
    rules.bootstrap(x);
    rules.bootstrapKeys();
    return doBootstrap(x);
  }

  @Override
  public final List<Ciphertext> bootstrapPair(Ciphertext a, Ciphertext b) {
    C x = own(a);
    C y = own(b);
    rules.equalLevels("bootstrapPair", x.level(), y.level());
    rules.bootstrap(x);
    rules.bootstrap(y);
    rules.bootstrapKeys();
    return List.copyOf(doBootstrapPair(x, y));
  }

  @Override
  public final Ciphertext zero(int level) {
    requireOpen();
    rules.level(level);
    return doZero(level);
  }

  @Override
  public final byte[] serialize(Ciphertext a) {
    C x = own(a);
    rules.serialize(x);
    return doSerialize(x);
  }

  @Override
  public final Ciphertext deserialize(byte[] bytes) {
    requireOpen();
    return doDeserialize(bytes);
  }

  /** {@link EvaluatorRules} with this evaluator's parameters and keys. */
  protected final EvaluatorRules rules() {
    return rules;
  }

  /** Throws {@link IllegalStateException} when closed. */
  protected final void requireOpen() {
    if (isClosed()) {
      throw new IllegalStateException("the evaluator is closed");
    }
  }

  private void requireRelinearizationKey(C a) {
    if (a.parts() == 3) {
      rules.relinearizationKey(a.level());
    }
  }

  private int left(int steps, int level) {
    int left = rules.left(steps);
    rules.rotationKey(left, level);
    return left;
  }

  private int[] left(int[] steps, int level) {
    int[] left = new int[steps.length];
    for (int i = 0; i < left.length; i++) {
      left[i] = left(steps[i], level);
    }
    return left;
  }

  /** The ciphertext, if it is open and this evaluator's. */
  protected final C own(Ciphertext a) {
    requireOpen();
    return requireOwn(ciphertexts, a, "ciphertext");
  }

  private P own(Plaintext a) {
    requireOpen();
    return requireOwn(plaintexts, a, "plaintext");
  }

  private List<C> own(List<Ciphertext> list) {
    List<C> out = new ArrayList<>(list.size());
    for (Ciphertext a : list) {
      out.add(own(a));
    }
    return out;
  }

  private <T extends AbstractHandle> T requireOwn(Class<T> type, Object a, String noun) {
    if (!type.isInstance(a) || !type.cast(a).owner().equals(handleOwner())) {
      throw new IllegalArgumentException(
          "expected a "
              + noun
              + " of this evaluator ("
              + parameters.name()
              + "), actual "
              + (a instanceof AbstractHandle ? a + " of another" : a));
    }
    T own = type.cast(a);
    if (own.isClosed()) {
      throw new IllegalStateException("the " + noun + " is closed");
    }
    return own;
  }
}
