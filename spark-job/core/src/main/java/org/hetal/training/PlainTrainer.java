package org.hetal.training;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.hetal.plan.RowRange;
import org.hetal.plan.Schedule;

/**
 * The same training in the clear, in double precision with the exact softmax: same minibatches in
 * the same order, same schedule, same momentum, same early stopping. What an encrypted run is
 * compared with.
 *
 * <p>Rows come with their bias column, as they are encrypted. Weights start at zero.
 */
public final class PlainTrainer {
  private final Schedule schedule;
  private final int classes;
  private final List<RowRange> batches;
  private final boolean isJoint;

  /**
   * How a plain training ended.
   *
   * @param best weights of the best epoch, [classes][features]
   * @param last weights after the last epoch
   * @param bestEpoch from 1; 0 if early stopping called none the best, and {@code best} is zero
   *     then
   * @param epochs the metrics of each epoch
   * @param largestTrainingLogit the largest magnitude of a logit of a training row at any step:
   *     what the softmax's range must hold
   * @param largestWeight the largest magnitude in weights or look-ahead point at any step: divided
   *     by 2^k it must stay within what a bootstrap carries
   * @param reason why it ended
   */
  public record Result(
      double[][] best,
      double[][] last,
      int bestEpoch,
      List<EpochMetrics> epochs,
      double largestTrainingLogit,
      double largestWeight,
      String reason) {}

  /**
   * A trainer that may be used for several trainings.
   *
   * @param schedule minibatches, epochs, learning rate
   * @param classes at least 2
   * @throws IllegalArgumentException for fewer classes
   */
  public PlainTrainer(Schedule schedule, int classes) {
    this(
        schedule,
        classes,
        IntStream.range(0, schedule.batches()).mapToObj(schedule::batch).toList(),
        false);
  }

  /**
   * A trainer on the rows of several owners. A gradient is divided by the rows of a full minibatch,
   * as of {@code TrainingPlan.gradientFactor}.
   *
   * @param schedule minibatches, epochs, learning rate; its rows are those of all minibatches
   * @param classes at least 2
   * @param minibatches rows of each minibatch, in the order of the rows that are trained on
   * @return a trainer that may be used for several trainings
   * @throws IllegalArgumentException for fewer classes, or another number of rows
   */
  static PlainTrainer joint(Schedule schedule, int classes, List<Integer> minibatches) {
    List<RowRange> batches = new ArrayList<>();
    int first = 0;
    for (int rows : minibatches) {
      batches.add(new RowRange(first, rows));
      first += rows;
    }
    if (first != schedule.rows()) {
      throw new IllegalArgumentException(
          "rows of the minibatches: expected " + schedule.rows() + ", actual " + first);
    }
    return new PlainTrainer(schedule, classes, batches, true);
  }

  private PlainTrainer(Schedule schedule, int classes, List<RowRange> batches, boolean isJoint) {
    this.batches = batches;
    this.isJoint = isJoint;
    if (classes < 2) {
      throw new IllegalArgumentException("classes: expected at least 2, actual " + classes);
    }
    this.schedule = schedule;
    this.classes = classes;
  }

  /**
   * Trains until the schedule ends or early stopping ends it. Cost per epoch, in double precision
   * on the calling thread: rows * features * classes multiplications, twice for the training rows
   * and once for the validation rows.
   *
   * @param rows [schedule.rows()][features]
   * @param labels 0 to classes - 1
   * @param validationRows [rows][features]
   * @param stopping fresh, of the validation labels
   * @return weights and metrics
   * @throws IllegalArgumentException for another number of rows or labels than the schedule's
   */
  public Result train(
      double[][] rows, int[] labels, double[][] validationRows, EarlyStopping stopping) {
    if (rows.length != schedule.rows() || labels.length != schedule.rows()) {
      throw new IllegalArgumentException(
          "training rows and labels: expected "
              + schedule.rows()
              + ", actual "
              + rows.length
              + " and "
              + labels.length);
    }
    Descent descent = new Descent(classes, rows[0].length);
    double[][] best = new double[classes][rows[0].length];
    int bestEpoch = 0;
    List<EpochMetrics> epochs = new ArrayList<>();
    for (int epoch = 1; epoch <= schedule.epochs(); epoch++) {
      for (RowRange batch : batches) {
        int divisor = isJoint ? schedule.batchRows() : batch.rows();
        descent.step(batch, rows, labels, schedule.learningRate() / divisor);
      }
      EpochMetrics metrics = stopping.decide(epoch, logits(validationRows, descent.weights));
      epochs.add(metrics);
      if (metrics.decision().best()) {
        best = copy(descent.weights);
        bestEpoch = epoch;
      }
      if (metrics.decision().stop()) {
        return descent.result(best, bestEpoch, epochs, metrics.decision().reason());
      }
    }
    return descent.result(best, bestEpoch, epochs, Trainer.ALL_EPOCHS_DONE);
  }

