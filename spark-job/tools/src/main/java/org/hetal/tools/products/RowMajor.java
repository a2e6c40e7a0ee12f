package org.hetal.tools.products;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Plaintext;
import org.hetal.he.Scope;

/**
 * R^T A of Crockett, a row of the result for each column of R: column i of R is masked and copied
 * to all columns, multiplied with each block of A, and the rows are summed; a mask keeps row i. A
 * step is one column of R.
 */
final class RowMajor implements ProductMethod {
  private final Shape shape;
  private final Grid grid;
  private final int level;
  private final boolean fused;

  RowMajor(Shape shape, int slots, int level, boolean fused) {
    this.shape = shape;
    this.grid = shape.grid(slots);
    this.level = level;
    this.fused = fused;
  }

  @Override
  public String name() {
    return fused ? "row-major-fused" : "row-major";
  }

  @Override
  public Side side() {
    return Side.GRADIENT;
  }

  @Override
  public int levels() {
    return 3;
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
            c * (blocks + 1),
            c * (blocks * logRows + logColumns),
            0,
            c * blocks,
            c * (blocks + 1) + blocks));
  }

  @Override
  public double[][] expected(double[][] left, double[][] right, int stepsDone) {
    double[][] out = side().exact(left, right);
    for (int i = stepsDone; i < out.length; i++) {
      out[i] = new double[out[i].length];
    }
    return out;
  }

  @Override
  public double[][] multiply(Workbench bench, double[][] r, double[][] a) {
    Evaluator evaluator = bench.evaluator();
    BlockArithmetic arithmetic = new BlockArithmetic(bench, grid, fused);
    try (Scope scope = new Scope()) {
      Ciphertext left = bench.encrypt(scope, grid.pack(r)[0], level);
      List<Ciphertext> right = bench.encrypt(scope, grid.pack(a), level - 1);
      BlockSums sums = scope.own(new BlockSums(bench, right.size()));
      bench.clock().start();
      while (bench.clock().next()) {
        int i = bench.clock().step();
        try (Scope step = new Scope()) {
          Plaintext column = arithmetic.columnMask(step, i, i + 1, level);
          Ciphertext masked = step.own(evaluator.multiplyRescale(left, column));
          Ciphertext copies = arithmetic.copyColumn(step, masked, i);
          Plaintext row = arithmetic.rowMask(step, i, level - 2);
          for (int block = 0; block < right.size(); block++) {
            try (Scope inner = new Scope()) {
              Ciphertext product =
                  arithmetic.products(inner, List.of(copies), List.of(right.get(block)));
              Ciphertext summed = arithmetic.sumRows(inner, product);
              sums.add(block, evaluator.multiply(summed, row));
            }
          }
        }
      }
      List<Ciphertext> out = new ArrayList<>();
      for (Ciphertext sum : scope.ownAll(sums.take())) {
        out.add(scope.own(evaluator.rescale(sum)));
      }
      bench.clock().stop();
      return grid.unpack(bench.decrypt(out), shape.classes(), shape.features());
    }
  }
}
