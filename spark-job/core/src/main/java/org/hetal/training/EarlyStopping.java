package org.hetal.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hetal.plan.Schedule;
import org.hetal.plan.ValidationMetric;

/**
 * Early stopping on validation logits in the clear, or on a loss that was computed on ciphertexts:
 * the same for the encrypted training, where the validation oracle wraps it, and for the plain one.
 *
 * <p>It stops when
 *
 * <ul>
 *   <li>the loss has not improved for {@code patience} epochs since the best one,
 *   <li>the largest logit exceeds {@link #SAFE_SHARE} of the range that the softmax can take: one
 *       row beyond the range destroys a whole ciphertext, so the guard must act well before,
 *   <li>a logit is not finite or is beyond the range: training has diverged, and the epoch is not
 *       called the best.
 * </ul>
 *
 * Epochs are decided in order. An epoch decided again replaces what followed it, so a run resumed
 * from a checkpoint gets the answers it got before. Not thread-safe.
 */
public final class EarlyStopping {
  /** Largest logit / range above which training is stopped. */
  public static final double SAFE_SHARE = 0.6;

  private final int[] labels; // none: the loss comes from ciphertexts
  private final int classes;
  private final ValidationMetric metric;
  private final int patience;
  private final double logitRange;
  private final List<EpochMetrics> history = new ArrayList<>();

  private EarlyStopping(
      int[] labels, int classes, ValidationMetric metric, int patience, double logitRange) {
    if (patience < 1 || !(logitRange > 0)) {
      throw new IllegalArgumentException(
          "early stopping: expected at least patience 1 and a positive range; actual "
              + patience
              + ", "
              + logitRange);
    }
    this.labels = labels;
    this.classes = classes;
    this.metric = metric;
    this.patience = patience;
    this.logitRange = logitRange;
  }

  /**
   * Starts before the first epoch, to decide by the cross-entropy.
   *
   * @param labels of the validation rows, 0 to {@code classes - 1}; at least one
   * @param classes at least 2
   * @param patience epochs without a better loss, at least 1
   * @param logitRange {@link Schedule#logitRange()}
   * @throws IllegalArgumentException for a number or a label out of its range
   */
  public EarlyStopping(int[] labels, int classes, int patience, double logitRange) {
    this(checked(labels, classes), classes, ValidationMetric.LOGITS, patience, logitRange);
  }

  /**
   * Continues from metrics made earlier, for a validation oracle that was restarted.
   *
   * @param labels of the validation rows, 0 to {@code classes - 1}; at least one
   * @param classes at least 2
   * @param patience epochs without a better loss, at least 1
   * @param logitRange {@link Schedule#logitRange()}
   * @param earlier the metrics of the epochs decided so far, by epoch
   * @throws IllegalArgumentException for a number or a label out of its range
   */
  public EarlyStopping(
      int[] labels, int classes, int patience, double logitRange, List<EpochMetrics> earlier) {
    this(labels, classes, patience, logitRange);
    history.addAll(earlier);
  }

  /**
   * For a training in the clear: starts before the first epoch.
   *
   * @param labels of the validation rows, 0 to {@code classes - 1}; at least one
   * @param classes at least 2
   * @param metric computed from the logits in the clear
   * @param schedule patience and range of the logits
   * @return decides by the same figures as that of the encrypted training
   * @throws IllegalArgumentException for a number or a label out of its range
   */
  public static EarlyStopping inTheClear(
      int[] labels, int classes, ValidationMetric metric, Schedule schedule) {
    return new EarlyStopping(
        checked(labels, classes), classes, metric, schedule.patience(), schedule.logitRange());
  }

  /**
   * Without labels, for losses that are computed on ciphertexts: only {@link #decide(int,
   * EpochScore)} can be called.
   *
   * @param patience epochs without a better loss, at least 1
   * @param logitRange {@link Schedule#logitRange()}
   * @param earlier the metrics of the epochs decided so far, by epoch
   * @return continues after them
   * @throws IllegalArgumentException for a number out of its range
   */
  public static EarlyStopping onCiphertexts(
      int patience, double logitRange, List<EpochMetrics> earlier) {
    EarlyStopping out =
        new EarlyStopping(new int[0], 0, ValidationMetric.ENCRYPTED_LOSS, patience, logitRange);
    out.history.addAll(earlier);
    return out;
  }

