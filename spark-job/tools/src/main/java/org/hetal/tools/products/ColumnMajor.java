package org.hetal.tools.products;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Plaintext;
import org.hetal.he.Scope;

/**
 * A W^T of Crockett, a column of the result for each row of W: row i of W is masked and copied to
 * all rows, multiplied with A, and the columns are summed; a mask keeps column i. A step is one row
 * of W.
 */
final class ColumnMajor implements ProductMethod {
  private final Shape shape;
  private final Grid grid;
  private final int level;
  private final boolean fused;

  ColumnMajor(Shape shape, int slots, int level, boolean fused) {
    this.shape = shape;
    this.grid = shape.grid(slots);
    this.level = level;
    this.fused = fused;
  }

  @Override
  public String name() {
    return fused ? "column-major-fused" : "column-major";
  }

  @Override
  public Side side() {
    return Side.LOGITS;
  }

  @Override
  public int levels() {
    return 4;
  }

  @Override
  public int steps() {
    return shape.classes();
  }

  @Override
  public Optional<Counts> formula() {
    if (fused) {
      return Optional.empty();
    }
    long c = shape.classes();
    long blocks = grid.blocks(shape.features());
    int logRows = Shape.log2(grid.rows());
    int logColumns = Shape.log2(grid.columns());
    return Optional.of(
        new Counts(
            c * blocks,
            c * (blocks + 2),
            c * (blocks * logRows + 2 * logColumns),
            0,
            c * blocks,
            c * (blocks + 2) + 1));
  }

  @Override
  public double[][] expected(double[][] left, double[][] right, int stepsDone) {
    double[][] out = side().exact(left, right);
    for (double[] row : out) {
      for (int j = stepsDone; j < row.length; j++) {
        row[j] = 0;
      }
    }
    return out;
  }

  @Override
  public double[][] multiply(Workbench bench, double[][] a, double[][] w) {
    Evaluator evaluator = bench.evaluator();
    BlockArithmetic arithmetic = new BlockArithmetic(bench, grid, fused);
    try (Scope scope = new Scope()) {
      List<Ciphertext> left = bench.encrypt(scope, grid.pack(a), level - 1);
      List<Ciphertext> right = bench.encrypt(scope, grid.pack(w), level);
      Plaintext first = arithmetic.columnMask(scope, 0, 1, level - 2);
      Ciphertext sum = null;
      bench.clock().start();
      while (bench.clock().next()) {
        int i = bench.clock().step();
        try (Scope step = new Scope()) {
          Plaintext row = arithmetic.rowMask(step, i, level);
          List<Ciphertext> copies = new ArrayList<>();
          for (Ciphertext block : right) {
            try (Scope inner = new Scope()) {
              Ciphertext masked = inner.own(evaluator.multiplyRescale(block, row));
              copies.add(step.own(inner.release(arithmetic.copyRow(inner, masked, i))));
            }
          }
          Ciphertext product = arithmetic.products(step, left, copies);
          Ciphertext sums = arithmetic.sumColumns(step, product, first);
          Plaintext column = arithmetic.columnMask(step, i, i + 1, level - 3);
          sum = arithmetic.sum(scope, sum, scope.own(evaluator.multiply(sums, column)));
        }
      }
      Ciphertext out = scope.own(evaluator.rescale(sum));
      bench.clock().stop();
      return grid.unpack(bench.decrypt(List.of(out)), shape.rows(), shape.classes());
    }
  }
}
