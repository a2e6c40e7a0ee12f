package org.hetal.training;

import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.linalg.ExpandedWeights;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.linalg.Products;
import org.hetal.packing.Layout;
import org.hetal.plan.Levels;

/**
 * Logits / 2^k of encrypted rows at the lowest levels: what the validation oracle evaluates an
 * epoch by, and what a prediction is. No bootstrap. Immutable and thread-safe; close it before the
 * evaluator.
 */
public final class ValidationLogits implements AutoCloseable {
  private final Evaluator evaluator;
  private final Levels levels;
  private final Products products;

  /**
   * Encodes masks.
   *
   * @param evaluator of the parameter set that the levels were planned for; not closed here
   * @param layout of features, logits and weights
   * @param levels of weights, features and results
   */
  public ValidationLogits(Evaluator evaluator, Layout layout, Levels levels) {
    this.evaluator = evaluator;
    this.levels = levels;
    this.products = new Products(evaluator, layout);
  }

  /**
   * Expands weights, once for all groups.
   *
   * @param compactWeights W / 2^k at {@link Levels#validationWeights()} or above
   * @return the caller closes it
   */
  public ExpandedWeights expand(List<Ciphertext> compactWeights) {
    try (Scope scope = new Scope()) {
      return products.expand(
          MicrobatchGradient.dropped(scope, evaluator, compactWeights, levels.validationWeights()));
    }
  }

  /**
   * The logits of one group. Cost: no bootstrap.
   *
   * @param weights from {@link #expand}
   * @param features at {@link Levels#validationFeatures()} or above; stay the caller's
   * @return logits / 2^k in logits layout at {@link Levels#validationLogits()}; the caller closes
   *     it
   */
  public Ciphertext compute(ExpandedWeights weights, FeatureBlocks features) {
    return products.logits(weights, features);
  }

  @Override
  public void close() {
    products.close();
  }
}
