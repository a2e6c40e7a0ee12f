package org.hetal.softmax;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * The chain for more classes than the fitted coefficients cover. Each squaring is y to y^2 g(s2)
 * with g a minimax inverse on the interval of s2, so a row's y becomes a probability vector of a
 * larger exponent times 1 - r, |r| at most the error e of the inverse; hence after the step
 *
 * <pre>(1 - e)^2 / c  &lt;=  s2  &lt;=  (1 + e)^2 M,   M = 1 / (1 + (c - 1) exp(-2 K c / (c - 1)))
 * </pre>
 *
 * with K the power of e^u that y has reached: s2 of probabilities is at most the largest of them,
 * which by Jensen's inequality is at most M for centred u in [-2, 2]. A higher degree in one
 * squaring narrows the intervals of all the later ones, so the same levels can be divided between
 * the squarings in many ways. Which of them needs the fewest bootstraps depends on the levels
 * between two bootstraps; {@link SoftmaxPlan} chooses.
 */
final class ManyClasses {
  private static final int LEAST_LOG_DEGREE = 2;
  private static final int LARGEST_LOG_DEGREE = 5;

  /** The largest error of a squaring for which the next interval is useful. */
  private static final double LARGEST_ERROR = 0.7;

  /** The margin for noise and for the exponential's error on both sides of an interval. */
  private static final double MARGIN = 1.01;

  /**
   * The largest magnitude that a bootstrap can refresh; every value between two stages stays below.
   */
  private static final double BOUND = 2;

  private ManyClasses() {}

  /**
   * The chains that stay within the bound of a bootstrap, fewest levels first, less those that take
   * as many levels as another in every stage and more in one.
   */
  static List<Chain> chains(int classes, int squarings) {
    Start start = Start.forClasses(classes);
    List<List<MinimaxInverse>> choices = new ArrayList<>();
    choices(classes, start.interval(), squarings - 1, new ArrayList<>(), choices);
    List<Chain> chains = new ArrayList<>();
    for (List<MinimaxInverse> choice : choices) {
      List<Stage> backwards = backwards(classes, choice);
      if (backwards.stream().allMatch(stage -> stage.bound() <= BOUND)) {
        chains.add(Chain.finished(classes, squarings, backwards, start.a(), start.b()));
      }
    }
    if (chains.isEmpty()) {
      throw new IllegalStateException("softmax: no chain for " + classes + " classes");
    }
    chains.sort(Comparator.comparingInt(Chain::levels));
    List<Chain> kept = new ArrayList<>();
    for (Chain chain : chains) {
      if (kept.stream().noneMatch(better -> better.nowhereDeeperThan(chain))) {
        kept.add(chain);
      }
    }
    return kept;
  }

  /** Every sequence of inverses whose intervals stay narrow enough for the last squaring. */
  private static void choices(
      int classes,
      Interval s2,
      int left,
      List<MinimaxInverse> made,
      List<List<MinimaxInverse>> all) {
    if (left == 0) {
      if (Chain.canFinish(s2)) {
        all.add(List.copyOf(made));
      }
      return;
    }
    for (int m = LEAST_LOG_DEGREE; m <= LARGEST_LOG_DEGREE; m++) {
      MinimaxInverse inverse = new MinimaxInverse(s2, m);
      if (inverse.error() <= LARGEST_ERROR) {
        made.add(inverse);
        choices(classes, after(classes, inverse, made.size()), left - 1, made, all);
        made.remove(made.size() - 1);
      }
    }
  }

  /** The interval of s2 after the given squaring, the {@code count}-th. */
  private static Interval after(int classes, MinimaxInverse inverse, int count) {
    double error = inverse.error();
    double exponent = StrictMath.pow(2, count);
    double largest =
        1 / (1 + (classes - 1) * StrictMath.exp(-2 * exponent * classes / (classes - 1.0)));
    return new Interval((1 - error) * (1 - error) / classes, (1 + error) * (1 + error) * largest)
        .widened(MARGIN);
  }

  private static List<Stage> backwards(int classes, List<MinimaxInverse> squarings) {
    int count = squarings.size();
    List<Stage> backwards = new ArrayList<>();
    backwards.add(Chain.finalStage(after(classes, squarings.get(count - 1), count)));
    for (int j = count - 1; j >= 0; j--) {
      double outputScaling = backwards.get(backwards.size() - 1).scaling();
      backwards.add(new InverseStage("square " + (j + 1), squarings.get(j), outputScaling));
    }
    return backwards;
  }

  /**
   * The first normalization, y (a - b s1) for y = P(u), and where it puts s2. For rows of a given
   * s1 the extremes of s2 are reached where u takes two values, one of them -2 or 2 (1, u, P(u) and
   * P(u)^2 are a Chebyshev system), whatever the number of classes; so a scan over these finds the
   * interval. b / a is that of the narrowest interval, a puts its end at 1.
   */
  record Start(double a, double b, Interval interval) {
    private static final int POINTS = 1000;
    private static final double SLOPE = narrowest();

    static Start forClasses(int classes) {
      Interval perClass = interval(SLOPE);
      double scale = 1 / Math.sqrt(classes * perClass.high());
      Interval scaled = new Interval(perClass.low() / perClass.high(), 1);
      return new Start(scale, scale * SLOPE / classes, scaled.widened(MARGIN));
    }

    /** The slope of the narrowest interval, by golden section. */
    private static double narrowest() {
      double low = 0.05;
      double high = 0.25; // a - b s1 stays positive: s1 is at most cosh(2) = 3.76 a class
      double golden = (Math.sqrt(5) - 1) / 2;
      while (high - low > 1e-6) {
        double left = high - golden * (high - low);
        double right = low + golden * (high - low);
        if (ratio(left) < ratio(right)) {
          high = right;
        } else {
          low = left;
        }
      }
      return low;
    }

    private static double ratio(double slope) {
      Interval interval = interval(slope);
      return interval.high() / interval.low();
    }

    /** s2 / classes after y (1 - slope s1 / classes). */
    static Interval interval(double slope) {
      List<Double> values = new ArrayList<>();
      for (int i = 0; i <= POINTS; i++) {
        double t = 2.0 * i / POINTS;
        values.add(twoValued(-2, t, slope));
        values.add(twoValued(2, -t, slope));
      }
      return new Interval(Collections.min(values), Collections.max(values));
    }

    /** Weights that make the mean of the two values 0. */
    private static double twoValued(double end, double inner, double slope) {
      double weight = inner / (inner - end);
      double atEnd = exponential(end);
      double atInner = exponential(inner);
      double s1 = weight * atEnd + (1 - weight) * atInner;
      double s2 = weight * atEnd * atEnd + (1 - weight) * atInner * atInner;
      return s2 * (1 - slope * s1) * (1 - slope * s1);
    }

    private static double exponential(double u) {
      double[] e = Coefficients.shipped().exponential();
      double sum = 0;
      for (int j = e.length - 1; j >= 0; j--) {
        sum = sum * u + e[j];
      }
      return sum;
    }
  }
}
