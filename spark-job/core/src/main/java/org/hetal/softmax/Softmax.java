package org.hetal.softmax;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.packing.Layout;

/**
 * Softmax of encrypted logits by look-ahead normalize-and-square. softmax(x) is what is left of y =
 * exp(x / 2^k) after k squarings if y is kept normalized on the way; a common factor of a row
 * cancels, so only the last normalization must be precise, and each of the others is a polynomial
 * in the power sums of the row. No comparison, no maximum, no iterated inverse.
 *
 * <p>The logits x of a row must be <b>centred</b> (their sum is 0) and at most 2 * 2^k in
 * magnitude; a row outside diverges and destroys its ciphertext in the next bootstrap. Errors:
 * about 3e-5 in the worst case without noise (k = 6), and a bootstrap's noise on the scaled logits
 * times 2^k.
 *
 * <p>Immutable and thread-safe. Keys: relinearization, rotations by multiples of {@link
 * Layout#classStride()} in stages of four, bootstrapping.
 */
public final class Softmax {
  /** The ranges of logits, 2 * 2^k for k squarings. The last one needs at least 5 classes. */
  public static final List<Integer> LOGIT_RANGES = List.of(32, 64, 128, 256);

  private final Evaluator evaluator;
  private final int classes;
  private final int squarings;
  private final int period;
  private final boolean sharesBootstraps;
  private final ClassArithmetic arithmetic;

