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
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.plan.RowCounts;
import org.hetal.spark.engine.EngineHolder;
import org.hetal.training.GradientService;
import org.hetal.training.ModelState;
import org.hetal.training.NesterovUpdate;
import org.hetal.training.TaskStage;

/**
 * Computes gradients and the validation on Spark's executors. A minibatch is an RDD of its
 * microbatches. A task computes the gradients of the microbatches of one partition and returns
 * their sum; {@code treeAggregate} adds the sums of the tasks. Where there are more executors than
 * microbatches, the matrix products of a microbatch may be split over tasks ({@link
 * SplitMinibatch}). The weights of a step are one broadcast, which is destroyed after the step. The
 * weights are updated by one task: the driver of a cluster needs neither evaluation keys nor a GPU.
 *
 * <p>Evaluation is deterministic and sums are joined along a fixed tree ({@link PartialSum}), so
 * the bytes depend neither on partitions, executors and threads nor on retried and speculative
 * tasks.
 */
public final class SparkGradientService implements GradientService, AutoCloseable {
  private static final double NANOS = 1e-9;

  /**
   * At most so many sums go to the driver as they are, some megabytes each at 128 bits. More are
   * joined on the executors first, which takes a stage and a shuffle.
   */
  private static final int SUMS_TO_DRIVER = 16;

  private static final String WHOLE = "logits, softmax, gradient";

  private final JavaSparkContext spark;
  private final ComputeSpec spec;
  private final EncryptedDataset dataset;
  private final Evaluator evaluator;
  private final Broadcast<SerializableConfiguration> hadoop;
  private final List<List<MicrobatchTask>> batches = new ArrayList<>();
  private final SplitChoice split;
  private final JavaRDD<EncryptedDataset.Group> unlabelledGroups;
  private final int unlabelledCount;
  private final List<MicrobatchTask> validation = new ArrayList<>();
  private final NesterovUpdate here; // null: on an executor
  private final LongAccumulator bootstraps;
  private final StageAccumulators stages;
  private final TaskRdds rdds;
  private long broadcastBytes;
  private long gradientBytes;

  /**
   * @param dataset whose folders are {@code spec.datasets()}
   * @param partitions of a minibatch and of the groups without labels; 0: one per microbatch or
   *     group. The result does not depend on it
   * @param split tasks that share a microbatch, 1 to 64; 0: one, or where there are at least twice
   *     as many executors as microbatches the faster of one and as many as executors. Above one,
   *     {@code partitions} of a minibatch has no effect. The result does not depend on it
   */
  public SparkGradientService(
      JavaSparkContext spark,
      ComputeSpec spec,
      EncryptedDataset dataset,
      int partitions,
      int split) {
    this.spark = spark;
    this.dataset = dataset;
    this.split = new SplitChoice(split);
    this.spec = spec;
    Configuration configuration = spark.hadoopConfiguration();
    this.evaluator = EngineHolder.get(spec.driverEngine(), configuration);
    this.here = spec.driverEngine().withKeys() ? NesterovUpdate.of(evaluator, spec.plan()) : null;
    this.hadoop = spark.broadcast(new SerializableConfiguration(configuration));
    this.bootstraps = spark.sc().longAccumulator("bootstraps");
    this.stages = new StageAccumulators(spark.sc());
    this.rdds = new TaskRdds(spark, partitions);
    for (int batch = 0; batch < dataset.batches().size(); batch++) {
      batches.add(tasks(dataset.batches(), batch));
    }
    this.unlabelledCount = dataset.unlabelledGroups().size();
    this.unlabelledGroups = rdds.spread(dataset.unlabelledGroups());
    for (EncryptedDataset.Microbatch microbatch : dataset.validation()) {
      validation.add(new MicrobatchTask(validation.size(), microbatch, null));
    }
  }

