package org.hetal.training;

import java.util.ArrayList;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.linalg.ExpandedWeights;
import org.hetal.linalg.Products;
import org.hetal.linalg.RotatedFeatures;
import org.hetal.packing.Layout;
import org.hetal.plan.Levels;
import org.hetal.plan.TrainingPlan;
import org.hetal.softmax.Softmax;
import org.hetal.softmax.SoftmaxPlan;

/**
 * The gradient of one microbatch: logits, softmax, residual, residual transposed times features.
 * Immutable and thread-safe; encodes its masks and constants once. Close it before the evaluator.
 */
public final class MicrobatchGradient implements AutoCloseable {
  private final Evaluator evaluator;
  private final Levels levels;
  private final Products products;
  private final Softmax softmax;
  private final SoftmaxPlan softmaxPlan;

  /**
   * Encodes masks and constants.
   *
   * @param evaluator of the parameter set that levels and softmax were planned for; not closed here
   * @param layout of features, logits and weights
   * @param levels of features, labels and results
   * @param softmaxPlan from {@link Levels#logits()} to {@link Levels#residual()}
   */
  public MicrobatchGradient(
      Evaluator evaluator, Layout layout, Levels levels, SoftmaxPlan softmaxPlan) {
    this.evaluator = evaluator;
    this.levels = levels;
    this.products = new Products(evaluator, layout, softmaxPlan.logitFactor());
    this.softmax = new Softmax(evaluator, layout, softmaxPlan.squarings());
    this.softmaxPlan = softmaxPlan;
  }

  /**
   * Expands the look-ahead point, once a step for all microbatches.
   *
   * @param compactLookahead V / 2^k at {@link Levels#forward()} or above
   * @return the caller closes it
   */
  public ExpandedWeights expand(List<Ciphertext> compactLookahead) {
    try (Scope scope = new Scope()) {
      return products.expand(dropped(scope, evaluator, compactLookahead, levels.forward()));
    }
  }

  /**
   * {@code factor * (softmax(X V^T) - Y)^T X} over the rows of the microbatch. Cost: the bootstraps
   * of {@link Softmax#apply(List, SoftmaxPlan)}.
   *
   * @param lookahead from {@link #expand}
   * @param microbatch features X and labels Y; stays the caller's
   * @param factor {@link TrainingPlan#gradientFactor} of the microbatch's minibatch
   * @return compact real form at {@link Levels#gradient()}; the caller closes it
   */
  public List<Ciphertext> compute(
      ExpandedWeights lookahead, EncryptedMicrobatch microbatch, double factor) {
    return compute(lookahead, microbatch, factor, StageTimes.NONE);
  }

  /**
   * As {@link #compute(ExpandedWeights, EncryptedMicrobatch, double)}.
   *
   * @param lookahead from {@link #expand}
   * @param microbatch features X and labels Y; stays the caller's
   * @param factor {@link TrainingPlan#gradientFactor} of the microbatch's minibatch
   * @param times told the times of {@link TaskStage#LOGITS}, {@link TaskStage#SOFTMAX} and {@link
   *     TaskStage#GRADIENT}
   * @return compact real form at {@link Levels#gradient()}; the caller closes it
   */
  public List<Ciphertext> compute(
      ExpandedWeights lookahead, EncryptedMicrobatch microbatch, double factor, StageTimes times) {
    long start = System.nanoTime();
    try (Scope scope = new Scope()) {
      List<RotatedFeatures> features = new ArrayList<>();
      List<Ciphertext> logits = new ArrayList<>();
      for (EncryptedMicrobatch.Group group : microbatch.groups()) {
        RotatedFeatures rotated =
            scope.own(products.rotateAhead(group.features(), levels.features()));
        features.add(rotated);
        logits.add(scope.own(products.logits(lookahead, rotated)));
      }
      start = times.end(TaskStage.LOGITS, start);
      List<Ciphertext> probabilities = scope.ownAll(softmax.apply(logits, softmaxPlan));
      start = times.end(TaskStage.SOFTMAX, start);
      List<Ciphertext> labels =
          microbatch.groups().stream().map(EncryptedMicrobatch.Group::labels).toList();
      List<Ciphertext> residuals =
          scope.ownAll(MicrobatchParts.residuals(evaluator, levels, probabilities, labels));
      List<Ciphertext> gradient = products.gradient(residuals, features, factor);
      times.end(TaskStage.GRADIENT, start);
      return gradient;
    }
  }

  /** {@return the same work in parts; usable until this is closed} */
  public MicrobatchParts parts() {
    return new MicrobatchParts(evaluator, levels, products, softmax, softmaxPlan);
  }

  /** Element by element; the caller closes the result. */
  static List<Ciphertext> sum(Evaluator evaluator, List<Ciphertext> a, List<Ciphertext> b) {
    if (a.size() != b.size()) {
      throw new IllegalArgumentException(
          "gradients: expected equal numbers of ciphertexts, actual "
              + a.size()
              + " and "
              + b.size());
    }
    List<Ciphertext> out = new ArrayList<>();
    for (int i = 0; i < a.size(); i++) {
      out.add(evaluator.add(a.get(i), b.get(i)));
    }
    return out;
  }

  /**
   * The ciphertexts at a level: a ciphertext above it is dropped, and the scope owns the copy; a
   * ciphertext at the level is returned as it is.
   */
  static List<Ciphertext> dropped(
      Scope scope, Evaluator evaluator, List<Ciphertext> from, int level) {
    List<Ciphertext> out = new ArrayList<>();
    for (Ciphertext x : from) {
      out.add(x.level() == level ? x : scope.own(evaluator.dropToLevel(x, level)));
    }
    return out;
  }

  @Override
  public void close() {
    products.close();
  }
}
