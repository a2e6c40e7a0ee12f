package org.hetal.plan;

import java.util.List;

/**
 * The rows that a training goes through: those that its plan counts, or, where several owners bring
 * data, those that are there.
 *
 * @param minibatches rows of each minibatch of an epoch, in order
 * @param validation rows that the validation loss is a mean over
 */
public record RowCounts(List<Integer> minibatches, int validation) {
  /**
   * Checks the numbers.
   *
   * @param minibatches at least one, each of at least 1 row
   * @param validation at least 1
   * @throws IllegalArgumentException naming the number that is out of its range
   */
  public RowCounts {
    minibatches = List.copyOf(minibatches);
    Checks.range("minibatches per epoch", minibatches.size(), 1, Integer.MAX_VALUE);
    minibatches.forEach(rows -> Checks.range("rows of a minibatch", rows, 1, Schedule.MOST_ROWS));
    Checks.range("validation rows", validation, 1, Schedule.MOST_ROWS);
  }

  /** {@return the minibatches per epoch} */
  public int batches() {
    return minibatches.size();
  }

  /**
   * The rows of a minibatch.
   *
   * @param batch 0 to {@link #batches()} - 1
   * @return at least 1
   */
  public int rows(int batch) {
    return minibatches.get(batch);
  }

  /** {@return the rows of all minibatches} */
  public int training() {
    return minibatches.stream().mapToInt(Integer::intValue).sum();
  }
}
