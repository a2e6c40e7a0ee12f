package org.hetal.training;

import java.util.ArrayList;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Plaintext;
import org.hetal.he.Scope;
import org.hetal.linalg.ExpandedWeights;
import org.hetal.linalg.Products;
import org.hetal.packing.Layout;
import org.hetal.packing.SumSteps;
import org.hetal.plan.LossPlan;
import org.hetal.plan.TrainingPlan;
import org.hetal.softmax.Softmax;

/**
 * The validation loss of encrypted rows under encrypted weights, as one ciphertext with two numbers
 * in its first two slots, which {@link EpochScore#ofEncryptedLoss} reads:
 *
 * <ol>
 *   <li>the Brier score: the mean over the rows of the sum over the classes of (probability -
 *       label)^2, 0 to 2;
 *   <li>the sum over rows and classes of (logit / ({@link EpochScore#WATCHED_SHARE} * range))^32.
 *       Its 32nd root bounds the largest logit from above, and exceeds it by a factor of at most
 *       (rows * classes)^(1/32). It watches the range of the softmax.
 * </ol>
 *
 * <p>All other slots are 0: nothing else about the rows is in the ciphertext.
 *
 * <p>The labels of rows that are not there must be 1 / classes, which are their probabilities;
 * their logits are 0. So they count for nothing.
 *
 * <p>Each microbatch is computed alone, and sums of ciphertexts are exact: the result does not
 * depend on where microbatches are computed. Immutable and thread-safe. Close it before the
 * evaluator.
 */
public final class EncryptedLoss implements AutoCloseable {
  /** Number of ciphertexts of a sum: squared errors, and powers of logits. */
  public static final int SUMS = 2;

  /** The watched share of the range, in logits / 2^k: the range is 2 * 2^k. */
  private static final double WATCHED = 2 * EpochScore.WATCHED_SHARE;

  private final Evaluator evaluator;
  private final LossPlan loss;
  private final Products products;
  private final Softmax softmax;

  /**
   * Encodes masks and constants.
   *
   * @param evaluator of the plan's parameter set; not closed here
   * @param plan with a plan of the loss
   * @throws IllegalArgumentException when the plan has none
   */
  public EncryptedLoss(Evaluator evaluator, TrainingPlan plan) {
    this(evaluator, plan.layout(), plan.requireLoss());
  }

  /**
   * As {@link #EncryptedLoss(Evaluator, TrainingPlan)}, before there is a plan of the training.
   *
   * @param evaluator of the parameter set that levels and softmax were planned for; not closed here
   * @param layout of features, logits and weights
   * @param loss levels and bootstraps
   */
  public EncryptedLoss(Evaluator evaluator, Layout layout, LossPlan loss) {
    this.evaluator = evaluator;
    this.loss = loss;
    this.products = new Products(evaluator, layout);
    this.softmax = new Softmax(evaluator, layout, loss.softmax().squarings());
  }

  /**
   * Expands weights, once per epoch for all microbatches.
   *
   * @param compactWeights W / 2^k at {@link LossPlan#weights()} or above
   * @return the caller closes it
   */
  public ExpandedWeights expand(List<Ciphertext> compactWeights) {
    try (Scope scope = new Scope()) {
      return products.expand(
          MicrobatchGradient.dropped(scope, evaluator, compactWeights, loss.weights()));
    }
  }

  /**
   * Squared errors and powers of the logits of one microbatch, added over its groups slot by slot.
   * Cost: the bootstraps of {@link Softmax#apply(List, SoftmaxPlan)}.
   *
   * @param weights from {@link #expand}
   * @param microbatch features at {@link LossPlan#features()} or above, labels at {@link
   *     LossPlan#labels()} or above; stays the caller's
   * @return {@link #SUMS} ciphertexts at level 1, to be added to those of other microbatches; the
   *     caller closes them
   */
  public List<Ciphertext> compute(ExpandedWeights weights, EncryptedMicrobatch microbatch) {
    try (Scope scope = new Scope()) {
      List<Ciphertext> logits = new ArrayList<>();
      for (EncryptedMicrobatch.Group group : microbatch.groups()) {
        logits.add(scope.own(products.logits(weights, group.features())));
      }
      List<Ciphertext> probabilities = scope.ownAll(softmax.apply(logits, loss.softmax()));
      List<Ciphertext> errors = new ArrayList<>();
      List<Ciphertext> powers = new ArrayList<>();
      for (int i = 0; i < logits.size(); i++) {
        Ciphertext labels = microbatch.groups().get(i).labels();
        errors.add(scope.own(squaredError(probabilities.get(i), labels)));
        powers.add(scope.own(power(logits.get(i))));
      }
      return List.of(scope.release(sum(scope, errors)), scope.release(sum(scope, powers)));
    }
  }

  /** (probabilities - labels)^2 at level 1. */
  private Ciphertext squaredError(Ciphertext probabilities, Ciphertext labels) {
    try (Scope scope = new Scope()) {
      Ciphertext dropped = scope.own(evaluator.dropToLevel(labels, loss.labels()));
      Ciphertext error = scope.own(evaluator.sub(probabilities, dropped));
      return squared(error);
    }
  }

  /** The {@link LossPlan#POWER}th power at level 1. */
  private Ciphertext power(Ciphertext logits) {
    try (Scope scope = new Scope()) {
      Ciphertext power = scope.own(evaluator.dropToLevel(logits, LossPlan.POWER_LEVELS));
      for (int i = 0; i < LossPlan.POWER_SQUARINGS; i++) {
        power = scope.own(squared(power));
      }
      return scope.release(power);
    }
  }

  private Ciphertext squared(Ciphertext a) {
    try (Ciphertext square = evaluator.square(a)) {
      return evaluator.relinearizeRescale(square);
    }
  }

  private Ciphertext sum(Scope scope, List<Ciphertext> addends) {
    Ciphertext sum = addends.get(0);
    for (Ciphertext next : addends.subList(1, addends.size())) {
      sum = scope.own(evaluator.add(sum, next));
    }
    return sum;
  }

  /**
   * The loss from the sums of all microbatches. Cost: at most 22 rotations of each sum at N = 2^16,
   * at level 1.
   *
   * @param evaluator of the parameter set of the sums
   * @param layout of the logits
   * @param sums of {@link #compute}, added; stay the caller's
   * @param rows that were validated, at least 1
   * @return one ciphertext at level 0; the caller closes it
   */
  public static Ciphertext total(
      Evaluator evaluator, Layout layout, List<Ciphertext> sums, int rows) {
    double power = Math.pow(WATCHED, -LossPlan.POWER);
    try (Scope scope = new Scope()) {
      Ciphertext score = scope.own(inSlot(evaluator, layout, sums.get(0), 0, 1.0 / rows));
      Ciphertext powers = scope.own(inSlot(evaluator, layout, sums.get(1), 1, power));
      return evaluator.rescale(scope.own(evaluator.add(score, powers)));
    }
  }

  /** The sum of one period times a factor in one slot, scale degree 2; 0 in the others. */
  private static Ciphertext inSlot(
      Evaluator evaluator, Layout layout, Ciphertext a, int slot, double factor) {
    double[] mask = new double[layout.slots()];
    mask[slot] = factor;
    try (Scope scope = new Scope()) {
      Ciphertext sum = a;
      for (int[] steps : SumSteps.of(layout.period(), 1)) {
        sum = scope.own(evaluator.rotateSum(sum, steps));
      }
      Plaintext encoded = scope.own(evaluator.encode(mask, sum.level()));
      return evaluator.multiply(sum, encoded);
    }
  }

  @Override
  public void close() {
    products.close();
  }
}
