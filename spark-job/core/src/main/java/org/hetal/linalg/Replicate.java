package org.hetal.linalg;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Plaintext;
import org.hetal.he.Scope;
import org.hetal.packing.Folds;
import org.hetal.packing.ReplicationPlan;

/**
 * One ciphertext to several: output v has the input's block v in every block of its run, multiplied
 * by the masks' factor. Level l to l-1. {@link ReplicationPlan} has the forms and their cost.
 */
final class Replicate {
  private final Evaluator evaluator;
  private final ReplicationPlan plan;
  private final Masks masks;
  private final Folds folds;

  Replicate(Evaluator evaluator, ReplicationPlan plan, Masks masks) {
    this(evaluator, plan, masks, Folds.NONE);
  }

  /**
   * @param folds of the input, which is unfolded on the way
   */
  Replicate(Evaluator evaluator, ReplicationPlan plan, Masks masks, Folds folds) {
    this.evaluator = evaluator;
    this.plan = plan;
    this.masks = masks;
    this.folds = folds;
  }

  /** Returns {@code plan.count()} ciphertexts, which the caller closes. */
  List<Ciphertext> apply(Ciphertext a) {
    if (plan.positions() == 1) {
      return List.of(scaled(evaluator, a, masks.factor()));
    }
    try (Scope scope = new Scope()) {
      List<Ciphertext> out = new ArrayList<>();
      List<Ciphertext> masked = scope.ownAll(blocks(a));
      for (int v = 0; v < plan.count(); v++) {
        Ciphertext copied = scope.own(evaluator.rescale(masked.get(v)));
        for (int[] steps : plan.rotateAndSumStages(v)) {
          copied = scope.own(evaluator.rotateSum(copied, steps));
        }
        out.add(copied);
      }
      out.forEach(scope::release);
      return out;
    }
  }

  /** One level lower, multiplied by the factor: the case without a mask. */
  static Ciphertext scaled(Evaluator evaluator, Ciphertext a, double factor) {
    return factor == 1
        ? evaluator.dropToLevel(a, a.level() - 1)
        : evaluator.multiplyRescale(a, factor);
  }

  /** The block of each output, in one place of its window or in all. */
  private List<Ciphertext> blocks(Ciphertext a) {
    if (folds.count() > 1) {
      return unfolded(a);
    }
    return plan.window() == 1 ? masked(a) : insideWindows(a);
  }

  /** Takes each segment's block from where it is folded to. */
  private List<Ciphertext> unfolded(Ciphertext a) {
    int[] steps = IntStream.range(0, folds.count()).map(h -> h * folds.rows()).toArray();
    List<List<Plaintext>> factors = new ArrayList<>();
    for (int v = 0; v < plan.count(); v++) {
      List<Plaintext> row = new ArrayList<>();
      for (int h = 0; h < folds.count(); h++) {
        row.add(masks.block(plan, v, a.level(), folds, h));
      }
      factors.add(row);
    }
    return evaluator.multiplyRotated(a, steps, factors);
  }

  private List<Ciphertext> masked(Ciphertext a) {
    try (Scope scope = new Scope()) {
      List<Ciphertext> out = new ArrayList<>();
      for (int v = 0; v < plan.count(); v++) {
        out.add(scope.own(evaluator.multiply(a, masks.block(plan, v, a.level()))));
      }
      out.forEach(scope::release);
      return out;
    }
  }

  private List<Ciphertext> insideWindows(Ciphertext a) {
    int window = plan.window();
    int most = plan.largestOffset();
    int[] steps = new int[window + most];
    for (int t = 0; t < steps.length; t++) {
      steps[t] = (t - (window - 1)) * plan.stride();
    }
    List<List<Plaintext>> factors = new ArrayList<>();
    for (int v = 0; v < plan.count(); v++) {
      Plaintext[] row = new Plaintext[steps.length];
      int first = v - v % window;
      for (int j = 0; j < window; j++) {
        // Block j of the window takes block v, which is v - j blocks to its right.
        row[v % window - j + window - 1] = masks.block(plan, first + j, a.level());
      }
      factors.add(Arrays.asList(row));
    }
    return evaluator.multiplyRotated(a, steps, factors);
  }
}