  private static int[] checked(int[] labels, int classes) {
    if (labels.length < 1 || classes < 2) {
      throw new IllegalArgumentException(
          "early stopping: expected at least 1 label, 2 classes; actual "
              + labels.length
              + ", "
              + classes);
    }
    for (int row = 0; row < labels.length; row++) {
      if (labels[row] < 0 || labels[row] >= classes) {
        throw new IllegalArgumentException(
            "validation label of row "
                + row
                + ": expected 0 to "
                + (classes - 1)
                + ", actual "
                + labels[row]);
      }
    }
    return labels.clone();
  }

  /** The metrics of the epochs decided so far, by epoch. */
  List<EpochMetrics> history() {
    return List.copyOf(history);
  }

  /**
   * Decides an epoch.
   *
   * @param epoch the one after the last decided, or an earlier one again
   * @param logits [validation rows][classes], true logits (times 2^k where they were carried
   *     divided by it)
   * @return metrics and decision, which is to stop when training has diverged
   * @throws IllegalArgumentException for another epoch, or logits of another shape
   */
  public EpochMetrics decide(int epoch, double[][] logits) {
    requireShape(logits);
    return decide(
        epoch,
        metric == ValidationMetric.LOGITS
            ? EpochScore.ofLogits(logits, labels)
            : EpochScore.ofPlainLoss(logits, labels, logitRange));
  }

  /**
   * Decides an epoch whose score is known.
   *
   * @param epoch the one after the last decided, or an earlier one again
   * @param score of the epoch
   * @return metrics and decision, which is to stop when training has diverged
   * @throws IllegalArgumentException for another epoch
   */
  public EpochMetrics decide(int epoch, EpochScore score) {
    int known = history.isEmpty() ? 0 : history.get(history.size() - 1).epoch();
    if (epoch < 1 || epoch > known + 1) {
      throw new IllegalArgumentException(
          "epoch: expected 1 to " + (known + 1) + ", actual " + epoch);
    }
    history.removeIf(j -> j.epoch() >= epoch);
    EpochMetrics metrics =
        new EpochMetrics(
            epoch,
            score.loss(),
            score.accuracy(),
            score.largestLogit(),
            score.drift(),
            decision(epoch, score.loss(), score.largestLogit()));
    history.add(metrics);
    return metrics;
  }

  private StopDecision decision(int epoch, double loss, double largest) {
    if (!(largest <= logitRange) || !Double.isFinite(loss)) {
      return new StopDecision(true, false, "logits beyond the range of the softmax: diverged");
    }
    int bestEpoch = 0;
    double bestLoss = Double.POSITIVE_INFINITY;
    for (EpochMetrics earlier : history) {
      if (earlier.decision().best()) {
        bestEpoch = earlier.epoch();
        bestLoss = earlier.loss();
      }
    }
    boolean best = loss < bestLoss;
    if (largest > SAFE_SHARE * logitRange) {
      return new StopDecision(
          true,
          best,
          String.format(
              Locale.ROOT,
              "the largest logit exceeds %.0f %% of the softmax's range; raise training.logit-range",
              100 * SAFE_SHARE));
    }
    if (!best && epoch - bestEpoch >= patience) {
      return new StopDecision(
          true,
          false,
          "no better validation loss for " + patience + " epochs since epoch " + bestEpoch);
    }
    return new StopDecision(false, best, "");
  }

  private void requireShape(double[][] logits) {
    if (logits.length != labels.length) {
      throw new IllegalArgumentException(
          "validation logits: expected " + labels.length + " rows, actual " + logits.length);
    }
    for (double[] row : logits) {
      if (row.length != classes) {
        throw new IllegalArgumentException(
            "validation logits: expected " + classes + " classes, actual " + row.length);
      }
    }
  }

  /** -log softmax(logits)[label], without overflow. */
  static double crossEntropy(double[] logits, int label) {
    double top = logits[largestIndex(logits)];
    double sum = 0;
    for (double x : logits) {
      sum += Math.exp(x - top);
    }
    return Math.log(sum) + top - logits[label];
  }

  /**
   * The index of the largest value.
   *
   * @param values at least one
   * @return the first index of the largest value
   */
  public static int largestIndex(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }
}
