package org.hetal.linalg;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Plaintext;
import org.hetal.he.Scope;
import org.hetal.packing.Folds;
import org.hetal.packing.ReplicationPlan;
import org.hetal.packing.SumSteps;

/**
 * Several ciphertexts to one, the transpose of {@link Replicate}: the output's block v is the sum
 * of all blocks of a run of input v, multiplied by the masks' factor. Blocks without an input are
 * 0. Level l to l-1. {@link ReplicationPlan} has the forms and their cost.
 */
final class PackSums {
  private final Evaluator evaluator;
  private final ReplicationPlan plan;
  private final Masks masks;
  private final Folds folds;

  PackSums(Evaluator evaluator, ReplicationPlan plan, Masks masks) {
    this(evaluator, plan, masks, Folds.NONE);
  }

  /**
   * @param folds of the output
   */
  PackSums(Evaluator evaluator, ReplicationPlan plan, Masks masks, Folds folds) {
    this.evaluator = evaluator;
    this.plan = plan;
    this.masks = masks;
    this.folds = folds;
  }

  /**
   * @param inputs {@code plan.count()} ciphertexts of one level; the caller closes them
   */
  Ciphertext apply(List<Ciphertext> inputs) {
    if (inputs.size() != plan.count()) {
      throw new IllegalArgumentException(
          "packing of sums: expected " + plan.count() + " ciphertexts, actual " + inputs.size());
    }
    if (plan.positions() == 1) {
      return Replicate.scaled(evaluator, inputs.get(0), masks.factor());
    }
    try (Scope scope = new Scope()) {
      List<Ciphertext> summed = new ArrayList<>();
      for (int v = 0; v < plan.count(); v++) {
        Ciphertext sum = inputs.get(v);
        for (int[] steps : plan.rotateAndSumStages(v)) {
          sum = scope.own(evaluator.rotateSum(sum, negated(steps)));
        }
        summed.add(sum);
      }
      if (folds.count() > 1) {
        return folded(summed);
      }
      Ciphertext packed = scope.own(plan.window() == 1 ? masked(summed) : insideWindows(summed));
      return evaluator.rescale(packed);
    }
  }

  /** Moves each segment to where it is folded to, then copies the result to all segments. */
  private Ciphertext folded(List<Ciphertext> inputs) {
    int[] steps = IntStream.range(0, folds.count()).map(h -> -h * folds.rows()).toArray();
    int level = inputs.get(0).level();
    try (Scope scope = new Scope()) {
      List<Ciphertext> segments = new ArrayList<>();
      for (int h = 0; h < folds.count(); h++) {
        List<Plaintext> factors = new ArrayList<>();
        for (int v = 0; v < inputs.size(); v++) {
          factors.add(masks.block(plan, v, level, folds, h));
        }
        segments.add(scope.own(evaluator.multiplySumPlain(inputs, factors)));
      }
      Ciphertext sum = scope.own(evaluator.sumRotated(segments, steps));
      Ciphertext copied = scope.own(evaluator.rescale(sum));
      for (int[] stage : SumSteps.of(folds.count(), folds.period())) {
        copied = scope.own(evaluator.rotateSum(copied, stage));
      }
      return scope.release(copied);
    }
  }

  private static int[] negated(int[] steps) {
    int[] out = new int[steps.length];
    for (int i = 0; i < steps.length; i++) {
      out[i] = -steps[i];
    }
    return out;
  }

  private Ciphertext masked(List<Ciphertext> inputs) {
    List<Plaintext> factors = new ArrayList<>();
    for (int v = 0; v < inputs.size(); v++) {
      factors.add(masks.block(plan, v, inputs.get(v).level()));
    }
    return evaluator.multiplySumPlain(inputs, factors);
  }

  /** For each offset sums the masked inputs that move by it; then sums over the offsets. */
  private Ciphertext insideWindows(List<Ciphertext> inputs) {
    int window = plan.window();
    int level = inputs.get(0).level();
    int least = -plan.largestOffset();
    int[] steps = new int[window - least];
    try (Scope scope = new Scope()) {
      List<Ciphertext> sums = new ArrayList<>();
      for (int t = 0; t < steps.length; t++) {
        int offset = least + t;
        steps[t] = offset * plan.stride();
        List<Ciphertext> moved = new ArrayList<>();
        List<Plaintext> factors = new ArrayList<>();
        for (int v = 0; v < inputs.size(); v++) {
          int from = v % window + offset;
          if (from >= 0 && from < window) {
            moved.add(inputs.get(v));
            factors.add(masks.block(plan, v - v % window + from, level));
          }
        }
        sums.add(scope.own(evaluator.multiplySumPlain(moved, factors)));
      }
      return evaluator.sumRotated(sums, steps);
    }
  }
}
