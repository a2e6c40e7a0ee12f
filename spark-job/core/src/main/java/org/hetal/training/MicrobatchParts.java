package org.hetal.training;

import java.util.ArrayList;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.linalg.ExpandedWeights;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.linalg.Products;
import org.hetal.linalg.RotatedFeatures;
import org.hetal.packing.GradientParts;
import org.hetal.plan.Levels;
import org.hetal.plan.TrainingPlan;
import org.hetal.softmax.Softmax;
import org.hetal.softmax.SoftmaxPlan;

/**
 * The work of {@link MicrobatchGradient} in parts that different processes compute: logits by row
 * blocks, then the softmax, then the gradient by groups of diagonals (blocks of features), then the
 * packing of those. The bytes are those of {@link MicrobatchGradient#compute}, in whatever ranges
 * the parts are computed.
 *
 * <p><b>Why the bytes are the same.</b> Rescaling, relinearization and rotation round, so f(a) +
 * f(b) is not f(a + b) for them; only sums of residues modulo the primes are exact. A division of
 * the work must therefore neither move a sum across such an operation nor change the level at which
 * an operation is done. The parts are cut where the algorithm has values that no other part enters:
 *
 * <ul>
 *   <li>The logits of a row block (Z(i) of the overview of {@code org.hetal.linalg}) take all
 *       column blocks of that row block and nothing of another. All additions of products happen
 *       inside, before the one relinearization and rescaling.
 *   <li>A part of the gradient takes all row blocks of its column blocks: the sum over the rows
 *       happens inside, before relinearization. Which diagonals form a part is fixed by the layout.
 *   <li>Both are packed by one operation on the list of all of them, in their order.
 *   <li>Features are rotated at {@link Levels#features()} in both, and the gradient drops the
 *       copies.
 * </ul>
 *
 * A division by columns of the logits, or by rows of the gradient, would have to send
 * unrelinearized products: three polynomials per row block and giant step, or per diagonal; some
 * hundred megabytes where this sends some ten.
 */
public final class MicrobatchParts {
  private final Evaluator evaluator;
  private final Levels levels;
  private final Products products;
  private final Softmax softmax;
  private final SoftmaxPlan softmaxPlan;

  MicrobatchParts(
      Evaluator evaluator,
      Levels levels,
      Products products,
      Softmax softmax,
      SoftmaxPlan softmaxPlan) {
    this.evaluator = evaluator;
    this.levels = levels;
    this.products = products;
    this.softmax = softmax;
    this.softmaxPlan = softmaxPlan;
  }

  /**
   * Products of some row blocks of one group with the weights, before they are packed.
   *
   * @param lookahead from {@link MicrobatchGradient#expand}
   * @param rows some row blocks with all their column blocks; stay the caller's
   * @return one ciphertext per row block; the caller closes them
   */
  public List<Ciphertext> logits(ExpandedWeights lookahead, FeatureBlocks rows) {
    try (RotatedFeatures rotated = products.rotateAhead(rows, levels.features())) {
      return products.rowBlockLogits(lookahead, rotated);
    }
  }

  /**
   * Softmax minus labels. Cost: the bootstraps of {@link Softmax#apply(List, SoftmaxPlan)}.
   *
   * @param rowBlockLogits for each group {@link #logits} of all its row blocks, in order
   * @param labels one per group; logits and labels stay the caller's
   * @return one ciphertext per group at {@link Levels#residual()}; the caller closes them
   */
  public List<Ciphertext> residuals(
      List<List<Ciphertext>> rowBlockLogits, List<Ciphertext> labels) {
    try (Scope scope = new Scope()) {
      List<Ciphertext> logits = new ArrayList<>();
      for (List<Ciphertext> group : rowBlockLogits) {
        logits.add(scope.own(products.packedLogits(group)));
      }
      List<Ciphertext> probabilities = scope.ownAll(softmax.apply(logits, softmaxPlan));
      return residuals(evaluator, levels, probabilities, labels);
    }
  }

  /**
   * Some {@link GradientParts}.
   *
   * @param residuals from {@link #residuals}
   * @param columns for each group all row blocks with the column blocks of the parts; residuals and
   *     columns stay the caller's
   * @param firstColumnBlock the first of the column blocks
   * @param factor {@link TrainingPlan#gradientFactor} of the minibatch
   * @param first the first part
   * @param count how many parts
   * @return one ciphertext per part; the caller closes them
   */
  public List<Ciphertext> gradient(
      List<Ciphertext> residuals,
      List<FeatureBlocks> columns,
      int firstColumnBlock,
      double factor,
      int first,
      int count) {
    try (Scope scope = new Scope()) {
      List<RotatedFeatures> rotated = new ArrayList<>();
      for (FeatureBlocks group : columns) {
        rotated.add(scope.own(products.rotateAhead(group, firstColumnBlock, levels.features())));
      }
      return products.gradientParts(residuals, rotated, factor, first, count);
    }
  }

  /**
   * The gradient of the microbatch.
   *
   * @param parts all parts, in order; stay the caller's
   * @param factor as for {@link #gradient}
   * @return compact form at {@link Levels#gradient()}; the caller closes it
   */
  public List<Ciphertext> joined(List<Ciphertext> parts, double factor) {
    return products.joinedGradient(parts, factor);
  }

  /** Probabilities minus labels, group by group; the caller closes them. */
  static List<Ciphertext> residuals(
      Evaluator evaluator, Levels levels, List<Ciphertext> probabilities, List<Ciphertext> labels) {
    try (Scope scope = new Scope()) {
      List<Ciphertext> out = new ArrayList<>();
      for (int i = 0; i < probabilities.size(); i++) {
        try (Ciphertext y = evaluator.dropToLevel(labels.get(i), levels.residual())) {
          out.add(scope.own(evaluator.sub(probabilities.get(i), y)));
        }
      }
      out.forEach(scope::release);
      return out;
    }
  }
}
