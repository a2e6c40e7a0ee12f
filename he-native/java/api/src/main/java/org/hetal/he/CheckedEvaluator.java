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
   * Makes an evaluator that checks by these parameters and keys.
   *
   * @param parameters the parameter set of every operand
   * @param keys what may be used, each key up to which level
   * @param ciphertexts the class of the subclass's ciphertexts
   * @param plaintexts the class of the subclass's plaintexts
   */
  protected CheckedEvaluator(
      Parameters parameters, KeyLevels keys, Class<C> ciphertexts, Class<P> plaintexts) {
    this.parameters = parameters;
    this.rules = new EvaluatorRules(parameters, keys);
    this.ciphertexts = ciphertexts;
    this.plaintexts = plaintexts;
  }

  // ---- what a subclass computes; operands are open, its own, and within the rules ----

  /** {@return whether {@link #close} was called} */
  protected abstract boolean isClosed();

  /** {@return what equals the owner of every handle that this evaluator takes} */
  protected Object handleOwner() {
    return this;
  }

  /**
   * Computes {@link Evaluator#encode(double[], double[], int)}.
   *
   * @param real finite values, a power of two of them, at most slotCount
   * @param imaginary as many finite values; null for none
   * @param level 0 to maxLevel
   * @return a plaintext at {@code level}
   */
  protected abstract P doEncode(double[] real, double[] imaginary, int level);

  /**
   * Computes {@link Evaluator#add(Ciphertext, Ciphertext)}.
   *
   * @param a two or three parts
   * @param b level and scale degree of {@code a}
   * @return the sum, with as many parts as the operand that has more
   */
  protected abstract C doAdd(C a, C b);

  /**
   * Computes {@link Evaluator#sub(Ciphertext, Ciphertext)}.
   *
   * @param a two or three parts
   * @param b level and scale degree of {@code a}
   * @return the difference, with as many parts as the operand that has more
   */
  protected abstract C doSub(C a, C b);

  /**
   * Computes {@link Evaluator#add(Ciphertext, Plaintext)}.
   *
   * @param a scale degree 1
   * @param b at the level of {@code a}
   * @return the sum, with the parts of {@code a}
   */
  protected abstract C doAdd(C a, P b);

  /**
   * Computes {@link Evaluator#sub(Ciphertext, Plaintext)}.
   *
   * @param a scale degree 1
   * @param b at the level of {@code a}
   * @return the difference, with the parts of {@code a}
   */
  protected abstract C doSub(C a, P b);

  /**
   * Computes {@link Evaluator#add(Ciphertext, double)}.
   *
   * @param a any scale degree and parts
   * @param constant finite
   * @return the sum, with the shape of {@code a}
   */
  protected abstract C doAdd(C a, double constant);

  /**
   * Computes {@link Evaluator#negate}, here by {@link #doMultiplyInteger}.
   *
   * @param a any scale degree and parts
   * @return {@code -a}, with the shape of {@code a}
   */
  protected C doNegate(C a) {
    return doMultiplyInteger(a, -1);
  }

  /**
   * Computes {@link Evaluator#multiplyInteger}.
   *
   * @param a any scale degree and parts
   * @param factor of a magnitude of at most 2^20
   * @return the product, with the shape of {@code a}
   */
  protected abstract C doMultiplyInteger(C a, int factor);

  /**
   * Computes {@link Evaluator#multiplyByI}.
   *
   * @param a any scale degree and parts
   * @return the product, with the shape of {@code a}
   */
  protected abstract C doMultiplyByI(C a);

  /**
   * Computes {@link Evaluator#multiply(Ciphertext, double)}.
   *
   * @param a level at least 1, scale degree 1
   * @param constant finite
   * @return the product, of scale degree 2, with level and parts of {@code a}
   */
  protected abstract C doMultiply(C a, double constant);

  /**
   * Computes {@link Evaluator#multiplySum}; a single term for {@link Evaluator#multiply(Ciphertext,
   * Ciphertext)}.
   *
   * @param a at least one; equal levels of at least 1, scale degree 1, two parts
   * @param b as many, of the same shape
   * @return the sum, of scale degree 2 and three parts
   */
  protected abstract C doMultiplySum(List<C> a, List<C> b);

  /**
   * Computes {@link Evaluator#multiplySumPlain}; a single term for {@link
   * Evaluator#multiply(Ciphertext, Plaintext)}.
   *
   * @param a at least one; equal levels of at least 1, scale degree 1, two or three parts
   * @param b as many, at the level of {@code a}
   * @return the sum, of scale degree 2, with as many parts as the term that has most
   */
  protected abstract C doMultiplySumPlain(List<C> a, List<P> b);

  /**
   * Computes {@link Evaluator#relinearize}.
   *
   * @param a two or three parts; for three the key is there
   * @return two parts; a copy of {@code a} if it has two
   */
  protected abstract C doRelinearize(C a);

  /**
   * Computes {@link Evaluator#rescale}.
   *
   * @param a level at least 1, scale degree 2
   * @return scale degree 1, one level lower, with the parts of {@code a}
   */
  protected abstract C doRescale(C a);

  /**
   * Computes {@link Evaluator#relinearizeRescale}, here in two steps.
   *
   * @param a level at least 1, scale degree 2, two or three parts; for three the key is there
   * @return scale degree 1, one level lower, two parts
   */
  protected C doRelinearizeRescale(C a) {
    try (C relinearized = doRelinearize(a)) {
      return doRescale(relinearized);
    }
  }

  /**
   * Computes {@link Evaluator#dropToLevel}.
   *
   * @param a scale degree 1
   * @param level 0 to the level of {@code a}
   * @return scale degree 1 at {@code level}, with the parts of {@code a}; never {@code a} itself
   */
  protected abstract C doDropToLevel(C a, int level);

  /**
   * Computes {@link Evaluator#rotate}.
   *
   * @param a two parts
   * @param left 0 to slotCount - 1; the key is there
   * @return the shape of {@code a}; a copy for 0
   */
  protected abstract C doRotate(C a, int left);

  /**
   * Computes {@link Evaluator#rotateAll}.
   *
   * @param a two parts
   * @param left each 0 to slotCount - 1; at least one; the keys are there
   * @return one ciphertext for each step, in this order
   */
  protected abstract List<? extends Ciphertext> doRotateAll(C a, int[] left);

  /**
   * Computes {@link Evaluator#conjugate}.
   *
   * @param a two parts; the key is there
   * @return the shape of {@code a}
   */
  protected abstract C doConjugate(C a);

  /**
   * Computes {@link Evaluator#rotateSum}.
   *
   * @param a two parts
   * @param left each 0 to slotCount - 1; at least one; the keys are there
   * @return the sum, with the shape of {@code a}
   */
  protected abstract C doRotateSum(C a, int[] left);

  /**
   * Computes {@link Evaluator#sumRotated}.
   *
   * @param a at least one; equal levels and scale degrees, two parts
   * @param left as many, each 0 to slotCount - 1; the keys are there
   * @return the sum, with the shape of each term
   */
  protected abstract C doSumRotated(List<C> a, int[] left);

  /**
   * Computes {@link Evaluator#multiplyRotated}.
   *
   * @param a level at least 1, scale degree 1, two parts
   * @param left each 0 to slotCount - 1; the keys are there
   * @param factors at least one row, with as many plaintexts in a row as steps; null is an absent
   *     factor; at least one in each row
   * @return one ciphertext of scale degree 2 for each row, in this order
   */
  protected abstract List<? extends Ciphertext> doMultiplyRotated(
      C a, int[] left, List<List<P>> factors);

  /**
   * Computes {@link Evaluator#bootstrap}.
   *
   * @param a at or above the input level, scale degree 1, two parts; the keys are there
   * @param slots the period of the slots, in the range of {@link Evaluator#bootstrap(Ciphertext,
   *     int)}
   * @return scale degree 1 and two parts at the output level
   */
  protected abstract C doBootstrap(C a, int slots);

  /**
   * Computes {@link Evaluator#bootstrapPair}.
   *
   * @param a at or above the input level, scale degree 1, two parts; the keys are there
   * @param b the same shape
   * @param slots the period of the slots, in the range of {@link
   *     Evaluator#bootstrapPair(Ciphertext, Ciphertext, int)}
   * @return both, {@code a} first, with scale degree 1 and two parts at the output level
   */
  protected abstract List<? extends Ciphertext> doBootstrapPair(C a, C b, int slots);

  /**
   * Computes {@link Evaluator#zero}.
   *
   * @param level 0 to maxLevel
   * @return scale degree 1 and two parts at {@code level}
   */
  protected abstract C doZero(int level);

  /**
   * Computes {@link Evaluator#serialize}.
   *
   * @param a scale degree 1, two parts
   * @return the bytes, which {@link #doDeserialize} reads
   */
  protected abstract byte[] doSerialize(C a);

  /**
   * Computes {@link Evaluator#deserialize}, with every check of the bytes.
   *
   * @param bytes from anywhere
   * @return the ciphertext
   * @throws HeFormatException naming the check that failed
   */
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
  public final Ciphertext bootstrap(Ciphertext a, int slots) {
    C x = own(a);
    rules.bootstrap(x);
    rules.bootstrapKeys("bootstrap", slots, 1);
    return doBootstrap(x, slots);
  }

  @Override
  public final List<Ciphertext> bootstrapPair(Ciphertext a, Ciphertext b, int slots) {
    C x = own(a);
    C y = own(b);
    rules.equalLevels("bootstrapPair", x.level(), y.level());
    rules.bootstrap(x);
    rules.bootstrap(y);
    rules.bootstrapKeys("bootstrapPair", slots, 2);
    return List.copyOf(doBootstrapPair(x, y, slots));
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

  /** {@return the rules with this evaluator's parameters and keys} */
  protected final EvaluatorRules rules() {
    return rules;
  }

  /**
   * Checks that the evaluator is open.
   *
   * @throws IllegalStateException when it is closed
   */
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

  /**
   * The ciphertext in the subclass's type.
   *
   * @param a an operand
   * @return {@code a}
   * @throws IllegalStateException when it or this evaluator is closed
   * @throws IllegalArgumentException when it is of another evaluator or of other parameters
   */
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
