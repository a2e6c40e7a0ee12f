package org.hetal.linalg;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.HeLevelException;
import org.hetal.he.Scope;
import org.hetal.packing.DiagonalReplicationPlan;
import org.hetal.packing.Layout;
import org.hetal.packing.ReplicationPlan;

/**
 * The two matrix products of softmax regression on encrypted blocks laid out by {@link Layout}:
 * logits X W^T and gradient R^T X, with the weights and the gradient in compact form.
 *
 * <p><b>Notation.</b> c padded classes, classes lie d = S/c slots apart, so rotate(., k*d)
 * babySteps left by k classes, cyclically. A(i,B) features of row block i and column block B;
 * D(B,k) complex diagonals of the weights, 0 &lt;= k &lt; c/2, k = g*t + j with t = {@link
 * Layout#babySteps()}.
 *
 * <pre>
 * expand    C* = C + i rotate(C, s0/2)                      both halves of the compact rows joined
 *           V(B,k) = row (B,k) of C* in every row           replicate in two levels of masks
 *                  = rotate(D(B,k), -j*d)                   as the compact form keeps it rotated
 * logits    T(i,B,j) = rotate(A(i,B), -j*d)                 hoisted
 *           Z(i) = sum_g rotate(relin(sum_{B,j} T(i,B,j) * V(B,g*t+j)), -g*t*d)
 *           Z = packSums over positions of Z(i)               one level of masks, with the factor 1/2
 *           out = (Z + conj Z) + rotate(i (conj Z - Z), S/2)
 * gradient  P = R + i rotate(R, S/2);  P(i) = position i of P in every position      one level
 *           U(B,k) = relin(sum_i T(i,B,j) * rotate(P(i), g*t*d))                     k = g*t+j
 *           X = packSums of U(B,k) into row (B,k)             two levels of masks, with factor/2
 *           out = (X + conj X) + rotate(i (conj X - X), -s0/2)
 * </pre>
 *
 * <p><b>Levels.</b> {@link #EXPAND_LEVELS}, {@link #LOGIT_LEVELS}, {@link #GRADIENT_LEVELS}; always
 * the same, whatever the shape. Features may be at any level that is high enough. Features above
 * the level of a product are dropped to it once a product (about a rescaling a ciphertext), so
 * encrypt them at the level of the expanded weights: then only the gradient drops them, once for
 * all diagonals. {@link #rotateAhead} keeps the rotated copies, so that the gradient drops copies
 * instead of turning again and, where memory allows, later epochs need no turning at all.
 *
 * <p><b>Source.</b> HETAL (arXiv 2403.14111, section 4): products by complex-paired diagonals of
 * the smaller matrix, DiagABT and DiagATB. Ours differs in placement and in what is shared.
 *
 * <ul>
 *   <li>Columns are outside and rows inside, so diagonals rotateAhead by plain cyclic rotations: no
 *       partial rotations (PRotUp) and no mask a diagonal. DiagABT sums the columns for every
 *       diagonal (2 log2 s1 rotations each); here the class's share of a column sum falls to its
 *       class by the rotateAhead itself and the rest is one packSums a group.
 *   <li>Baby and giant steps: features rotated by t classes once, products rotated c/2/t times.
 *   <li>DiagATB's rotate-and-sum of every product over s0 rows is one packed packSums over all
 *       diagonals; weights are bootstrapped and sent in compact form, and expanded once a step.
 *   <li>Sums before relinearizations; sums of rotations before the division by the special primes.
 *   <li>A short last column block takes few diagonals, see {@link Layout}.
 * </ul>
 *
 * <p>At (2048 rows, 769 features, 16 classes) and 2^15 slots: 392 multiplications and 210 rotations
 * for the logits, expansion and babySteps included (DiagABT: 392 and 456, from weights that are
 * expanded already), 392 and 162 for the gradient (DiagATB: 392 and 4328). Relinearizations: 32 and
 * 49.
 *
 * <p>Immutable and thread-safe. Masks are encoded at first use at each level and kept until {@link
 * #close}. Needs rotation keys, the relinearization and the conjugation key; the simulator's {@code
 * usedKeys} names them.
 */
