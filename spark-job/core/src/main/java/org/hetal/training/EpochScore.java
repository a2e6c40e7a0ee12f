package org.hetal.training;

import org.hetal.plan.LossPlan;

/**
 * What {@link EarlyStopping} decides an epoch by.
 *
 * @param loss cross-entropy (natural logarithm) or Brier score, the mean over the validation rows
 * @param accuracy share of the validation rows whose largest logit is the label's, 0 to 1; NaN
 *     where the oracle sees no logits
 * @param largestLogit the largest magnitude of a logit, centred (less its row's mean) or not; an
 *     upper bound of it, never below half of the range, where the oracle sees no logits
 * @param drift the largest magnitude of a row's mean logit; NaN where the oracle sees no logits
 */
public record EpochScore(double loss, double accuracy, double largestLogit, double drift) {
  /**
   * The share of the range of the softmax at which the sum of powers is 1. With it the sum can be
   * resolved where training is stopped, and does not leave the range of a ciphertext at level 0
   * before the logits leave that of the softmax.
   */
  static final double WATCHED_SHARE = 0.8;

  /** Losses are rounded to this, so that noise alone makes no epoch better than another. */
  static final double RESOLUTION = 1e-4;

  /**
   * A smaller sum of powers cannot be told from noise: the bound of the largest logit is at least
   * the 32nd root of this, 0.52 of the range. Training is stopped at 1e-4, which is 0.6 of it.
   */
  private static final double LEAST_POWERS = 1e-6;

  /** The largest Brier score: probability 1 of a wrong class. */
  private static final double WORST_SCORE = 2;

  private static final double TOLERANCE = 0.01;

  /**
   * The cross-entropy of logits.
   *
   * @param logits [rows][classes], at least one row
   * @param labels one per row
   * @return all four figures; NaN where a logit is not finite
   */
  public static EpochScore ofLogits(double[][] logits, int[] labels) {
    double loss = 0;
    int hits = 0;
    double largest = 0;
    double drift = 0;
    for (int row = 0; row < logits.length; row++) {
      double mean = mean(logits[row]);
      for (double x : logits[row]) {
        largest = larger(largest, Math.max(Math.abs(x), Math.abs(x - mean)));
      }
      drift = larger(drift, Math.abs(mean));
      loss += EarlyStopping.crossEntropy(logits[row], labels[row]) / logits.length;
      hits += EarlyStopping.largestIndex(logits[row]) == labels[row] ? 1 : 0;
    }
    return new EpochScore(loss, (double) hits / logits.length, largest, drift);
  }

  /**
   * The Brier score of logits in the clear, and the bound of the largest logit, as {@link
   * #ofEncryptedLoss} gives them.
   *
   * @param logits [rows][classes], at least one row
   * @param labels one per row
   * @param logitRange of the softmax
   * @return loss and largest logit as from the ciphertext, but for its noise; accuracy and drift
   */
  public static EpochScore ofPlainLoss(double[][] logits, int[] labels, double logitRange) {
    double score = 0;
    double powers = 0;
    for (int row = 0; row < logits.length; row++) {
      double[] probabilities = PlainTrainer.softmax(logits[row]);
      for (int label = 0; label < probabilities.length; label++) {
        double error = probabilities[label] - (label == labels[row] ? 1 : 0);
        score += error * error / logits.length;
        powers += Math.pow(logits[row][label] / (WATCHED_SHARE * logitRange), LossPlan.POWER);
      }
    }
    EpochScore seen = ofEncryptedLoss(score, powers, logitRange);
    EpochScore known = ofLogits(logits, labels);
    return new EpochScore(seen.loss(), known.accuracy(), seen.largestLogit(), known.drift());
  }

  /**
   * What two decrypted numbers of {@link EncryptedLoss} say.
   *
   * @param score its first slot
   * @param powers its second slot
   * @param logitRange of the softmax
   * @return loss rounded to {@link #RESOLUTION}; infinite loss and largest logit for numbers that
   *     no logits within the range can give
   */
  public static EpochScore ofEncryptedLoss(double score, double powers, double logitRange) {
    boolean possible =
        score >= -TOLERANCE && score <= WORST_SCORE + TOLERANCE && powers >= -TOLERANCE;
    if (!possible) {
      return new EpochScore(
          Double.POSITIVE_INFINITY, Double.NaN, Double.POSITIVE_INFINITY, Double.NaN);
    }
    double rounded = Math.rint(score / RESOLUTION) * RESOLUTION;
    double root = Math.pow(Math.max(LEAST_POWERS, powers), 1.0 / LossPlan.POWER);
    return new EpochScore(rounded, Double.NaN, WATCHED_SHARE * logitRange * root, Double.NaN);
  }

  private static double mean(double[] row) {
    double mean = 0;
    for (double x : row) {
      mean += x / row.length;
    }
    return mean;
  }

  /** Math.max that lets NaN through whichever side it is on. */
  private static double larger(double a, double b) {
    return Double.isNaN(a) || Double.isNaN(b) ? Double.NaN : Math.max(a, b);
  }
}