  /**
   * A softmax with an evaluator, which stays the caller's.
   *
   * @param evaluator with the keys that the class names
   * @param layout of the logits: slot = class * rowsPerGroup + row, repeated with the layout's
   *     period
   * @param squarings k, from 4 to 7 (to 6 for up to 4 classes): logits up to 2 * 2^k
   * @throws IllegalArgumentException for other numbers of classes or squarings, or another number
   *     of slots than the evaluator's
   */
  public Softmax(Evaluator evaluator, Layout layout, int squarings) {
    Chain.choices(layout.classes(), squarings);
    if (layout.slots() != evaluator.parameters().slotCount()
        || layout.paddedClasses() != Chain.paddedClasses(layout.classes())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "softmax: expected a layout of %d slots and %d padded classes, actual %d and %d",
              evaluator.parameters().slotCount(),
              Chain.paddedClasses(layout.classes()),
              layout.slots(),
              layout.paddedClasses()));
    }
    this.evaluator = evaluator;
    this.classes = layout.classes();
    this.squarings = squarings;
    this.period = layout.period();
    this.sharesBootstraps = layout.sharesBootstraps();
    this.arithmetic =
        new ClassArithmetic(
            evaluator, layout.classes(), layout.paddedClasses(), layout.classStride());
  }

  /**
   * The ranges that the softmax of so many classes can take.
   *
   * @param classes 2 to 64
   * @return those of {@link #LOGIT_RANGES}, ascending
   */
  public static List<Integer> logitRanges(int classes) {
    int most = Chain.largestSquarings(classes);
    return LOGIT_RANGES.stream().filter(range -> squarings(range) <= most).toList();
  }

  /**
   * k of a range of logits 2 * 2^k.
   *
   * @param logitRange a power of two, at least 4
   * @return k
   */
  public static int squarings(int logitRange) {
    return Integer.numberOfTrailingZeros(logitRange) - 1;
  }

  /** Where the softmax of u bootstraps; see {@link SoftmaxPlan#withFactorOne}. */
  SoftmaxPlan plan(int inputLevel, int outputLevel) {
    return SoftmaxPlan.withFactorOne(
        evaluator.parameters(), classes, squarings, inputLevel, outputLevel);
  }

  /**
   * Probabilities of one ciphertext of logits, or of two at once. Where logits do not repeat in the
   * slots, a bootstrap of two costs less than twice as much.
   *
   * @param scaledLogits u = x / 2^k in the logits layout, 0 in padded classes; one or two
   *     ciphertexts of one level, scale degree 1; not closed here
   * @param outputLevel 0 or more
   * @return as many ciphertexts, at {@code outputLevel}, 0 in padded classes; rows of logits 0 are
   *     1 / classes
   * @throws org.hetal.he.HeLevelException when bootstraps cannot reach the level
   */
  public List<Ciphertext> apply(List<Ciphertext> scaledLogits, int outputLevel) {
    return apply(scaledLogits, plan(requireLogits(scaledLogits), outputLevel));
  }

  /**
   * As {@link #apply(List, int)}, with the bootstraps where a plan has them.
   *
   * @param scaledLogits u = x / 2^k times the plan's {@link SoftmaxPlan#logitFactor}, in the logits
   *     layout, 0 in padded classes; one or two ciphertexts of the plan's input level, scale degree
   *     1; not closed here
   * @param plan of this number of classes and squarings, from the level of the logits
   * @return as many ciphertexts, at the plan's output level
   * @throws IllegalArgumentException when the plan is not one for these logits
   */
  public List<Ciphertext> apply(List<Ciphertext> scaledLogits, SoftmaxPlan plan) {
    int inputLevel = requireLogits(scaledLogits);
    if (plan.classes() != classes
        || plan.squarings() != squarings
        || plan.inputLevel() != inputLevel) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "softmax: expected a plan for %d classes, %d squarings, logits at level %d; actual"
                  + " %d, %d, %d",
              classes,
              squarings,
              inputLevel,
              plan.classes(),
              plan.squarings(),
              plan.inputLevel()));
    }
    List<SoftmaxPlan.Step> steps = plan.steps();
    List<Stage> stages = plan.chain().stages();
    List<Ciphertext> values = scaledLogits;
    for (int i = 0; i < steps.size(); i++) {
      Stage stage = i < stages.size() ? stages.get(i) : null;
      List<Ciphertext> entering = values;
      try {
        values = advanced(entering, steps.get(i), stage);
      } finally {
        if (entering != scaledLogits) {
          entering.forEach(Ciphertext::close);
        }
      }
    }
    return values;
  }

  private static int requireLogits(List<Ciphertext> scaledLogits) {
    if (scaledLogits.isEmpty() || scaledLogits.size() > 2) {
      throw new IllegalArgumentException(
          "softmax: expected one or two ciphertexts, actual " + scaledLogits.size());
    }
    int inputLevel = scaledLogits.get(0).level();
    for (Ciphertext logits : scaledLogits) {
      if (logits.level() != inputLevel || logits.scaleDegree() != 1 || logits.parts() != 2) {
        throw new IllegalArgumentException(
            "softmax: expected level "
                + inputLevel
                + ", scale degree 1, 2 parts; actual "
                + logits);
      }
    }
    return inputLevel;
  }

  /** One step of the plan: bootstrap, drop, stage (none at the end). */
  private List<Ciphertext> advanced(List<Ciphertext> values, SoftmaxPlan.Step step, Stage stage) {
    try (Scope scope = new Scope()) {
      List<Ciphertext> entering = step.refreshed() ? scope.ownAll(refreshed(values)) : values;
      List<Ciphertext> results = new ArrayList<>();
      for (Ciphertext value : entering) {
        Ciphertext dropped = scope.own(evaluator.dropToLevel(value, step.startLevel()));
        results.add(stage == null ? dropped : scope.own(stage.apply(arithmetic, dropped)));
      }
      results.forEach(scope::release);
      return results;
    }
  }

  private List<Ciphertext> refreshed(List<Ciphertext> values) {
    if (values.size() == 2 && sharesBootstraps) {
      return evaluator.bootstrapPair(values.get(0), values.get(1));
    }
    // A pair of slots that repeat would need the keys of twice as many slots.
    try (Scope scope = new Scope()) {
      List<Ciphertext> fresh = new ArrayList<>();
      for (Ciphertext value : values) {
        fresh.add(scope.own(evaluator.bootstrap(value, period)));
      }
      fresh.forEach(scope::release);
      return fresh;
    }
  }
}
