package org.hetal.plan;

import java.io.Serializable;
import org.hetal.softmax.Softmax;

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
 * @param logitRange logits must stay within plus and minus this; 32, 64, 128 or 256: 2 * 2^k for
 *     the k squarings of the softmax
 * @param groupsPerMicrobatch 1 or 2: how many ciphertexts of logits one task refreshes together
 * @serial exclude
 */
public record Schedule(
    int rows,
    int batchRows,
    double learningRate,
    int epochs,
    int patience,
    int logitRange,
    int groupsPerMicrobatch)
    implements Serializable {

  private static final long serialVersionUID = 1L;

  /** More rows are refused. */
  public static final int MOST_ROWS = 1 << 28;

  private static final int MOST_EPOCHS = 1_000_000;

  /**
   * Checks the ranges.
   *
   * @param rows 1 to {@link #MOST_ROWS}
   * @param batchRows 1 to {@link #MOST_ROWS}
   * @param learningRate positive and finite
   * @param epochs 1 to 1000000; the steps of all epochs fit into an {@code int}
   * @param patience 1 to 1000000
   * @param logitRange 32, 64, 128 or 256
   * @param groupsPerMicrobatch 1 or 2
   * @throws IllegalArgumentException naming the field, with the expected and the actual value
   */
  public Schedule {
    Checks.range("schedule.rows", rows, 1, MOST_ROWS);
    Checks.range("schedule.batchRows", batchRows, 1, MOST_ROWS);
    Checks.that(
        learningRate > 0 && Double.isFinite(learningRate),
        "schedule.learningRate",
        "a positive finite number",
        learningRate);
    Checks.range("schedule.epochs", epochs, 1, MOST_EPOCHS);
    Checks.range("schedule.patience", patience, 1, MOST_EPOCHS);
    Checks.that(
        Softmax.LOGIT_RANGES.contains(logitRange),
        "schedule.logitRange",
        "one of " + Softmax.LOGIT_RANGES,
        logitRange);
    Checks.range("schedule.groupsPerMicrobatch", groupsPerMicrobatch, 1, 2);
    long steps = (long) epochs * ((rows + (long) batchRows - 1) / batchRows);
    Checks.range("schedule: steps of all epochs", steps, 1, Integer.MAX_VALUE);
  }

  /** {@return the minibatches per epoch} */
  public int batches() {
    return (rows + batchRows - 1) / batchRows;
  }

  /**
   * The minibatches per epoch where the rows are of several owners, each of whom cuts rows of their
   * own: the last minibatch of each may be short.
   *
   * @param owners at least 1, each with at least one of the rows
   * @return the most that any division of the rows among the owners gives
   * @throws IllegalArgumentException for a number of owners out of range
   */
  public int mostBatches(int owners) {
    Checks.range("owners", owners, 1, rows);
    return (rows - owners) / batchRows + owners;
  }

  /**
   * The rows of a minibatch.
   *
   * @param batch 0 to {@link #batches()} - 1
   * @return {@code batchRows} rows, perhaps fewer in the last one
   * @throws IllegalArgumentException for a minibatch out of range
   */
  public RowRange batch(int batch) {
    if (batch < 0 || batch >= batches()) {
      throw new IllegalArgumentException(
          "minibatch: expected 0 to " + (batches() - 1) + ", actual " + batch);
    }
    int first = batch * batchRows;
    return new RowRange(first, Math.min(batchRows, rows - first));
  }

  /** {@return the steps of the whole schedule if nothing stops it early} */
  public int steps() {
    return Math.multiplyExact(epochs, batches());
  }

  /** {@return k of the softmax, with {@code logitRange} = 2 * 2^k} */
  public int squarings() {
    return Softmax.squarings(logitRange);
  }

  /** {@return 2^k, by which the model state and the logits are carried divided} */
  public double stateScale() {
    return logitRange / 2.0;
  }

  /**
   * The same schedule for another number of rows.
   *
   * @param others 1 to {@link #MOST_ROWS}
   * @return with the same minibatches but for their number and the rows of the last
   * @throws IllegalArgumentException when the steps of all epochs are too many
   */
  public Schedule withRows(int others) {
    return new Schedule(
        others, batchRows, learningRate, epochs, patience, logitRange, groupsPerMicrobatch);
  }

  /**
   * What the sum over a minibatch's rows of residual times features is multiplied by, so that it
   * can be subtracted from the state.
   *
   * @param rowsOfMean rows that the gradient is a mean over, at least 1
   * @return learning rate / rows / 2^k
   */
  public double gradientFactor(int rowsOfMean) {
    return learningRate / rowsOfMean / stateScale();
  }

  void appendTo(CanonicalText text) {
    text.add("schedule.rows", rows)
        .add("schedule.batchRows", batchRows)
        .add("schedule.learningRate", learningRate)
        .add("schedule.epochs", epochs)
        .add("schedule.patience", patience)
        .add("schedule.logitRange", logitRange)
        .add("schedule.groupsPerMicrobatch", groupsPerMicrobatch);
  }
}
