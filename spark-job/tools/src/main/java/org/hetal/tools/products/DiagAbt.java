package org.hetal.tools.products;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Plaintext;
import org.hetal.he.Scope;

/**
 * DiagABT of HETAL (algorithm 1). W is tiled down the rows, T. With T* = T + i RotUp(T, c/2) the
 * result, tiled across, is X + conj X of X = sum over 0 &lt;= k &lt; c/2 of SumCols(A * RotUp(T*,
 * k)) * mask(k); mask(k) is 1/2 where column = row + k and -i/2 where column = row + k + c/2,
 * modulo c. A step is one k. The steps are alike but that of k = 0, which has no rotation and comes
 * last.
 */
final class DiagAbt implements ProductMethod {
  private final Shape shape;
  private final Grid grid;
  private final int level;
  private final int half;
  private final boolean fused;

  DiagAbt(Shape shape, int slots, int level, boolean fused) {
    this.shape = shape;
    this.grid = shape.grid(slots);
    this.level = level;
    this.half = shape.paddedClasses() / 2;
    this.fused = fused;
  }

  @Override
  public String name() {
    return fused ? "diag-abt-fused" : "diag-abt";
  }

  @Override
  public Side side() {
    return Side.LOGITS;
  }

  @Override
  public int levels() {
    return 3;
  }

  @Override
  public int steps() {
    return half;
  }

  @Override
  public Optional<Counts> formula() {
    if (fused) {
      return Optional.empty();
    }
    long blocks = grid.blocks(shape.features());
    return Optional.of(
        new Counts(
            half * blocks,
            2L * half,
            half * (blocks + 2L * Shape.log2(grid.columns())),
            1,
            half * blocks,
            2L * half + 1));
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
        int k = Math.floorMod(j - i, half);
        if ((k == 0 ? half : k) > stepsDone) {
          out[i][j] = 0;
        }
      }
    }
    return out;
  }

  @Override
  public double[][] multiply(Workbench bench, double[][] a, double[][] w) {
    Evaluator evaluator = bench.evaluator();
    BlockArithmetic arithmetic = new BlockArithmetic(bench, grid, fused);
    try (Scope scope = new Scope()) {
      List<Ciphertext> left = bench.encrypt(scope, grid.pack(a), level);
      List<Ciphertext> tiled =
          bench.encrypt(scope, grid.tiledDown(w, shape.paddedClasses()), level);
      Plaintext first = arithmetic.columnMask(scope, 0, 1, level - 1);
      Ciphertext sum = null;
      bench.clock().start();
      List<Ciphertext> complex = new ArrayList<>();
      for (Ciphertext block : tiled) {
        Ciphertext up = scope.own(evaluator.rotate(block, half * grid.columns()));
        complex.add(scope.own(evaluator.add(block, scope.own(evaluator.multiplyByI(up)))));
      }
      List<List<Ciphertext>> ahead = fused ? rotations(arithmetic, scope, complex) : null;
      while (bench.clock().next()) {
        int k = diagonal(bench.clock().step());
        try (Scope step = new Scope()) {
          List<Ciphertext> right =
              k == 0 ? complex : fused ? ahead.get(k - 1) : rotated(evaluator, step, complex, k);
          Ciphertext product = arithmetic.products(step, left, right);
          Ciphertext sums = arithmetic.sumColumns(step, product, first);
          Plaintext mask = mask(bench, step, k, level - 2);
          sum = arithmetic.sum(scope, sum, scope.own(evaluator.multiply(sums, mask)));
        }
      }
      Ciphertext x = scope.own(evaluator.rescale(sum));
      Ciphertext out = scope.own(evaluator.add(x, scope.own(evaluator.conjugate(x))));
      bench.clock().stop();
      return grid.unpack(bench.decrypt(List.of(out)), shape.rows(), shape.classes());
    }
  }

  /** RotUp by k rows, each block by itself. */
  private List<Ciphertext> rotated(Evaluator evaluator, Scope scope, List<Ciphertext> a, int k) {
    return a.stream().map(block -> scope.own(evaluator.rotate(block, k * grid.columns()))).toList();
  }

  /** RotUp by 1 to c/2 - 1 rows, one decomposition for each block. */
  private List<List<Ciphertext>> rotations(
      BlockArithmetic arithmetic, Scope scope, List<Ciphertext> a) {
    return half == 1
        ? List.of()
        : arithmetic.rotated(
            scope, a, IntStream.range(1, half).map(k -> k * grid.columns()).toArray());
  }

  private Plaintext mask(Workbench bench, Scope scope, int k, int maskLevel) {
    double[] real = grid.pack(1, (row, column) -> at(row + k, column) ? 0.5 : 0)[0];
    double[] imaginary = grid.pack(1, (row, column) -> at(row + k + half, column) ? -0.5 : 0)[0];
    return bench.encode(scope, real, imaginary, maskLevel);
  }

  private boolean at(int row, int column) {
    return (row - column) % shape.paddedClasses() == 0;
  }
}
