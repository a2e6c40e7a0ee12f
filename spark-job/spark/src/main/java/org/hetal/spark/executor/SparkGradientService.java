package org.hetal.spark.executor;

import java.util.ArrayList;
import java.util.List;
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

/**
 * GradientService that are Spark's executors. A minibatch is an RDD of its microbatches; a task
 * computes the gradients of its microbatches one after the other and returns their sum, one compact
 * encrypted gradient; {@code treeAggregate} adds those. The weights go out as one broadcast a step
 * and are destroyed after it.
 *
 * <p>Evaluation is deterministic and sums are joined along a fixed tree ({@link SumTree}), so the
 * bytes depend neither on partitions, executors and threads nor on retried and speculative tasks.
 */
public final class SparkGradientService implements GradientService, AutoCloseable {
  private final JavaSparkContext spark;
  private final ComputeSpec spec;
  private final Evaluator evaluator;
  private final Broadcast<SerializableConfiguration> hadoop;
  private final List<JavaRDD<MicrobatchTask>> batches = new ArrayList<>();
  private final JavaRDD<EncryptedDataset.Group> unlabelledGroups;
  private final int groupsToJudge;
  private final LongAccumulator bootstraps;
  private long broadcastBytes;
  private long gradientBytes;

  /**
   * @param dataset whose folder is {@code spec.dataset()}
   * @param partitions of a minibatch and of the rows to judge; 0: one a microbatch. The result does
   *     not depend on it
   */
  public SparkGradientService(
      JavaSparkContext spark, ComputeSpec spec, EncryptedDataset dataset, int partitions) {
    this.spark = spark;
    this.spec = spec;
    Configuration configuration = spark.hadoopConfiguration();
    this.evaluator = EngineHolder.get(spec.driverEngine(), configuration);
    this.hadoop = spark.broadcast(new SerializableConfiguration(configuration));
    this.bootstraps = spark.sc().longAccumulator("bootstraps");
    for (EncryptedDataset.Batch batch : dataset.batches()) {
      List<MicrobatchTask> tasks = new ArrayList<>();
      for (EncryptedDataset.Microbatch microbatch : batch.microbatches()) {
        tasks.add(new MicrobatchTask(tasks.size(), microbatch));
      }
      batches.add(parallel(tasks, partitions));
    }
    this.groupsToJudge = dataset.unlabelledGroups().size();
    this.unlabelledGroups = parallel(dataset.unlabelledGroups(), partitions);
  }

  @Override
  public List<Ciphertext> gradient(List<Ciphertext> compactLookahead, int batch, double factor) {
    List<byte[]> sum =
        withWeights(
            compactLookahead,
            factor,
            step ->
                batches
                    .get(batch)
                    .treeAggregate(
                        new SumTree(),
                        new Tasks.AddGradient(spec, step, hadoop, bootstraps),
                        new Tasks.Join(spec, hadoop))
                    .total(evaluator));
    gradientBytes += sum.stream().mapToLong(bytes -> bytes.length).sum();
    List<Ciphertext> out = new ArrayList<>();
    try {
      sum.forEach(bytes -> out.add(evaluator.deserialize(bytes)));
      return out;
    } catch (RuntimeException e) {
      out.forEach(Ciphertext::close);
      throw e;
    }
  }

  @Override
  public List<byte[]> validationLogits(List<Ciphertext> compactWeights) {
    if (groupsToJudge == 0) {
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

  /** Bytes of summed gradients so far. */
  public long gradientBytes() {
    return gradientBytes;
  }

  /** Bootstraps in tasks so far, those of tasks that were retried included. */
  public long bootstraps() {
    return bootstraps.value();
  }

  /** Also closes what the executors of this JVM shared; those of other JVMs end with them. */
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
