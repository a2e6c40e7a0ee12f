package org.hetal.spark.executor;

import java.io.Serializable;
import java.util.List;
import org.hetal.plan.MicrobatchSplit;

/**
 * An element of the RDD of a minibatch whose microbatches are split.
 *
 * @param range its position among the ranges of the microbatch, from 0
 * @param rows the row blocks of the range
 */
record RowTask(MicrobatchTask microbatch, int range, List<MicrobatchSplit.RowBlocks> rows)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
