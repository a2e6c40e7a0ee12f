package org.hetal.softmax;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The stages from scaled logits u = x / 2^squarings, times {@link #logitFactor}, to probabilities,
 * for one number of classes: exponential, first normalization, squarings - 1 squarings with an
 * approximate normalization, and a last squaring with a precise one. Up to 16 classes the stages
 * use the fitted {@link Coefficients}. Above, every squaring is an {@link InverseStage}, and there
 * are several chains to choose from (see {@link ManyClasses}).
 *
 * <p>Chains are built from the end: the probabilities have scaling 1, and each stage determines the
 * scaling of its input.
 */
record Chain(int classes, int squarings, List<Stage> stages) {
  static final int LARGEST_CLASSES = 64;
  static final int LEAST_SQUARINGS = 4;

  /**
   * The largest deviation of a row's sum from 1 after the last normalization. It is below the error
   * that the exponential has caused by then.
   */
  private static final double FINAL_ERROR = 2e-5;

  private static final int FINAL_LOG_DEGREE = 7;

  /** The margin for noise on both sides of an interval before the last normalization. */
  private static final double FINAL_MARGIN = 1.02;

  /** The chains found so far; finding those of many classes takes milliseconds. */
  private static final Map<List<Integer>, List<Chain>> MADE = new ConcurrentHashMap<>();

  /**
   * The candidate chains, fewest levels first. They differ in how the levels are divided between
   * the squarings, and in {@link #logitFactor}.
   *
   * @param classes 2 to {@link #LARGEST_CLASSES}
   * @param squarings {@link #LEAST_SQUARINGS} to {@link #largestSquarings}
   */
  static List<Chain> choices(int classes, int squarings) {
    if (classes < 2 || classes > LARGEST_CLASSES) {
      throw new IllegalArgumentException(
          "softmax: expected 2 to " + LARGEST_CLASSES + " classes, actual " + classes);
    }
    int most = largestSquarings(classes);
    if (squarings < LEAST_SQUARINGS || squarings > most) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "softmax of %d classes: expected %d to %d squarings, actual %d",
              classes,
              LEAST_SQUARINGS,
              most,
              squarings));
    }
    return MADE.computeIfAbsent(
        List.of(classes, squarings),
        unused ->
            withBothExponentials(
                classes <= Coefficients.shipped().largest()
                    ? List.of(tabulated(classes, squarings))
                    : ManyClasses.chains(classes, squarings)));
  }

  /** Each chain with an exponential of v, and as it is, with one of u. */
  private static List<Chain> withBothExponentials(List<Chain> fromU) {
    List<Chain> all = new ArrayList<>();
    for (Chain chain : fromU) {
      List<Stage> stages = new ArrayList<>(chain.stages);
      stages.set(0, exponential(stages.get(1), true));
      all.add(new Chain(chain.classes, chain.squarings, List.copyOf(stages)));
    }
    all.addAll(fromU);
    all.sort(Comparator.comparingInt(Chain::levels));
    return List.copyOf(all);
  }

  private static Stage exponential(Stage normalize, boolean fromV) {
    return new ExponentialStage(Coefficients.shipped().exponential(), normalize.scaling(), fromV);
  }

  /** The largest k for which there are coefficients: 6 up to 4 classes, 7 above. */
  static int largestSquarings(int classes) {
    Coefficients table = Coefficients.shipped();
    return classes <= table.largest() ? table.entry(classes).steps().size() + 1 : 7;
  }

  static int paddedClasses(int classes) {
    return Math.max(2, Integer.highestOneBit(2 * classes - 1));
  }

  /** What u = x / 2^squarings is multiplied by before it enters. */
  double logitFactor() {
    return stages.get(0).scaling();
  }

  int levels() {
    return stages.stream().mapToInt(Stage::levels).sum();
  }

  /** Whether no stage takes more levels than the same stage of the other chain. */
  boolean nowhereDeeperThan(Chain other) {
    for (int i = 0; i < stages.size(); i++) {
      if (stages.get(i).levels() > other.stages.get(i).levels()) {
        return false;
      }
    }
    return true;
  }

  private static Chain tabulated(int classes, int squarings) {
    Coefficients.Entry entry = Coefficients.shipped().entry(classes);
    int steps = squarings - 1;
    Interval last = entry.steps().get(steps - 1).after();
    List<Stage> backwards = new ArrayList<>();
    backwards.add(finalStage(last));
    for (int j = steps - 1; j >= 0; j--) {
      Coefficients.Step step = entry.steps().get(j);
      String name = "square " + (j + 1);
      double outputScaling = backwards.get(backwards.size() - 1).scaling();
      backwards.add(
          step.isShort()
              ? new ShortLookAheadStage(name, step, outputScaling)
              : new LookAheadStage(name, step, paddedClasses(classes), outputScaling));
    }
    return finished(classes, squarings, backwards, entry.a(), entry.b());
  }

  /** Whether the last squaring can be precise on the interval. */
  static boolean canFinish(Interval s2) {
    return new MinimaxInverse(s2.widened(FINAL_MARGIN), FINAL_LOG_DEGREE).error() <= FINAL_ERROR;
  }

  static Stage finalStage(Interval s2) {
    Interval interval = s2.widened(FINAL_MARGIN);
    return new InverseStage(
        "last square", MinimaxInverse.within(interval, FINAL_ERROR, FINAL_LOG_DEGREE), 1);
  }

  /** Adds the two stages before the squarings, the exponential of u, and reverses the list. */
  static Chain finished(int classes, int squarings, List<Stage> backwards, double a, double b) {
    Stage normalize = new NormalizeStage(a, b, backwards.get(backwards.size() - 1).scaling());
    backwards.add(normalize);
    backwards.add(exponential(normalize, false));
    Collections.reverse(backwards);
    return new Chain(classes, squarings, List.copyOf(backwards));
  }
}