  /**
   * Rows times weights transposed.
   *
   * @param rows [rows][features]
   * @param weights [classes][features]
   * @return [rows][classes]
   */
  public static double[][] logits(double[][] rows, double[][] weights) {
    double[][] out = new double[rows.length][weights.length];
    for (int i = 0; i < rows.length; i++) {
      for (int c = 0; c < weights.length; c++) {
        double sum = 0;
        for (int f = 0; f < weights[c].length; f++) {
          sum += rows[i][f] * weights[c][f];
        }
        out[i][c] = sum;
      }
    }
    return out;
  }

  /**
   * The share of rows whose largest logit is the label's; of equal logits the first counts.
   *
   * @param rows [rows][features]
   * @param labels 0 to classes - 1
   * @param weights [classes][features]
   * @return 0 to 1
   */
  public static double accuracy(double[][] rows, int[] labels, double[][] weights) {
    double[][] logits = logits(rows, weights);
    int hits = 0;
    for (int i = 0; i < rows.length; i++) {
      hits += EarlyStopping.largestIndex(logits[i]) == labels[i] ? 1 : 0;
    }
    return (double) hits / rows.length;
  }

  /**
   * The exact softmax.
   *
   * @param logits one per class
   * @return probabilities, one per class, with a sum of 1
   */
  public static double[] softmax(double[] logits) {
    double top = logits[EarlyStopping.largestIndex(logits)];
    double[] out = new double[logits.length];
    double sum = 0;
    for (int c = 0; c < out.length; c++) {
      out[c] = Math.exp(logits[c] - top);
      sum += out[c];
    }
    for (int c = 0; c < out.length; c++) {
      out[c] /= sum;
    }
    return out;
  }

  private static double[][] copy(double[][] a) {
    double[][] out = new double[a.length][];
    for (int i = 0; i < a.length; i++) {
      out[i] = a[i].clone();
    }
    return out;
  }

  /** The running state. */
  private static final class Descent {
    private double[][] weights;
    private double[][] lookahead;
    private double lambda = Momentum.START;
    private double largestLogit;
    private double largestWeight;

    Descent(int classes, int features) {
      weights = new double[classes][features];
      lookahead = new double[classes][features];
    }

    void step(RowRange batch, double[][] rows, int[] labels, double factor) {
      double[][] next = copy(lookahead);
      double[][] batchRows = batch.of(rows);
      double[][] logits = logits(batchRows, lookahead);
      for (int i = 0; i < batchRows.length; i++) {
        double[] residual = softmax(logits[i]);
        residual[labels[batch.first() + i]] -= 1;
        for (int c = 0; c < residual.length; c++) {
          largestLogit = Math.max(largestLogit, Math.abs(logits[i][c]));
          double times = factor * residual[c];
          for (int f = 0; f < batchRows[i].length; f++) {
            next[c][f] -= times * batchRows[i][f];
          }
        }
      }
      double share = Momentum.previousShare(lambda);
      for (int c = 0; c < next.length; c++) {
        for (int f = 0; f < next[c].length; f++) {
          lookahead[c][f] = (1 - share) * next[c][f] + share * weights[c][f];
          largestWeight =
              Math.max(largestWeight, Math.max(Math.abs(next[c][f]), Math.abs(lookahead[c][f])));
        }
      }
      weights = next;
      lambda = Momentum.next(lambda);
    }

    Result result(double[][] best, int bestEpoch, List<EpochMetrics> epochs, String reason) {
      return new Result(
          best, weights, bestEpoch, List.copyOf(epochs), largestLogit, largestWeight, reason);
    }
  }
}
