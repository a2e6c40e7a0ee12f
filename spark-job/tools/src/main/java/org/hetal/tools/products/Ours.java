package org.hetal.tools.products;

import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Scope;
import org.hetal.linalg.ExpandedWeights;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.linalg.Products;
import org.hetal.packing.Layout;
import org.hetal.packing.LayoutSearch;
import org.hetal.packing.Packing;

/**
 * The products of {@link org.hetal.linalg}, each by itself: the logits with the expansion of the
 * compact weights, and both with their own rotations of the features (training rotates them once
 * for both). One step.
 */
final class Ours implements ProductMethod {
  private final Side side;
  private final Shape shape;
  private final Layout layout;
  private final int level;

  /**
   * @param level of the products of features and weights, and of the residual
   */
  Ours(Side side, Shape shape, int slots, int level) {
    this.side = side;
    this.shape = shape;
    // Nothing is bootstrapped here, so the logits need not repeat.
    this.layout =
        LayoutSearch.cheapest(slots, shape.rows(), shape.features(), shape.classes(), slots);
    this.level = level;
    layout.rowBlocks(shape.rows());
  }

  @Override
  public String name() {
    return "ours";
  }

  @Override
  public Side side() {
    return side;
  }

  @Override
  public int levels() {
    return side == Side.LOGITS
        ? Products.EXPAND_LEVELS + Products.LOGIT_LEVELS
        : Products.GRADIENT_LEVELS;
  }

  @Override
  public int steps() {
    return 1;
  }

  @Override
  public double[][] expected(double[][] left, double[][] right, int stepsDone) {
    return side.exact(left, right);
  }

  @Override
  public double[][] multiply(Workbench bench, double[][] left, double[][] right) {
    try (Scope scope = new Scope();
        Products products = new Products(bench.evaluator(), layout)) {
      return side == Side.LOGITS
          ? logits(bench, scope, products, left, right)
          : gradient(bench, scope, products, left, right);
    }
  }

  private double[][] logits(
      Workbench bench, Scope scope, Products products, double[][] a, double[][] w) {
    FeatureBlocks features = features(bench, scope, a, level);
    List<Ciphertext> compact =
        bench.encrypt(scope, Packing.packWeights(layout, w), level + Products.EXPAND_LEVELS);
    // The first time encodes the masks.
    scope.own(logits(scope, products, compact, features));
    bench.clock().start();
    bench.clock().next();
    Ciphertext out = scope.own(logits(scope, products, compact, features));
    bench.clock().next();
    bench.clock().stop();
    return Packing.unpackLogits(layout, bench.decrypt(out), shape.rows());
  }

  private static Ciphertext logits(
      Scope scope, Products products, List<Ciphertext> compact, FeatureBlocks features) {
    ExpandedWeights expanded = scope.own(products.expand(compact));
    return products.logits(expanded, features);
  }

  private double[][] gradient(
      Workbench bench, Scope scope, Products products, double[][] r, double[][] a) {
    FeatureBlocks features = features(bench, scope, a, level - 1);
    Ciphertext residual = bench.encrypt(scope, Packing.packLogits(layout, r), level);
    scope.ownAll(products.gradient(residual, features, 1));
    bench.clock().start();
    bench.clock().next();
    List<Ciphertext> out = scope.ownAll(products.gradient(residual, features, 1));
    bench.clock().next();
    bench.clock().stop();
    return Packing.unpackWeights(layout, bench.decrypt(out));
  }

  /** At the level of the product. */
  private FeatureBlocks features(Workbench bench, Scope scope, double[][] a, int featureLevel) {
    return new FeatureBlocks(
        bench.encrypt(scope, Packing.packFeatures(layout, a), featureLevel),
        layout.rowBlocks(a.length));
  }
}
