package org.hetal.linalg;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.packing.GradientParts;
import org.hetal.packing.Layout;
import org.hetal.packing.ReplicationPlan;

/** factor * R^T X, summed over groups: X of the package overview, in compact form. */
final class GradientProduct {
  private final Evaluator evaluator;
  private final Layout layout;
  private final GradientParts parts;
  private final Masks ones;
  private final Masks.Cache masks;

  /**
   * @param ones masks of factor 1, which stay the caller's
   * @param masks masks of the factors used last, which stay the caller's
   */
  GradientProduct(Evaluator evaluator, Layout layout, Masks ones, Masks.Cache masks) {
    this.evaluator = evaluator;
    this.layout = layout;
    this.parts = new GradientParts(layout);
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
    int level = requireInputs(residuals, featureLevel, factor);
    try (Scope scope = new Scope();
        Masks.Cache.Loan loan = masks.borrow(factor / 2)) {
      List<GroupResidual> groups = groups(scope, residuals, features, rowBlocks);
      List<Ciphertext> out = new ArrayList<>();
      try (DiagonalProducts products = new DiagonalProducts(groups, level - 1)) {
        int part = 0;
        for (int i = 0; i < parts.ciphertexts(); i++) {
          try (Scope ofOne = new Scope()) {
            List<Ciphertext> packed = new ArrayList<>();
            for (int g = 0; g < parts.outer(i).count(); g++) {
              packed.add(ofOne.own(packed(products, parts.part(part++), loan.masks())));
            }
            out.add(scope.own(joined(i, packed, loan.masks())));
          }
        }
      }
      out.forEach(scope::release);
      return out;
    }
  }

  /**
   * See {@link Products#gradientParts}.
   *
   * @param features one per residual, with the column blocks of the parts
   * @param rowBlocks of each group
   * @param featureLevel of the lowest copy
   */
  List<Ciphertext> parts(
      List<Ciphertext> residuals,
      List<FeatureCopies> features,
      List<Integer> rowBlocks,
      int featureLevel,
      double factor,
      int first,
      int count) {
    int level = requireInputs(residuals, featureLevel, factor);
    try (Scope scope = new Scope();
        Masks.Cache.Loan loan = masks.borrow(factor / 2)) {
      List<GroupResidual> groups = groups(scope, residuals, features, rowBlocks);
      List<Ciphertext> out = new ArrayList<>();
      try (DiagonalProducts products = new DiagonalProducts(groups, level - 1)) {
        for (int part = first; part < first + count; part++) {
          out.add(scope.own(packed(products, parts.part(part), loan.masks())));
        }
      }
      out.forEach(scope::release);
      return out;
    }
  }

  /** See {@link Products#joinedGradient}. */
  List<Ciphertext> joined(List<Ciphertext> packed, double factor) {
    Checks.requireCount("gradient: parts", packed.size(), parts.size());
    try (Scope scope = new Scope();
        Masks.Cache.Loan loan = masks.borrow(factor / 2)) {
      List<Ciphertext> out = new ArrayList<>();
      int from = 0;
      for (int i = 0; i < parts.ciphertexts(); i++) {
        int end = from + parts.outer(i).count();
        out.add(scope.own(joined(i, packed.subList(from, end), loan.masks())));
        from = end;
      }
      out.forEach(scope::release);
      return out;
    }
  }

  private static int requireInputs(List<Ciphertext> residuals, int featureLevel, double factor) {
    int level = Checks.levelOf("residuals", residuals);
    Checks.requireLevel("gradient: residual", level, Products.GRADIENT_LEVELS);
    Checks.requireLevel("gradient: features", featureLevel, level - 1);
    if (!Double.isFinite(factor)) {
      throw new IllegalArgumentException("factor: expected a finite value, actual " + factor);
    }
    return level;
  }

  private List<GroupResidual> groups(
      Scope scope,
      List<Ciphertext> residuals,
      List<FeatureCopies> features,
      List<Integer> rowBlocks) {
    List<GroupResidual> groups = new ArrayList<>();
    for (int i = 0; i < residuals.size(); i++) {
      List<List<Ciphertext>> rotated = rotatedResiduals(scope, residuals.get(i), rowBlocks.get(i));
      groups.add(new GroupResidual(features.get(i), rotated));
    }
    return groups;
  }

  /** P(i) rotated left by each giant step: [row block][giant step], one level lower. */
  private List<List<Ciphertext>> rotatedResiduals(Scope scope, Ciphertext residual, int rowBlocks) {
    ReplicationPlan plan =
        ReplicationPlan.replicate(layout.rowsPerBlock(), layout.positions(), rowBlocks);
    List<Ciphertext> extracted;
    try (Scope inner = new Scope()) {
      Ciphertext joined = PairedSlots.joined(evaluator, inner, residual, layout.period() / 2);
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

  /** The complex diagonals of one part, each in its row of the group. */
  private Ciphertext packed(DiagonalProducts products, GradientParts.Part part, Masks scaled) {
    try (Scope scope = new Scope()) {
      List<Ciphertext> inputs = new ArrayList<>();
      for (int v = 0; v < part.packing().count(); v++) {
        inputs.add(scope.own(products.of(part.firstDiagonal() + v)));
      }
      Masks used = isFactorLast(part.ciphertext()) ? ones : scaled;
      return new PackSums(evaluator, part.packing(), used).apply(inputs);
    }
  }

  /** All parts of one compact ciphertext to it. */
  private Ciphertext joined(int ciphertext, List<Ciphertext> packed, Masks scaled) {
    try (Scope scope = new Scope()) {
      Masks used = isFactorLast(ciphertext) ? scaled : ones;
      PackSums packing = new PackSums(evaluator, parts.outer(ciphertext), used, layout.folds());
      Ciphertext complex = scope.own(packing.apply(packed));
      return PairedSlots.separated(evaluator, complex, -layout.diagonalsPerCompact());
    }
  }

  /** The factor goes where the masks are fewest and last, so that less noise follows it. */
  private boolean isFactorLast(int ciphertext) {
    return parts.outer(ciphertext).positions() > 1;
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
