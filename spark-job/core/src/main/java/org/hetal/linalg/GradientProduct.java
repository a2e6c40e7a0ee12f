package org.hetal.linalg;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.packing.DiagonalReplicationPlan;
import org.hetal.packing.Layout;
import org.hetal.packing.ReplicationPlan;

/** factor * R^T X, summed over groups: X of the package overview, in compact form. */
final class GradientProduct {
  private final Evaluator evaluator;
  private final Layout layout;
  private final Masks ones;
  private final Masks.Cache masks;

  /**
   * @param ones masks of factor 1, which stay the caller's
   * @param masks masks of the factors used last, which stay the caller's
   */
  GradientProduct(Evaluator evaluator, Layout layout, Masks ones, Masks.Cache masks) {
    this.evaluator = evaluator;
    this.layout = layout;
    this.ones = ones;
    this.masks = masks;
  }

  /**
   * See {@link Products#gradient}.
   *
   * @param features one per residual
   * @param rowBlocks of each group
   * @param featureLevel of the lowest copy
   */
  List<Ciphertext> apply(
      List<Ciphertext> residuals,
      List<FeatureCopies> features,
      List<Integer> rowBlocks,
      int featureLevel,
      double factor) {
    int level = Checks.levelOf("residuals", residuals);
    Checks.requireLevel("gradient: residual", level, Products.GRADIENT_LEVELS);
    Checks.requireLevel("gradient: features", featureLevel, level - 1);
    if (!Double.isFinite(factor)) {
      throw new IllegalArgumentException("factor: expected a finite value, actual " + factor);
    }
    try (Scope scope = new Scope();
        Masks.Cache.Loan loan = masks.borrow(factor / 2)) {
      List<GroupResidual> groups = new ArrayList<>();
      for (int i = 0; i < residuals.size(); i++) {
        List<List<Ciphertext>> rotated =
            rotatedResiduals(scope, residuals.get(i), rowBlocks.get(i));
        groups.add(new GroupResidual(features.get(i), rotated));
      }
      List<Ciphertext> out = new ArrayList<>();
      try (DiagonalProducts products = new DiagonalProducts(groups, level - 1)) {
        for (int i = 0; i < layout.compactCiphertexts(); i++) {
          Ciphertext complex = scope.own(packed(products, i, loan.masks()));
          out.add(
              scope.own(PairedSlots.separated(evaluator, complex, -layout.diagonalsPerCompact())));
        }
      }
      out.forEach(scope::release);
      return out;
    }
  }

  /** P(i) rotated left by each giant step: [row block][giant step], one level lower. */
  private List<List<Ciphertext>> rotatedResiduals(Scope scope, Ciphertext residual, int rowBlocks) {
    ReplicationPlan plan =
        ReplicationPlan.replicate(layout.rowsPerBlock(), layout.positions(), rowBlocks);
    List<Ciphertext> extracted;
    try (Scope inner = new Scope()) {
      Ciphertext joined = PairedSlots.joined(evaluator, inner, residual, layout.slots() / 2);
      extracted = scope.ownAll(new Replicate(evaluator, plan, ones).apply(joined));
    }
    int giants = layout.diagonalSteps() / layout.babySteps();
    int stride = layout.babySteps() * layout.classStride();
    int[] steps = IntStream.range(1, giants).map(g -> g * stride).toArray();
    List<List<Ciphertext>> out = new ArrayList<>();
    for (Ciphertext block : extracted) {
      List<Ciphertext> rotated = new ArrayList<>(List.of(block));
      if (giants > 1) {
        rotated.addAll(scope.ownAll(evaluator.rotateAll(block, steps)));
      }
      out.add(rotated);
    }
    return out;
  }

  /** The complex diagonals of one compact ciphertext, each in its row. */
  private Ciphertext packed(DiagonalProducts products, int ciphertext, Masks scaled) {
    int first = ciphertext * layout.diagonalsPerCompact();
    int count = layout.diagonalsOf(ciphertext);
    DiagonalReplicationPlan plan = DiagonalReplicationPlan.packSums(layout.rowsPerBlock(), count);
    // The factor goes where the masks are fewest and last, so that less noise follows it.
    boolean last = plan.outer().positions() > 1;
    try (Scope scope = new Scope()) {
      List<Ciphertext> groups = new ArrayList<>();
      int diagonal = first;
      for (ReplicationPlan inner : plan.inner()) {
        List<Ciphertext> inputs = new ArrayList<>();
        try (Scope inputScope = new Scope()) {
          for (int v = 0; v < inner.count(); v++) {
            inputs.add(inputScope.own(products.of(diagonal++)));
          }
          PackSums packing = new PackSums(evaluator, inner, last ? ones : scaled);
          groups.add(scope.own(packing.apply(inputs)));
        }
      }
      return new PackSums(evaluator, plan.outer(), last ? scaled : ones).apply(groups);
    }
  }

  private record GroupResidual(FeatureCopies features, List<List<Ciphertext>> rotated) {}

  /** Computes U(B,k) in order of the diagonals; keeps the rotated features of one column block. */
  private final class DiagonalProducts implements AutoCloseable {
    private final List<GroupResidual> groups;
    private final int level;
    private Scope scope = new Scope();
    private int columnBlock = -1;

    /** [row block over all groups][baby step], of the loaded column block. */
    private final List<List<Ciphertext>> copies = new ArrayList<>();

    DiagonalProducts(List<GroupResidual> groups, int level) {
      this.groups = groups;
      this.level = level;
    }

    /** U(B,k), one level below {@code level}. The caller closes it. */
    Ciphertext of(int diagonal) {
      int block = layout.columnBlockOf(diagonal);
      if (block != columnBlock) {
        load(block);
      }
      int k = diagonal - layout.firstDiagonal(block);
      int babyStep = k % layout.babySteps();
      int giant = k / layout.babySteps();
      List<Ciphertext> left = new ArrayList<>();
      List<Ciphertext> right = new ArrayList<>();
      for (GroupResidual group : groups) {
        for (List<Ciphertext> rotated : group.rotated) {
          left.add(copies.get(left.size()).get(babyStep));
          right.add(rotated.get(giant));
        }
      }
      try (Ciphertext product = evaluator.multiplySum(left, right)) {
        return evaluator.relinearizeRescale(product);
      }
    }

    private void load(int block) {
      close();
      scope = new Scope();
      for (GroupResidual group : groups) {
        for (int i = 0; i < group.rotated.size(); i++) {
          int at = i * layout.columnBlocks() + block;
          copies.add(group.features.of(scope, at, level, FeatureCopies.count(layout, block)));
        }
      }
      columnBlock = block;
    }

    @Override
    public void close() {
      copies.clear();
      scope.close();
    }
  }
}
