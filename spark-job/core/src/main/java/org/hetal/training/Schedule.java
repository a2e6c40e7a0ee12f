package org.hetal.training;

import java.io.Serializable;

/**
 * What is trained and for how long; one schedule drives the encrypted and the plain training alike.
 *
 * <p>Rows come in the order of encryption. An epoch goes through them in minibatches of {@code
 * batchRows}; the last one is shorter when {@code rows} is no multiple.
 *
 * @param rows training rows, at least 1
 * @param batchRows rows of a minibatch, at least 1; more than {@code rows} means one full batch
 * @param learningRate of the mean gradient of a minibatch; positive
 * @param epochs passes over the rows, at least 1
 * @param patience epochs without a better validation loss, counted from the best epoch, after which
 *     training stops; at least 1
 * @param squarings k of the softmax: logits must stay within {@code logitRange()} = 2 * 2^k
 * @param groupsPerMicrobatch 1 or 2: how many ciphertexts of logits one task refreshes together
 */
public record Schedule(
    int rows,
    int batchRows,
    double learningRate,
    int epochs,
    int patience,
    int squarings,
    int groupsPerMicrobatch)
    implements Serializable {

  private static final int MOST_SQUARINGS = 16;

  public Schedule {
    require("rows", rows >= 1, "at least 1", rows);
    require("batchRows", batchRows >= 1, "at least 1", batchRows);
    require(
        "learningRate",
        learningRate > 0 && Double.isFinite(learningRate),
        "positive and finite",
        learningRate);
    require("epochs", epochs >= 1, "at least 1", epochs);
    require("patience", patience >= 1, "at least 1", patience);
    require(
        "squarings",
        squarings >= 1 && squarings <= MOST_SQUARINGS,
        "1 to " + MOST_SQUARINGS,
        squarings);
    require(
        "groupsPerMicrobatch",
        groupsPerMicrobatch == 1 || groupsPerMicrobatch == 2,
        "1 or 2",
        groupsPerMicrobatch);
  }

  /** Minibatches an epoch. */
  public int batches() {
    return (rows + batchRows - 1) / batchRows;
  }

  /** The rows of minibatch {@code batch}, 0 to {@code batches() - 1}. */
  public RowRange batch(int batch) {
    if (batch < 0 || batch >= batches()) {
      throw new IllegalArgumentException(
          "minibatch: expected 0 to " + (batches() - 1) + ", actual " + batch);
    }
    int first = batch * batchRows;
    return new RowRange(first, Math.min(batchRows, rows - first));
  }

  /** Steps of the whole schedule if nothing stops it early. */
  public int steps() {
    return Math.multiplyExact(epochs, batches());
  }

  /** 2^k: the model state and the logits are carried divided by it. */
  public double stateScale() {
    return Math.scalb(1.0, squarings);
  }

  /** The magnitude that no logit may exceed. */
  public double logitRange() {
    return 2 * stateScale();
  }

  /**
   * What the sum over a minibatch's rows of residual times features is multiplied by, so that it
   * can be subtracted from the state: learning rate / rows of the minibatch / 2^k.
   */
  public double gradientFactor(int batch) {
    return learningRate / batch(batch).rows() / stateScale();
  }

  private static void require(String name, boolean holds, String expected, Object actual) {
    if (!holds) {
      throw new IllegalArgumentException(
          "schedule." + name + ": expected " + expected + ", actual " + actual);
    }
  }
}