  private static List<MicrobatchTask> tasks(List<EncryptedDataset.Batch> batches, int batch) {
    List<EncryptedDataset.Microbatch> all = batches.get(batch).microbatches();
    List<EncryptedDataset.Microbatch> next =
        batches.get((batch + 1) % batches.size()).microbatches();
    List<MicrobatchTask> out = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      out.add(new MicrobatchTask(i, all.get(i), i < next.size() ? next.get(i) : null));
    }
    return List.copyOf(out);
  }

  /**
   * Reads every ciphertext once. Cost: all bytes of the data set are read and hashed, on all cores.
   *
   * @throws DatasetException naming the first file that is missing or damaged, and how many are
   */
  public void requireUndamaged() {
    try (StageNames names = new StageNames(spark, "check of the ciphertexts")) {
      CiphertextCheck.require(spark, spec, dataset, hadoop);
    }
  }

  @Override
  public RowCounts rows() {
    return dataset.rowCounts();
  }

  @Override
  public List<Ciphertext> gradient(List<Ciphertext> compactLookahead, int batch, double factor) {
    List<MicrobatchTask> microbatches = batches.get(batch);
    int executors = rdds.executors();
    int tasks = split.tasks(executors, microbatches.size());
    long start = System.nanoTime();
    SumTree sum =
        withWeights(
            compactLookahead,
            factor,
            step -> {
              try (StageNames names = new StageNames(spark, WHOLE)) {
                return aggregated(gradients(microbatches, step, tasks, names));
              }
            });
    int rows = dataset.batches().get(batch).rows();
    split.measured(executors, microbatches.size(), rows, (System.nanoTime() - start) * NANOS);
    return total(sum);
  }

  private SumTree aggregated(JavaRDD<SumTree> sums) {
    Tasks.Join join = new Tasks.Join(spec, hadoop, stages);
    try {
      int depth = sums.getNumPartitions() <= SUMS_TO_DRIVER ? 1 : 2;
      return sums.treeAggregate(new SumTree(), join, join, depth);
    } finally {
      // Otherwise they stay on the executors' disks until the driver collects garbage.
      sums.rdd().cleanShuffleDependencies(false);
    }
  }

  private List<Ciphertext> total(SumTree sum) {
    gradientBytes += sum.bytes();
    try (PartialSum last = new PartialSum(evaluator)) {
      last.add(sum);
      return last.total();
    }
  }

  /** On an executor, which has the keys of bootstraps in memory; in one process on its engine. */
  @Override
  public ModelState update(ModelState state, List<Ciphertext> gradient) {
    if (here != null) {
      return here.step(state, gradient);
    }
    StateTasks.Step step =
        new StateTasks.Step(
            StateBytes.of(evaluator, state), Ciphertexts.serialized(evaluator, gradient));
    broadcastBytes += step.bytes();
    StateBytes next =
        rdds.once(
            "update of the weights",
            step,
            sent -> new StateTasks.Update(spec, sent, hadoop, bootstraps));
    gradientBytes += next.bytes();
    return next.opened(evaluator);
  }

  @Override
  public byte[] validationLoss(List<Ciphertext> compactWeights) {
    SumTree sum =
        withWeights(
            compactWeights,
            0,
            step -> {
              try (StageNames names = new StageNames(spark, "validation loss")) {
                return aggregated(summed(rdds.spread(validation), new Tasks.ValidationSums(step)));
              }
            });
    try (Scope scope = new Scope()) {
      List<Ciphertext> sums = scope.ownAll(total(sum));
      return rdds.once(
          "total of the validation loss",
          Ciphertexts.serialized(evaluator, sums),
          sent -> new StateTasks.Loss(spec, sent, rows().validation(), hadoop));
    }
  }

  private JavaRDD<SumTree> summed(JavaRDD<MicrobatchTask> microbatches, Tasks.Addend addend) {
    return microbatches.mapPartitions(new Tasks.Sum(spec, addend, hadoop, bootstraps, stages));
  }

  @Override
  public List<byte[]> validationLogits(List<Ciphertext> compactWeights) {
    if (unlabelledCount == 0) {
      return List.of();
    }
    return withWeights(
        compactWeights,
        0,
        step -> {
          try (StageNames names = new StageNames(spark, "validation logits")) {
            return unlabelledGroups.map(new Tasks.Logits(spec, step, hadoop)).collect();
          }
        });
  }

  /** Bytes of weights and gradients broadcast so far, counted once each. */
  public long broadcastBytes() {
    return broadcastBytes;
  }

  /** Bytes of sums and updated weights that reached the driver so far. */
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

  private JavaRDD<SumTree> gradients(
      List<MicrobatchTask> microbatches, StepWeights step, int tasks, StageNames names) {
    if (tasks > 1) {
      return new SplitMinibatch(spec.plan().layout(), microbatches, tasks)
          .gradients(spark, new SplitMinibatch.Step(spec, step, hadoop, bootstraps, stages), names);
    }
    return summed(rdds.minibatch(microbatches), new Tasks.Gradient(step, stages, rdds.places()));
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
}
