package org.hetal.tools.products;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Plaintext;
import org.hetal.he.Scope;

/**
 * DiagATB of HETAL (algorithm 2). R is tiled across the columns, T. With T* = T + i RotLeft(T, c/2)
 * the result, tiled down, is X + conj X of X = sum over 0 &lt;= k &lt; c/2 of SumRows(RotLeft(T*,
 * k) * A) * mask(k) for each block of A; mask(k) is 1/2 where row = column + k and -i/2 where row =
 * column + k + c/2, modulo c. A step is one k. The steps are alike but that of k = 0, which comes
 * last and needs no RotLeft.
 *
 * <p>{@link Form#PARTIAL} is the variant for an A that is above R: a plain rotation of T* by k
 * moves the last k columns up by a row, too; PRotUp(A, k) does the same to A, and the sums over
 * rows stay the same. That saves T* a level and costs B rotations and masks for each k.
 */
final class DiagAtb implements ProductMethod {
  /** How T* is rotated. */
  enum Form {
    /** RotLeft of T*, as in the table of the paper. */
    PUBLISHED,
    /** A plain rotation of T*, and PRotUp of A. */
    PARTIAL,
    /** As {@link #PUBLISHED}, fused as the engine allows. */
    FUSED
  }

  private final Shape shape;
  private final Grid grid;
  private final int level;
  private final int half;
  private final Form form;

  DiagAtb(Shape shape, int slots, int level, Form form) {
    this.shape = shape;
    this.grid = shape.grid(slots);
    this.level = level;
    this.half = shape.paddedClasses() / 2;
    this.form = form;
  }

