package org.hetal.linalg;

import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.packing.Layout;

/** The two matrix products of softmax regression on encrypted blocks. */
public final class Products implements AutoCloseable {
  public static final int EXPAND_LEVELS = 2;
  public static final int LOGIT_LEVELS = 2;
  public static final int GRADIENT_LEVELS = 4;

  public Products(Evaluator evaluator, Layout layout) {}

  /** Compact weights at level l to expanded weights at level l - {@link #EXPAND_LEVELS}. */
  public ExpandedWeights expand(List<Ciphertext> compact) {
    throw new UnsupportedOperationException("expand: not built yet");
  }

  /** Logits at the level of the weights - {@link #LOGIT_LEVELS}. */
  public Ciphertext logits(ExpandedWeights weights, FeatureBlocks x) {
    throw new UnsupportedOperationException("logits: not built yet");
  }

  /** factor * (residual^T X) in compact form at the residual's level - {@link #GRADIENT_LEVELS}. */
  public List<Ciphertext> gradient(Ciphertext residual, FeatureBlocks x, double factor) {
    return gradient(List.of(residual), List.of(x), factor);
  }

  /** The sum over several groups; cheaper than the sum of their gradients. */
  public List<Ciphertext> gradient(
      List<Ciphertext> residuals, List<FeatureBlocks> x, double factor) {
    throw new UnsupportedOperationException("gradient: not built yet");
  }

  @Override
  public void close() {}
}
