package org.hetal.tools.products;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Plaintext;
import org.hetal.he.Scope;

/**
 * Operations on blocks of a {@link Grid}, either as the papers count them (each rotation by itself,
 * a relinearization for each product) or fused as the engine allows. The scope owns all results.
 */
final class BlockArithmetic {
  private final Workbench bench;
  private final Evaluator evaluator;
  private final Grid grid;
  private final boolean fused;

  BlockArithmetic(Workbench bench, Grid grid, boolean fused) {
    this.bench = bench;
    this.evaluator = bench.evaluator();
    this.grid = grid;
    this.fused = fused;
  }

  /** sum a[i] * b[i], a level lower. */
  Ciphertext products(Scope scope, List<Ciphertext> a, List<Ciphertext> b) {
    try (Scope inner = new Scope()) {
      Ciphertext sum = inner.own(fused ? evaluator.multiplySum(a, b) : relinearizedSum(a, b));
      return scope.own(
          sum.parts() == 3 ? evaluator.relinearizeRescale(sum) : evaluator.rescale(sum));
    }
  }

  /** sum a[i] * b[i], each product relinearized by itself; scale degree 2. */
  private Ciphertext relinearizedSum(List<Ciphertext> a, List<Ciphertext> b) {
    try (BlockSums sum = new BlockSums(bench, 1)) {
      for (int i = 0; i < a.size(); i++) {
        try (Ciphertext product = evaluator.multiply(a.get(i), b.get(i))) {
          sum.add(0, evaluator.relinearize(product));
        }
      }
      return sum.take().get(0);
    }
  }

  /** a + b; b where a is null. */
  Ciphertext sum(Scope scope, Ciphertext a, Ciphertext b) {
    return a == null ? b : scope.own(evaluator.add(a, b));
  }

  /** SumRows: every row has the sum of all rows. log2 s0 rotations. */
  Ciphertext sumRows(Scope scope, Ciphertext a) {
    return rotateAndSum(scope, a, powers(grid.rows(), grid.columns()));
  }

  /**
   * SumCols: every column has the sum of all columns, a level lower. 2 log2 s1 rotations and the
   * mask of column 0.
   */
  Ciphertext sumColumns(Scope scope, Ciphertext a, Plaintext firstColumn) {
    int[] left = powers(grid.columns(), 1);
    try (Scope inner = new Scope()) {
      Ciphertext sums = rotateAndSum(inner, a, left);
      Ciphertext masked = inner.own(evaluator.multiplyRescale(sums, firstColumn));
      int[] right = Arrays.stream(left).map(step -> -step).toArray();
      return scope.own(inner.release(rotateAndSum(inner, masked, right)));
    }
  }

  /** Every row becomes row i of what has only that row. log2 s0 rotations. */
  Ciphertext copyRow(Scope scope, Ciphertext a, int i) {
    return rotateAndSum(scope, a, towards(i, grid.rows(), grid.columns()));
  }

  /** Every column becomes column i of what has only that column. log2 s1 rotations. */
  Ciphertext copyColumn(Scope scope, Ciphertext a, int i) {
    return rotateAndSum(scope, a, towards(i, grid.columns(), 1));
  }

  /**
   * RotLeft by 0 &lt; k &lt; s1 columns inside each row, a level lower: two rotations and the mask
   * of the columns from k on.
   */
  Ciphertext rotateLeft(Scope scope, Ciphertext a, int k, Plaintext fromK) {
    try (Scope inner = new Scope()) {
      Ciphertext right = inner.own(evaluator.multiplyRescale(a, fromK));
      Ciphertext left =
          inner.own(evaluator.sub(inner.own(evaluator.dropToLevel(a, right.level())), right));
      return scope.own(
          evaluator.add(
              inner.own(evaluator.rotate(right, k)),
              inner.own(evaluator.rotate(left, k - grid.columns()))));
    }
  }

  /** 1 in columns from to to - 1, 0 elsewhere. */
  Plaintext columnMask(Scope scope, int from, int to, int level) {
    return bench.encode(
        scope, grid.pack(1, (row, column) -> column >= from && column < to ? 1 : 0)[0], level);
  }

  /** 1 in a row, 0 elsewhere. */
  Plaintext rowMask(Scope scope, int i, int level) {
    return bench.encode(scope, grid.pack(1, (row, column) -> row == i ? 1 : 0)[0], level);
  }

  /** a[i] rotated by each of the steps: [step][i]. */
  List<List<Ciphertext>> rotated(Scope scope, List<Ciphertext> a, int[] steps) {
    List<List<Ciphertext>> out = new ArrayList<>();
    IntStream.range(0, steps.length).forEach(i -> out.add(new ArrayList<>()));
    for (Ciphertext block : a) {
      List<Ciphertext> all = scope.ownAll(evaluator.rotateAll(block, steps));
      for (int i = 0; i < steps.length; i++) {
        out.get(i).add(all.get(i));
      }
    }
    return out;
  }

  private Ciphertext rotateAndSum(Scope scope, Ciphertext a, int[] steps) {
    Ciphertext sum = a;
    for (int i = 0; i < steps.length; i++) {
      Ciphertext next;
      if (fused && i + 1 < steps.length) {
        int s = steps[i];
        int t = steps[++i];
        next = evaluator.rotateSum(sum, new int[] {0, s, t, s + t});
      } else {
        try (Ciphertext rotated = evaluator.rotate(sum, steps[i])) {
          next = evaluator.add(sum, rotated);
        }
      }
      // Freed at once: a step of 49 blocks would hold a thousand of them.
      if (sum != a) {
        sum.close();
      }
      sum = next;
    }
    return sum == a ? a : scope.own(sum);
  }

  /** stride * 2^i for 2^i below the count. */
  private static int[] powers(int count, int stride) {
    return IntStream.range(0, Shape.log2(count)).map(i -> stride << i).toArray();
  }

  /** Steps from place i to every other: left where i has the bit, right where it has not. */
  private static int[] towards(int i, int count, int stride) {
    return IntStream.range(0, Shape.log2(count))
        .map(bit -> (i >> bit & 1) == 1 ? stride << bit : -(stride << bit))
        .toArray();
  }
}
