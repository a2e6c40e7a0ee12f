package org.hetal.softmax;

import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;

/**
 * u in [-2, 2] to outputScaling * P(u), P of degree 8 and proportional to e^u, padded classes to 0.
 * In v = kappa u the polynomial is monic and
 *
 * <pre>w = v^2 + alpha v + beta,  h = w^2 + gamma v + delta,  y = h^2 + c3 v^3 + c2 v^2 + c1 v + c0
 * </pre>
 *
 * Three levels from v, which the products compute without a level ({@link
 * SoftmaxPlan#logitFactor}); four from u. A bootstrap can stand before the stage only where it
 * takes u: v is at most about a quarter of the bound of a bootstrap. Three relinearizations, no
 * rotation. The padded classes, whose u is 0, hold h(0)^2 before the last constant is added, so
 * there the constant is -h(0)^2 and the result exactly 0.
 */
final class ExponentialStage implements Stage {
  private static final int LEVELS_FROM_V = 3;
  private static final double BOUND = 2;

  private final Entry entry;
  private final double kappa;
  private final double alpha;
  private final double beta;
  private final double gamma;
  private final double delta;
  private final double[] cubic;

  /**
   * @param exponential nine ascending coefficients, the last positive
   * @param fromV whether v enters, not u
   */
  ExponentialStage(double[] exponential, double outputScaling, boolean fromV) {
    kappa = StrictMath.pow(outputScaling * exponential[8], 1 / 8.0);
    double[] p = new double[8];
    double power = 1;
    for (int j = 0; j < 8; j++) {
      p[j] = outputScaling * exponential[j] / power;
      power *= kappa;
    }
    double h3 = p[7] / 2;
    double h2 = (p[6] - h3 * h3) / 2;
    double h1 = (p[5] - 2 * h3 * h2) / 2;
    double h0 = (p[4] - 2 * h3 * h1 - h2 * h2) / 2;
    alpha = h3 / 2;
    beta = (h2 - alpha * alpha) / 2;
    gamma = h1 - 2 * alpha * beta;
    delta = h0 - beta * beta;
    cubic =
        new double[] {
          p[0] - h0 * h0,
          p[1] - 2 * h1 * h0,
          p[2] - 2 * h2 * h0 - h1 * h1,
          p[3] - 2 * h3 * h0 - 2 * h2 * h1
        };
    entry =
        fromV
            ? new Entry("exponential", LEVELS_FROM_V, kappa * BOUND, kappa, false)
            : new Entry("exponential", LEVELS_FROM_V + 1, BOUND, 1, true);
  }

  @Override
  public Entry entry() {
    return entry;
  }

  @Override
  public Ciphertext apply(ClassArithmetic arithmetic, Ciphertext entering) {
    if (entry.levels() == LEVELS_FROM_V) {
      return applyToV(arithmetic, entering);
    }
    try (Ciphertext v = arithmetic.evaluator().multiplyRescale(entering, kappa)) {
      return applyToV(arithmetic, v);
    }
  }

  private Ciphertext applyToV(ClassArithmetic arithmetic, Ciphertext v) {
    Evaluator evaluator = arithmetic.evaluator();
    try (Scope scope = new Scope()) {
      int level = v.level();
      Ciphertext v2Wide = scope.own(arithmetic.relinearizedSquare(v));
      Ciphertext v2 = scope.own(evaluator.rescale(v2Wide));
      Ciphertext w = scope.own(plus(arithmetic, v2Wide, v, alpha, beta));
      Ciphertext w2 = scope.own(evaluator.square(w));
      Ciphertext h = scope.own(plus(arithmetic, w2, v, gamma, delta));
      Ciphertext slope = scope.own(arithmetic.term(v, cubic[3], level - 1));
      Ciphertext line = scope.own(evaluator.add(scope.own(evaluator.rescale(slope)), cubic[2]));
      Ciphertext v2Low = scope.own(evaluator.dropToLevel(v2, level - 2));
      Ciphertext sum = scope.own(evaluator.multiplySum(List.of(h, line), List.of(h, v2Low)));
      Ciphertext y = scope.own(plus(arithmetic, sum, v, cubic[1], 0));
      double atZero = beta * beta + delta;
      return arithmetic.addByClass(y, cubic[0], -(atZero * atZero));
    }
  }

  /** relinearizeRescale(wide + factor * v) + constant. */
  private static Ciphertext plus(
      ClassArithmetic arithmetic, Ciphertext wide, Ciphertext v, double factor, double constant) {
    Evaluator evaluator = arithmetic.evaluator();
    try (Scope scope = new Scope()) {
      Ciphertext term = scope.own(arithmetic.term(v, factor, wide.level()));
      Ciphertext sum = scope.own(evaluator.add(wide, term));
      Ciphertext narrow =
          scope.own(sum.parts() == 2 ? evaluator.rescale(sum) : evaluator.relinearizeRescale(sum));
      return evaluator.add(narrow, constant);
    }
  }
}
