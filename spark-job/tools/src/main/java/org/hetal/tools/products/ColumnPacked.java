package org.hetal.tools.products;

import java.util.Arrays;
import java.util.Optional;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;

/**
 * Products of Jin et al.: a ciphertext for each column of A and of R, and one for each weight,
 * which fills all slots. A step is one product of a column with a weight, or of two columns. Inputs
 * are encrypted when a step needs them: at (2048, 769, 16) the weights would fill 170 GB.
 */
final class ColumnPacked implements ProductMethod {
  private final Side side;
  private final Shape shape;
  private final int slots;
  private final int level;

  ColumnPacked(Side side, Shape shape, int slots, int level) {
    this.side = side;
    this.shape = shape;
    this.slots = slots;
    this.level = level;
  }

  @Override
  public String name() {
    return "column-packed";
  }

  @Override
  public Side side() {
    return side;
  }

  @Override
  public int levels() {
    return 1;
  }

  @Override
  public int steps() {
    return shape.features() * shape.classes();
  }

  @Override
  public int stepsUsingAllKeys() {
    return 1;
  }

  @Override
  public Optional<Counts> formula() {
    long products = steps();
    return Optional.of(
        side == Side.LOGITS
            ? new Counts(products, 0, 0, 0, products, shape.classes())
            : new Counts(products, 0, products * Shape.log2(slots), 0, products, products));
  }

  /** Step s is class s / features, feature s % features. */
  @Override
  public double[][] expected(double[][] left, double[][] right, int stepsDone) {
    double[][] out = side.exact(left, right);
    for (int j = 0; j < shape.classes(); j++) {
      int features = Math.max(0, Math.min(shape.features(), stepsDone - j * shape.features()));
      if (side == Side.GRADIENT) {
        Arrays.fill(out[j], features, shape.features(), 0);
      } else if (features < shape.features()) {
        for (int i = 0; i < shape.rows(); i++) {
          out[i][j] = 0;
          for (int f = 0; f < features; f++) {
            out[i][j] += left[i][f] * right[j][f];
          }
        }
      }
    }
    return out;
  }

  @Override
  public double[][] multiply(Workbench bench, double[][] left, double[][] right) {
    return side == Side.LOGITS ? logits(bench, left, right) : gradient(bench, left, right);
  }

  private double[][] logits(Workbench bench, double[][] a, double[][] w) {
    Evaluator evaluator = bench.evaluator();
    double[][] out = new double[shape.rows()][shape.classes()];
    bench.clock().start();
    Ciphertext sum = null;
    while (bench.clock().next()) {
      int j = bench.clock().step() / shape.features();
      int f = bench.clock().step() % shape.features();
      try (Scope scope = new Scope()) {
        Ciphertext column = bench.encrypt(scope, column(a, f), level);
        Ciphertext weight = bench.encrypt(scope, new double[] {w[j][f]}, level);
        Ciphertext product = evaluator.relinearize(scope.own(evaluator.multiply(column, weight)));
        if (f == 0) {
          sum = store(bench, out, j - 1, sum);
        }
        sum = sum == null ? product : added(evaluator, sum, product);
      }
    }
    store(bench, out, (bench.clock().done() - 1) / shape.features(), sum);
    bench.clock().stop();
    return out;
  }

  private static Ciphertext added(Evaluator evaluator, Ciphertext sum, Ciphertext product) {
    try (sum;
        product) {
      return evaluator.add(sum, product);
    }
  }

  /** Rescales a finished column and reads it; returns null, the next sum. */
  private Ciphertext store(Workbench bench, double[][] out, int label, Ciphertext sum) {
    if (sum != null) {
      try (sum;
          Ciphertext rescaled = bench.evaluator().rescale(sum)) {
        double[] values = bench.decrypt(rescaled);
        for (int i = 0; i < out.length; i++) {
          out[i][label] = values[i];
        }
      }
    }
    return null;
  }

  private double[][] gradient(Workbench bench, double[][] r, double[][] a) {
    Evaluator evaluator = bench.evaluator();
    double[][] out = new double[shape.classes()][shape.features()];
    bench.clock().start();
    while (bench.clock().next()) {
      int j = bench.clock().step() / shape.features();
      int f = bench.clock().step() % shape.features();
      try (Scope scope = new Scope()) {
        Ciphertext residual = bench.encrypt(scope, column(r, j), level);
        Ciphertext column = bench.encrypt(scope, column(a, f), level);
        Ciphertext product =
            scope.own(evaluator.relinearize(scope.own(evaluator.multiply(residual, column))));
        Ciphertext sum = scope.own(evaluator.rescale(product));
        for (int step = 1; step < slots; step *= 2) {
          sum = scope.own(evaluator.add(sum, scope.own(evaluator.rotate(sum, step))));
        }
        out[j][f] = bench.decrypt(sum)[0];
      }
    }
    bench.clock().stop();
    return out;
  }

  private double[] column(double[][] matrix, int column) {
    double[] out = new double[slots];
    for (int i = 0; i < matrix.length; i++) {
      out[i] = matrix[i][column];
    }
    return out;
  }
}
