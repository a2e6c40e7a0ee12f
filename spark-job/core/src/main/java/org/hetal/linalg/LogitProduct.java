package org.hetal.linalg;

import java.util.ArrayList;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.packing.Layout;
import org.hetal.packing.ReplicationPlan;
import org.hetal.packing.SumSteps;

/** X W^T of one group, times a factor: Z of the package overview. */
final class LogitProduct {
  private final Evaluator evaluator;
  private final Layout layout;
  private final Masks halvedFactor;

  /**
   * @param halvedFactor masks of half the factor, which stay the caller's
   */
  LogitProduct(Evaluator evaluator, Layout layout, Masks halvedFactor) {
    this.evaluator = evaluator;
    this.layout = layout;
    this.halvedFactor = halvedFactor;
  }

  /**
   * See {@link Products#logits}.
   *
   * @param featureLevel of the lowest copy
   */
  Ciphertext apply(
      ExpandedWeights weights, FeatureCopies features, int featureLevel, int rowBlocks) {
    try (Scope scope = new Scope()) {
      return packed(scope.ownAll(rowBlocks(weights, features, featureLevel, rowBlocks)));
    }
  }

  /**
   * Z(0) to Z(rowBlocks - 1) of some row blocks of a group, in order. Each is computed apart from
   * the others. The caller closes them.
   *
   * @param featureLevel of the lowest copy
   */
  List<Ciphertext> rowBlocks(
      ExpandedWeights weights, FeatureCopies features, int featureLevel, int rowBlocks) {
    Checks.requireCount("expanded weights", weights.diagonals().size(), layout.diagonals());
    Checks.requireLevel("logits: weights", weights.level(), Products.LOGIT_LEVELS);
    Checks.requireLevel("logits: features", featureLevel, weights.level());
    try (Scope scope = new Scope()) {
      List<Ciphertext> products = new ArrayList<>();
      for (int i = 0; i < rowBlocks; i++) {
        products.add(scope.own(rowBlockLogits(weights, features, i)));
      }
      products.forEach(scope::release);
      return products;
    }
  }

  /**
   * Z of all row blocks of a group.
   *
   * @param rowBlocks Z(i) in order; the caller closes them
   */
  Ciphertext packed(List<Ciphertext> rowBlocks) {
    try (Scope scope = new Scope()) {
      ReplicationPlan plan =
          ReplicationPlan.packSums(layout.rowsPerBlock(), layout.positions(), rowBlocks.size());
      Ciphertext packed = scope.own(new PackSums(evaluator, plan, halvedFactor).apply(rowBlocks));
      for (int[] steps : SumSteps.of(layout.copies(), layout.period())) {
        packed = scope.own(evaluator.rotateSum(packed, steps));
      }
      return PairedSlots.separated(evaluator, packed, layout.period() / 2);
    }
  }

  /** Z(i): complex, summed over the diagonals and not yet over the positions, one level lower. */
  private Ciphertext rowBlockLogits(ExpandedWeights weights, FeatureCopies features, int rowBlock) {
    try (Scope scope = new Scope()) {
      List<List<Ciphertext>> rotated = new ArrayList<>();
      for (int b = 0; b < layout.columnBlocks(); b++) {
        int block = rowBlock * layout.columnBlocks() + b;
        rotated.add(features.of(scope, block, weights.level(), FeatureCopies.count(layout, b)));
      }
      int babySteps = layout.babySteps();
      int giants = layout.diagonalSteps() / babySteps;
      List<Ciphertext> sums = new ArrayList<>();
      int[] steps = new int[giants];
      for (int g = 0; g < giants; g++) {
        List<Ciphertext> left = new ArrayList<>();
        List<Ciphertext> right = new ArrayList<>();
        for (int b = 0; b < layout.columnBlocks(); b++) {
          for (int j = 0; j < babySteps && g * babySteps + j < layout.diagonals(b); j++) {
            left.add(rotated.get(b).get(j));
            right.add(weights.diagonals().get(layout.firstDiagonal(b) + g * babySteps + j));
          }
        }
        try (Ciphertext product = evaluator.multiplySum(left, right)) {
          sums.add(scope.own(evaluator.relinearize(product)));
        }
        steps[g] = -g * babySteps * layout.classStride();
      }
      // Rotated before it is rescaled: one rescaling instead of one per giant step.
      Ciphertext sum = giants == 1 ? sums.get(0) : scope.own(evaluator.sumRotated(sums, steps));
      return evaluator.rescale(sum);
    }
  }
}