  @Override
  public String name() {
    return form == Form.PUBLISHED ? "diag-atb" : "diag-atb-" + form.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Side side() {
    return Side.GRADIENT;
  }

  @Override
  public int levels() {
    return form == Form.PARTIAL ? 3 : 4;
  }

  @Override
  public int steps() {
    return half;
  }

  @Override
  public Optional<Counts> formula() {
    long blocks = grid.blocks(shape.features());
    int logRows = Shape.log2(grid.rows());
    return switch (form) {
      case FUSED -> Optional.empty();
      case PUBLISHED ->
          Optional.of(
              new Counts(
                  half * blocks,
                  half * (blocks + 1),
                  half * (blocks * logRows + 2),
                  blocks,
                  half * blocks,
                  half * (blocks + 1) + blocks));
      case PARTIAL ->
          Optional.of(
              new Counts(
                  half * blocks,
                  half * blocks + (half - 1) * blocks + 1,
                  half * blocks * logRows + (half - 1) * (blocks + 1) + 2,
                  blocks,
                  half * blocks,
                  half * blocks + (half - 1) * blocks + 1 + blocks));
    };
  }

  /** k of a step. */
  private int diagonal(int step) {
    return (step + 1) % half;
  }

  @Override
  public double[][] expected(double[][] left, double[][] right, int stepsDone) {
    double[][] out = side().exact(left, right);
    for (int i = 0; i < out.length; i++) {
      for (int j = 0; j < out[i].length; j++) {
        int k = Math.floorMod(i - j, half);
        if ((k == 0 ? half : k) > stepsDone) {
          out[i][j] = 0;
        }
      }
    }
    return out;
  }

  @Override
  public double[][] multiply(Workbench bench, double[][] r, double[][] a) {
    Evaluator evaluator = bench.evaluator();
    BlockArithmetic arithmetic = new BlockArithmetic(bench, grid, form == Form.FUSED);
    // T* is a level below R; RotLeft takes another.
    int productLevel = form == Form.PARTIAL ? level - 1 : level - 2;
    try (Scope scope = new Scope()) {
      Ciphertext tiled = bench.encrypt(scope, grid.tiledAcross(r, shape.paddedClasses()), level);
      List<Ciphertext> right =
          bench.encrypt(scope, grid.pack(a), form == Form.PARTIAL ? level : productLevel);
      Plaintext fromHalf = arithmetic.columnMask(scope, half, grid.columns(), level);
      BlockSums sums = scope.own(new BlockSums(bench, right.size()));
      bench.clock().start();
      Ciphertext moved = arithmetic.rotateLeft(scope, tiled, half, fromHalf);
      Ciphertext complex =
          scope.own(
              evaluator.add(
                  scope.own(evaluator.dropToLevel(tiled, level - 1)),
                  scope.own(evaluator.multiplyByI(moved))));
      List<Ciphertext> ahead =
          form == Form.FUSED ? scope.ownAll(rotations(bench, arithmetic, complex)) : null;
      List<Ciphertext> dropped = new ArrayList<>();
      for (Ciphertext block : right) {
        dropped.add(scope.own(evaluator.dropToLevel(block, productLevel)));
      }
      while (bench.clock().next()) {
        int k = diagonal(bench.clock().step());
        try (Scope step = new Scope()) {
          Ciphertext turned =
              ahead != null && k > 0
                  ? ahead.get(k - 1)
                  : turned(bench, arithmetic, step, complex, k, productLevel);
          Plaintext last =
              form == Form.PARTIAL && k > 0
                  ? arithmetic.columnMask(step, grid.columns() - k, grid.columns(), level)
                  : null;
          Plaintext mask = mask(bench, step, k, productLevel - 1);
          for (int block = 0; block < right.size(); block++) {
            try (Scope inner = new Scope()) {
              Ciphertext other =
                  last == null
                      ? dropped.get(block)
                      : rotatedUp(evaluator, inner, right.get(block), dropped.get(block), last);
              Ciphertext product = arithmetic.products(inner, List.of(turned), List.of(other));
              Ciphertext summed = arithmetic.sumRows(inner, product);
              sums.add(block, evaluator.multiply(summed, mask));
            }
          }
        }
      }
      List<Ciphertext> out = new ArrayList<>();
      for (Ciphertext sum : scope.ownAll(sums.take())) {
        Ciphertext x = scope.own(evaluator.rescale(sum));
        out.add(scope.own(evaluator.add(x, scope.own(evaluator.conjugate(x)))));
      }
      bench.clock().stop();
      return grid.unpack(bench.decrypt(out), shape.classes(), shape.features());
    }
  }

  /** RotLeft(T*, k), or its plain rotation, at the level of the product. */
  private Ciphertext turned(
      Workbench bench,
      BlockArithmetic arithmetic,
      Scope scope,
      Ciphertext complex,
      int k,
      int productLevel) {
    if (k == 0) {
      return scope.own(bench.evaluator().dropToLevel(complex, productLevel));
    }
    if (form == Form.PARTIAL) {
      return scope.own(bench.evaluator().rotate(complex, k));
    }
    Plaintext fromK = arithmetic.columnMask(scope, k, grid.columns(), complex.level());
    return arithmetic.rotateLeft(scope, complex, k, fromK);
  }

  /** RotLeft(T*, k) for 1 to c/2 - 1, of one decomposition. The caller closes them. */
  private List<Ciphertext> rotations(
      Workbench bench, BlockArithmetic arithmetic, Ciphertext complex) {
    if (half == 1) {
      return List.of();
    }
    try (Scope scope = new Scope()) {
      int columns = grid.columns();
      int[] steps = new int[2 * (half - 1)];
      List<List<Plaintext>> factors = new ArrayList<>();
      for (int k = 1; k < half; k++) {
        List<Plaintext> row = new ArrayList<>(Collections.nCopies(steps.length, null));
        steps[2 * k - 2] = k;
        steps[2 * k - 1] = k - columns;
        row.set(2 * k - 2, arithmetic.columnMask(scope, 0, columns - k, complex.level()));
        row.set(2 * k - 1, arithmetic.columnMask(scope, columns - k, columns, complex.level()));
        factors.add(row);
      }
      List<Ciphertext> products =
          scope.ownAll(bench.evaluator().multiplyRotated(complex, steps, factors));
      return products.stream().map(bench.evaluator()::rescale).toList();
    }
  }

  /** PRotUp: the last k columns up by a row, a level lower. */
  private Ciphertext rotatedUp(
      Evaluator evaluator, Scope scope, Ciphertext a, Ciphertext dropped, Plaintext last) {
    Ciphertext right = scope.own(evaluator.multiplyRescale(a, last));
    Ciphertext left = scope.own(evaluator.sub(dropped, right));
    return scope.own(evaluator.add(left, scope.own(evaluator.rotate(right, grid.columns()))));
  }

  private Plaintext mask(Workbench bench, Scope scope, int k, int maskLevel) {
    double[] real = grid.pack(1, (row, column) -> at(row, column + k) ? 0.5 : 0)[0];
    double[] imaginary = grid.pack(1, (row, column) -> at(row, column + k + half) ? -0.5 : 0)[0];
    return bench.encode(scope, real, imaginary, maskLevel);
  }

  private boolean at(int row, int column) {
    return (row - column) % shape.paddedClasses() == 0;
  }
}