public final class Products implements AutoCloseable {
  public static final int EXPAND_LEVELS = 2;
  public static final int LOGIT_LEVELS = 2;
  public static final int GRADIENT_LEVELS = 4;

  private final Evaluator evaluator;
  private final Layout layout;
  private final Masks.Cache masks;
  private final Masks ones;
  private final Masks halves;

  /**
   * Where a product takes its features from: copies rotated by 0 to count-1 classes, at a level.
   */
  private interface Features {
    List<Ciphertext> rotated(Scope scope, int block, int level, int count);
  }

  /**
   * @throws IllegalArgumentException when the layout is for another number of slots
   */
  public Products(Evaluator evaluator, Layout layout) {
    if (evaluator.parameters().slotCount() != layout.slots()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "products: expected a layout of %d slots, actual %d",
              evaluator.parameters().slotCount(),
              layout.slots()));
    }
    this.evaluator = evaluator;
    this.layout = layout;
    this.masks = new Masks.Cache(evaluator);
    this.ones = new Masks(evaluator, 1);
    this.halves = new Masks(evaluator, 0.5);
  }

  // -- weights
  // -------------------------------------------------------------------------------------

  /**
   * Compact weights at level l to one ciphertext a diagonal at level l - {@link #EXPAND_LEVELS}.
   * Cost: about 1.7 key switches a diagonal.
   *
   * @param compact {@link Layout#compactCiphertexts()} ciphertexts of one level, 0 outside the
   *     weights' rows
   * @throws HeLevelException when the level is below {@link #EXPAND_LEVELS}, or levels differ
   */
  public ExpandedWeights expand(List<Ciphertext> compact) {
    requireCount("compact weights", compact.size(), layout.compactCiphertexts());
    requireLevel("expand: weights", levelOf("compact weights", compact), EXPAND_LEVELS);
    try (Scope scope = new Scope()) {
      List<Ciphertext> diagonals = new ArrayList<>();
      for (int i = 0; i < compact.size(); i++) {
        diagonals.addAll(scope.ownAll(expand(compact.get(i), layout.diagonalsOf(i))));
      }
      diagonals.forEach(scope::release);
      return new ExpandedWeights(diagonals);
    }
  }

  private List<Ciphertext> expand(Ciphertext compact, int count) {
    DiagonalReplicationPlan plan = DiagonalReplicationPlan.replicate(layout.rowsPerBlock(), count);
    try (Scope scope = new Scope()) {
      Ciphertext joined = joined(scope, compact, layout.diagonalsPerCompact());
      List<Ciphertext> groups =
          scope.ownAll(new Replicate(evaluator, plan.outer(), ones).apply(joined));
      List<Ciphertext> out = new ArrayList<>();
      for (int g = 0; g < groups.size(); g++) {
        out.addAll(
            scope.ownAll(new Replicate(evaluator, plan.inner().get(g), ones).apply(groups.get(g))));
        groups.get(g).close();
      }
      out.forEach(scope::release);
      return out;
    }
  }

  // -- features
  // ------------------------------------------------------------------------------------

  /**
   * The features with their rotated copies at a level, for {@link #logits(ExpandedWeights,
   * RotatedFeatures)} and {@link #gradient(List, List, double)}: {@link Layout#babySteps()}
   * ciphertexts a block. Cost: 0.4 + 0.6 * (babySteps - 1) key switches a block.
   *
   * @throws HeLevelException when the features are below the level
   */
  public RotatedFeatures rotateAhead(FeatureBlocks x, int level) {
    requireShape(x.columnBlocks(), x.rowBlocks());
    requireLevel("rotateAhead: features", x.level(), level);
    Features features = of(x);
    try (Scope scope = new Scope()) {
      List<List<Ciphertext>> rotated = new ArrayList<>();
      for (int block = 0; block < x.blocks().size(); block++) {
        int count = babySteps(block % layout.columnBlocks());
        List<Ciphertext> copies = new ArrayList<>(features.rotated(scope, block, level, count));
        if (copies.get(0) == x.blocks().get(block)) {
          copies.set(0, scope.own(evaluator.dropToLevel(copies.get(0), level)));
        }
        rotated.add(List.copyOf(copies));
      }
      rotated.forEach(copies -> copies.forEach(scope::release));
      return new RotatedFeatures(List.copyOf(rotated), x.rowBlocks());
    }
  }

  /** Turned copies that a column block's diagonals need. */
  private int babySteps(int columnBlock) {
    return Math.min(layout.babySteps(), layout.diagonals(columnBlock));
  }

  private Features of(FeatureBlocks x) {
    return (scope, block, level, count) -> {
      Ciphertext first = dropped(scope, x.blocks().get(block), level);
      List<Ciphertext> out = new ArrayList<>(List.of(first));
      if (count > 1) {
        int[] steps = IntStream.range(1, count).map(j -> -j * layout.classStride()).toArray();
        out.addAll(scope.ownAll(evaluator.rotateAll(first, steps)));
      }
      return out;
    };
  }

  private Features of(RotatedFeatures x) {
    return (scope, block, level, count) -> {
      List<Ciphertext> out = new ArrayList<>();
      for (Ciphertext copy : x.block(block).subList(0, count)) {
        out.add(dropped(scope, copy, level));
      }
      return out;
    };
  }

  /** The ciphertext itself, still its owner's, where it is at that level already. */
  private Ciphertext dropped(Scope scope, Ciphertext a, int level) {
    return a.level() == level ? a : scope.own(evaluator.dropToLevel(a, level));
  }

  // -- logits
  // --------------------------------------------------------------------------------------

  /**
   * Logits of a group in the layout of {@link Layout#unpackLogits} at the weights' level - {@link
   * #LOGIT_LEVELS}; padded classes and rows that are not there are 0.
   *
   * @param x at the level of the weights or above
   * @throws HeLevelException when the weights are below {@link #LOGIT_LEVELS} or the features below
   *     the weights
   */
  public Ciphertext logits(ExpandedWeights weights, FeatureBlocks x) {
    requireShape(x.columnBlocks(), x.rowBlocks());
    return logits(weights, of(x), x.level(), x.rowBlocks());
  }

  /** As with {@link FeatureBlocks}, on copies rotated before. */
  public Ciphertext logits(ExpandedWeights weights, RotatedFeatures x) {
    return logits(weights, of(x), x.level(), x.rowBlocks());
  }

  private Ciphertext logits(
      ExpandedWeights weights, Features features, int featureLevel, int rowBlocks) {
    requireCount("expanded weights", weights.diagonals().size(), layout.diagonals());
    requireLevel("logits: weights", weights.level(), LOGIT_LEVELS);
    requireLevel("logits: features", featureLevel, weights.level());
    try (Scope scope = new Scope()) {
      List<Ciphertext> products = new ArrayList<>();
      for (int i = 0; i < rowBlocks; i++) {
        products.add(scope.own(rowBlockLogits(weights, features, i)));
      }
      ReplicationPlan plan =
          ReplicationPlan.packSums(layout.rowsPerBlock(), layout.positions(), rowBlocks);
      Ciphertext gathered = scope.own(new PackSums(evaluator, plan, halves).apply(products));
      return separated(gathered, layout.slots() / 2);
    }
  }

  /** Z(i): complex, summed over the diagonals but not yet over the positions; a level down. */
  private Ciphertext rowBlockLogits(ExpandedWeights weights, Features features, int rowBlock) {
    try (Scope scope = new Scope()) {
      List<List<Ciphertext>> rotated = new ArrayList<>();
      for (int b = 0; b < layout.columnBlocks(); b++) {
        int block = rowBlock * layout.columnBlocks() + b;
        rotated.add(features.rotated(scope, block, weights.level(), babySteps(b)));
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
      // Rotated before it is rescaled: one rescaling instead of one a giant step.
      Ciphertext sum = giants == 1 ? sums.get(0) : scope.own(evaluator.sumRotated(sums, steps));
      return evaluator.rescale(sum);
    }
  }

  // -- gradient
  // ------------------------------------------------------------------------------------

  /**
   * factor * (residual^T X) in the compact form of {@link Layout#packWeights}, at the residual's
   * level - {@link #GRADIENT_LEVELS}, ready to be added to compact weights. Slots outside the
   * weights' rows are 0.
   *
   * @param residual logits' layout, 0 in padded classes; rows that are not there count for nothing,
   *     as their features are 0
   * @param x at the residual's level - 1 or above
   * @param factor finite; learning rate, 1/rows, 1/2^squarings together; the masks of the few
   *     factors used last are kept
   * @throws HeLevelException when the residual is below {@link #GRADIENT_LEVELS} or the features
   *     below the residual's level - 1
   */
  public List<Ciphertext> gradient(Ciphertext residual, FeatureBlocks x, double factor) {
    requireShape(x.columnBlocks(), x.rowBlocks());
    return gradient(List.of(residual), List.of(of(x)), List.of(x.rowBlocks()), x.level(), factor);
  }

  /**
   * As above, summed over groups: cheaper than the sum of their gradients, because relinearization
   * and packSums are done once.
   *
   * @param residuals one a group, all at one level
   * @param x in the order of the residuals
   */
  public List<Ciphertext> gradient(
      List<Ciphertext> residuals, List<RotatedFeatures> x, double factor) {
    requireCount("gradient: groups of features", x.size(), residuals.size());
    return gradient(
        residuals,
        x.stream().map(this::of).toList(),
        x.stream().map(RotatedFeatures::rowBlocks).toList(),
        x.stream().mapToInt(RotatedFeatures::level).min().orElse(0),
        factor);
  }

  private List<Ciphertext> gradient(
      List<Ciphertext> residuals,
      List<Features> features,
      List<Integer> rowBlocks,
      int featureLevel,
      double factor) {
    int level = levelOf("residuals", residuals);
    requireLevel("gradient: residual", level, GRADIENT_LEVELS);
    requireLevel("gradient: features", featureLevel, level - 1);
    if (!Double.isFinite(factor)) {
      throw new IllegalArgumentException("factor: expected a finite value, actual " + factor);
    }
    try (Scope scope = new Scope();
        Masks.Cache.Loan loan = masks.borrow(factor / 2)) {
      List<GroupResidual> groups = new ArrayList<>();
      for (int i = 0; i < residuals.size(); i++) {
        List<List<Ciphertext>> rotated = turnedResiduals(scope, residuals.get(i), rowBlocks.get(i));
        groups.add(new GroupResidual(features.get(i), rotated));
      }
      List<Ciphertext> out = new ArrayList<>();
      try (DiagonalProducts products = new DiagonalProducts(groups, level - 1)) {
        for (int i = 0; i < layout.compactCiphertexts(); i++) {
          Ciphertext complex = scope.own(gathered(products, i, loan.masks()));
          out.add(scope.own(separated(complex, -layout.diagonalsPerCompact())));
        }
      }
      out.forEach(scope::release);
      return out;
    }
  }

  /** P(i) rotated left by each giant step: [row block][giant step], at a level below. */
  private List<List<Ciphertext>> turnedResiduals(Scope scope, Ciphertext residual, int rowBlocks) {
    ReplicationPlan plan =
        ReplicationPlan.replicate(layout.rowsPerBlock(), layout.positions(), rowBlocks);
    List<Ciphertext> extracted;
    try (Scope inner = new Scope()) {
      Ciphertext joined = joined(inner, residual, layout.slots() / 2);
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
  private Ciphertext gathered(DiagonalProducts products, int ciphertext, Masks scaled) {
    int first = ciphertext * layout.diagonalsPerCompact();
    int count = layout.diagonalsOf(ciphertext);
    DiagonalReplicationPlan plan = DiagonalReplicationPlan.packSums(layout.rowsPerBlock(), count);
    // The factor goes where the masks are fewest and last, so that less noise follows it.
    boolean last = plan.outer().positions() > 1;
    try (Scope scope = new Scope()) {
      List<Ciphertext> groups = new ArrayList<>();
      int diagonal = first;
      for (ReplicationPlan spread : plan.inner()) {
        List<Ciphertext> inputs = new ArrayList<>();
        try (Scope inputScope = new Scope()) {
          for (int v = 0; v < spread.count(); v++) {
            inputs.add(inputScope.own(products.of(diagonal++)));
          }
          PackSums inner = new PackSums(evaluator, spread, last ? ones : scaled);
          groups.add(scope.own(inner.apply(inputs)));
        }
      }
      return new PackSums(evaluator, plan.outer(), last ? scaled : ones).apply(groups);
    }
  }

  private record GroupResidual(Features features, List<List<Ciphertext>> rotated) {}

  /** U(B,k) one after the other; the features of one column block at a time are held ready. */
  private final class DiagonalProducts implements AutoCloseable {
    private final List<GroupResidual> groups;
    private final int level;
    private Scope scope = new Scope();
    private int columnBlock = -1;

    /** [row block over all groups][rotateAhead], of the column block at hand. */
    private final List<List<Ciphertext>> copies = new ArrayList<>();

    DiagonalProducts(List<GroupResidual> groups, int level) {
      this.groups = groups;
      this.level = level;
    }

    /** At a level below. */
    Ciphertext of(int diagonal) {
      int block = layout.columnBlockOf(diagonal);
      if (block != columnBlock) {
        load(block);
      }
      int k = diagonal - layout.firstDiagonal(block);
      int rotateAhead = k % layout.babySteps();
      int giant = k / layout.babySteps();
      List<Ciphertext> left = new ArrayList<>();
      List<Ciphertext> right = new ArrayList<>();
      for (GroupResidual group : groups) {
        for (List<Ciphertext> rotated : group.rotated) {
          left.add(copies.get(left.size()).get(rotateAhead));
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
          copies.add(group.features.rotated(scope, at, level, babySteps(block)));
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

  // -- shared steps
  // --------------------------------------------------------------------------------

  /** a + i rotate(a, steps). */
  private Ciphertext joined(Scope scope, Ciphertext a, int steps) {
    Ciphertext rotated = scope.own(evaluator.rotate(a, steps));
    return scope.own(evaluator.add(a, scope.own(evaluator.multiplyByI(rotated))));
  }

  /** 2 Re(a) + rotate(2 Im(a), steps). */
  private Ciphertext separated(Ciphertext a, int steps) {
    try (Scope scope = new Scope()) {
      Ciphertext conjugate = scope.own(evaluator.conjugate(a));
      Ciphertext real = scope.own(evaluator.add(a, conjugate));
      Ciphertext difference = scope.own(evaluator.sub(conjugate, a));
      Ciphertext imaginary = scope.own(evaluator.multiplyByI(difference));
      return evaluator.add(real, scope.own(evaluator.rotate(imaginary, steps)));
    }
  }

  // -- checks
  // --------------------------------------------------------------------------------------

  private void requireShape(int columnBlocks, int rowBlocks) {
    requireCount("features: column blocks", columnBlocks, layout.columnBlocks());
    if (rowBlocks > layout.positions()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "features: expected at most %d row blocks, actual %d",
              layout.positions(),
              rowBlocks));
    }
  }

  private static void requireCount(String what, int actual, int expected) {
    if (actual != expected) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s: expected %d, actual %d", what, expected, actual));
    }
  }

  private static void requireLevel(String what, int actual, int least) {
    if (actual < least) {
      throw new HeLevelException(
          String.format(
              Locale.ROOT, "%s: expected a level of at least %d, actual %d", what, least, actual));
    }
  }

  private static int levelOf(String what, List<Ciphertext> list) {
    if (list.isEmpty()) {
      throw new IllegalArgumentException(what + ": expected at least one ciphertext, actual 0");
    }
    int level = list.get(0).level();
    for (Ciphertext a : list) {
      if (a.level() != level) {
        throw new HeLevelException(what + ": unequal levels " + level + " and " + a.level());
      }
    }
    return level;
  }

  @Override
  public void close() {
    masks.close();
    ones.close();
    halves.close();
  }
}
