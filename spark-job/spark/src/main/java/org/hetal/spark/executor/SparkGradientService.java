package org.hetal.spark.executor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.spark.engine.EngineHolder;
import org.hetal.training.GradientService;
import org.hetal.training.TaskStage;

/**
 * Computes gradients and logits on Spark's executors. A minibatch is an RDD of its microbatches. A
 * task computes the gradients of the microbatches of one partition and returns their sum; {@code
 * treeAggregate} adds the sums of the tasks. The weights of a step are one broadcast, which is
 * destroyed after the step.
 *
 * <p>Evaluation is deterministic and sums are joined along a fixed tree ({@link PartialSum}), so
 * the bytes depend neither on partitions, executors and threads nor on retried and speculative
 * tasks.
 */
public final class SparkGradientService implements GradientService, AutoCloseable {
  private final JavaSparkContext spark;
  private final ComputeSpec spec;
  private final Evaluator evaluator;
  private final Broadcast<SerializableConfiguration> hadoop;
  private final List<JavaRDD<MicrobatchTask>> batches = new ArrayList<>();
  private final JavaRDD<EncryptedDataset.Group> unlabelledGroups;
  private final int unlabelledCount;
  private final LongAccumulator bootstraps;
  private final StageAccumulators stages;
  private long broadcastBytes;
  private long gradientBytes;

  /**
   * @param dataset whose folder is {@code spec.dataset()}
   * @param partitions of a minibatch and of the groups without labels; 0: one per microbatch or
   *     group. The result does not depend on it
   */
  public SparkGradientService(
      JavaSparkContext spark, ComputeSpec spec, EncryptedDataset dataset, int partitions) {
    this.spark = spark;
    this.spec = spec;
    Configuration configuration = spark.hadoopConfiguration();
    this.evaluator = EngineHolder.get(spec.driverEngine(), configuration);
    this.hadoop = spark.broadcast(new SerializableConfiguration(configuration));
    this.bootstraps = spark.sc().longAccumulator("bootstraps");
    this.stages = new StageAccumulators(spark.sc());
    for (EncryptedDataset.Batch batch : dataset.batches()) {
      List<MicrobatchTask> tasks = new ArrayList<>();
      for (EncryptedDataset.Microbatch microbatch : batch.microbatches()) {
        tasks.add(new MicrobatchTask(tasks.size(), microbatch));
      }
      batches.add(parallel(tasks, partitions));
    }
    this.unlabelledCount = dataset.unlabelledGroups().size();
    this.unlabelledGroups = parallel(dataset.unlabelledGroups(), partitions);
  }

  @Override
  public List<Ciphertext> gradient(List<Ciphertext> compactLookahead, int batch, double factor) {
    Tasks.Join join = new Tasks.Join(spec, hadoop, stages);
    SumTree sum =
        withWeights(
            compactLookahead,
            factor,
            step ->
                batches
                    .get(batch)
                    .mapPartitions(new Tasks.SumGradients(spec, step, hadoop, bootstraps, stages))
                    .treeAggregate(new SumTree(), join, join));
    gradientBytes += sum.bytes();
    try (PartialSum last = new PartialSum(evaluator)) {
      last.add(sum);
      return last.total();
    }
  }

  @Override
  public List<byte[]> validationLogits(List<Ciphertext> compactWeights) {
    if (unlabelledCount == 0) {
      return List.of();
    }
    return withWeights(
        compactWeights,
        0,
        step -> unlabelledGroups.map(new Tasks.Logits(spec, step, hadoop)).collect());
  }

  /** Bytes of weights broadcast so far, counted once each. */
  public long broadcastBytes() {
    return broadcastBytes;
  }

  /** Bytes of summed gradients that reached the driver so far. */
  public long gradientBytes() {
    return gradientBytes;
  }

  /** Bootstraps in tasks so far, those of tasks that were retried included. */
  public long bootstraps() {
    return bootstraps.value();
  }

  /** Seconds of each stage so far, added over tasks, those of tasks that were retried included. */
  public Map<TaskStage, Double> stageSeconds() {
    return stages.seconds();
  }

  /** Also closes what the tasks of this JVM shared. Other executors close it when they end. */
  @Override
  public void close() {
    hadoop.destroy();
    WorkerEngine.closeAll();
  }

  private <T> T withWeights(
      List<Ciphertext> compact, double factor, Function<StepWeights, T> work) {
    byte[][] bytes = new byte[compact.size()][];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = evaluator.serialize(compact.get(i));
      broadcastBytes += bytes[i].length;
    }
    Broadcast<byte[][]> broadcast = spark.broadcast(bytes);
    try {
      return work.apply(new StepWeights(UUID.randomUUID().toString(), broadcast, factor));
    } finally {
      broadcast.destroy();
    }
  }

  private <T> JavaRDD<T> parallel(List<T> tasks, int partitions) {
    int most = Math.max(1, tasks.size());
    return spark.parallelize(
        new ArrayList<>(tasks), partitions == 0 ? most : Math.min(partitions, most));
  }
}
