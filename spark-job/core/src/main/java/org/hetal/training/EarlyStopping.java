package org.hetal.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hetal.plan.Schedule;

/**
 * Early stopping on validation logits in the clear: the same for the encrypted training, where the
 * validation oracle wraps it, and for the plain one.
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

  private final int[] labels;
  private final int classes;
  private final int patience;
  private final double logitRange;
  private final List<EpochMetrics> history = new ArrayList<>();

  /**
   * Starts before the first epoch.
   *
   * @param labels of the validation rows, 0 to {@code classes - 1}; at least one
   * @param classes at least 2
   * @param patience epochs without a better loss, at least 1
   * @param logitRange {@link Schedule#logitRange()}
   * @throws IllegalArgumentException for a number or a label out of its range
   */
  public EarlyStopping(int[] labels, int classes, int patience, double logitRange) {
    if (labels.length < 1 || classes < 2 || patience < 1 || !(logitRange > 0)) {
      throw new IllegalArgumentException(
          "early stopping: expected at least 1 label, 2 classes, patience 1 and a positive range; actual "
              + labels.length
              + ", "
              + classes
              + ", "
              + patience
              + ", "
              + logitRange);
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
    this.labels = labels.clone();
    this.classes = classes;
    this.patience = patience;
    this.logitRange = logitRange;
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
    int known = history.isEmpty() ? 0 : history.get(history.size() - 1).epoch();
    if (epoch < 1 || epoch > known + 1) {
      throw new IllegalArgumentException(
          "epoch: expected 1 to " + (known + 1) + ", actual " + epoch);
    }
    history.removeIf(j -> j.epoch() >= epoch);
    double loss = 0;
    int hits = 0;
    double largest = 0;
    double drift = 0;
    for (int row = 0; row < logits.length; row++) {
      double mean = 0;
      for (double x : logits[row]) {
        mean += x / classes;
      }
      for (double x : logits[row]) {
        largest = larger(largest, Math.max(Math.abs(x), Math.abs(x - mean)));
      }
      drift = larger(drift, Math.abs(mean));
      loss += crossEntropy(logits[row], labels[row]) / logits.length;
      hits += largestIndex(logits[row]) == labels[row] ? 1 : 0;
    }
    double accuracy = (double) hits / logits.length;
    EpochMetrics metrics =
        new EpochMetrics(epoch, loss, accuracy, largest, drift, decision(epoch, loss, largest));
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

  /** Math.max that lets NaN through whichever side it is on. */
  private static double larger(double a, double b) {
    return Double.isNaN(a) || Double.isNaN(b) ? Double.NaN : Math.max(a, b);
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
