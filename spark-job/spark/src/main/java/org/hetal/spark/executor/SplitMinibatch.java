package org.hetal.spark.executor;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.packing.Layout;
import org.hetal.plan.MicrobatchSplit;
import org.hetal.training.MicrobatchParts;

/**
 * A minibatch whose microbatches are computed by several tasks each, in four stages of one Spark
 * job: logits of row blocks; softmax, one task per microbatch; parts of the gradient; their
 * packing, one task per microbatch. {@link MicrobatchParts} says why the bytes are those of the
 * undivided work.
 */
final class SplitMinibatch implements Serializable {
  private static final long serialVersionUID = 1L;

  private final List<MicrobatchTask> microbatches;
  private final List<MicrobatchSplit> splits = new ArrayList<>();
  private final int tasks;

  /** What the tasks of a step share. */
  record Step(
      ComputeSpec spec,
      StepWeights weights,
      Broadcast<SerializableConfiguration> hadoop,
      LongAccumulator bootstraps,
      StageAccumulators stages)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /**
   * @param microbatches of the minibatch, in order
   * @param tasks per microbatch, from 2
   */
  SplitMinibatch(Layout layout, List<MicrobatchTask> microbatches, int tasks) {
    this.microbatches = new ArrayList<>(microbatches);
    this.tasks = tasks;
    for (MicrobatchTask task : microbatches) {
      List<Integer> groups = new ArrayList<>();
      for (EncryptedDataset.Group group : task.microbatch().groups()) {
        groups.add(group.rowBlocks(layout));
      }
      splits.add(MicrobatchSplit.of(layout, groups, tasks));
    }
  }

  EncryptedDataset.Microbatch microbatch(int index) {
    return microbatches.get(index).microbatch();
  }

  /** The ranges of the gradient of a microbatch. */
  List<MicrobatchSplit.Parts> gradientRanges(int index) {
    return splits.get(index).gradient();
  }

  /**
   * The gradient of each microbatch, not yet summed.
   *
   * @param names get that of the stage to which the result belongs
   */
  JavaRDD<SumTree> gradients(JavaSparkContext spark, Step step, StageNames names) {
    List<RowTask> rowTasks = new ArrayList<>();
    for (int i = 0; i < microbatches.size(); i++) {
      List<List<MicrobatchSplit.RowBlocks>> ranges = splits.get(i).rows();
      for (int range = 0; range < ranges.size(); range++) {
        rowTasks.add(new RowTask(microbatches.get(i), range, ranges.get(range)));
      }
    }
    // The key of a microbatch is its index, and the partition of a key is the key.
    HashPartitioner byMicrobatch = new HashPartitioner(microbatches.size());
    HashPartitioner byRange = new HashPartitioner(microbatches.size() * tasks);
    names.stage("partial logits");
    JavaPairRDD<Integer, PartBytes> logits =
        spark
            .parallelize(rowTasks, rowTasks.size())
            .setName("row blocks of a minibatch")
            .mapToPair(new SplitTasks.RowLogits(step))
            .setName("logits of row blocks");
    names.stage("softmax");
    JavaPairRDD<Integer, PartBytes> residuals =
        logits
            .groupByKey(byMicrobatch)
            .flatMapToPair(new SplitTasks.Residuals(this, step))
            .setName("residuals");
    names.stage("partial gradient");
    JavaPairRDD<Integer, PartBytes> parts =
        residuals
            .partitionBy(byRange)
            .mapToPair(new SplitTasks.Gradient(this, step))
            .setName("parts of gradients");
    names.stage("sum of the partial gradients");
    return parts
        .groupByKey(byMicrobatch)
        .map(new SplitTasks.Joined(step))
        .setName("gradients of microbatches");
  }

  int key(int microbatch, int range) {
    return microbatch * tasks + range;
  }

  int microbatchOf(int key) {
    return key / tasks;
  }

  int rangeOf(int key) {
    return key % tasks;
  }
}
