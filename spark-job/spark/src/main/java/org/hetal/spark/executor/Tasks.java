package org.hetal.spark.executor;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.he.Ciphertext;
import org.hetal.he.DeviceLostException;
import org.hetal.he.DeviceOutOfMemoryException;
import org.hetal.spark.engine.EngineHolder;
import org.hetal.spark.engine.EngineSpec;
import org.hetal.training.TaskStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The functions that Spark sends to executors. */
final class Tasks {
  private static final Logger LOG = LoggerFactory.getLogger(Tasks.class);

  private Tasks() {}

  /** What a task computes on an engine. */
  interface Work<T> {
    T on(WorkerEngine engine);
  }

  /**
   * Computes on the engine of the calling thread.
   *
   * @throws DeviceOutOfMemoryException when the device has no memory left; everything that was
   *     cached is freed first, so that Spark's next attempt finds room
   * @throws DeviceLostException when the device failed; it is not used again in this process
   */
  static <T> T working(ComputeSpec spec, Configuration hadoop, Work<T> work) {
    EngineSpec here = spec.engineHere();
    try {
      return work.on(WorkerEngine.get(spec, here, hadoop));
    } catch (DeviceOutOfMemoryException e) {
      LOG.warn("device {} has no memory left: cached ciphertexts are freed", here.device().kind());
      WorkerEngine.makeRoom();
      throw e;
    } catch (DeviceLostException e) {
      throw EngineHolder.lost(here, e);
    }
  }

  /** Adds the bootstraps of some work to an accumulator, also those of work that fails. */
  static <T> T counting(LongAccumulator bootstraps, WorkerEngine engine, Supplier<T> work) {
    long before = engine.bootstrapsOfThisThread();
    try {
      return work.get();
    } finally {
      bootstraps.add(engine.bootstrapsOfThisThread() - before);
    }
  }

  /** What is computed from a microbatch and added up. */
  interface Addend extends Serializable {
    /**
     * @return the caller closes the ciphertexts
     */
    List<Ciphertext> of(WorkerEngine engine, MicrobatchTask task);
  }

  /** The gradient of a microbatch. */
  record Gradient(StepWeights step, StageAccumulators stages, Places places) implements Addend {
    @Override
    public List<Ciphertext> of(WorkerEngine engine, MicrobatchTask task) {
      List<Ciphertext> gradient = engine.gradient(step, task, stages);
      places.tell(task.index());
      return gradient;
    }
  }

  /** The sums of the validation loss of a microbatch. */
  record ValidationSums(StepWeights step) implements Addend {
    @Override
    public List<Ciphertext> of(WorkerEngine engine, MicrobatchTask task) {
      return engine.validationSums(step, task.microbatch());
    }
  }

  /** From the microbatches of a partition to their sum. */
  record Sum(
      ComputeSpec spec,
      Addend addend,
      Broadcast<SerializableConfiguration> hadoop,
      LongAccumulator bootstraps,
      StageAccumulators stages)
      implements FlatMapFunction<Iterator<MicrobatchTask>, SumTree> {
    @Override
    public Iterator<SumTree> call(Iterator<MicrobatchTask> tasks) {
      SumTree sum =
          working(
              spec,
              hadoop.value().value(),
              engine -> counting(bootstraps, engine, () -> sum(engine, tasks)));
      return List.of(sum).iterator();
    }

    private SumTree sum(WorkerEngine engine, Iterator<MicrobatchTask> tasks) {
      try (PartialSum partial = new PartialSum(engine.evaluator())) {
        tasks.forEachRemaining(
            task -> {
              List<Ciphertext> next = addend.of(engine, task);
              long start = System.nanoTime();
              partial.add(task.index(), next);
              stages.end(TaskStage.SUM, start);
            });
        long start = System.nanoTime();
        SumTree serialized = partial.serialized();
        stages.end(TaskStage.SUM, start);
        return serialized;
      }
    }
  }

  /** Joins the sums of two tasks. Spark joins the last sums in the driver. */
  record Join(
      ComputeSpec spec, Broadcast<SerializableConfiguration> hadoop, StageAccumulators stages)
      implements Function2<SumTree, SumTree, SumTree> {
    @Override
    public SumTree call(SumTree a, SumTree b) {
      long start = System.nanoTime();
      SumTree joined = joined(a, b);
      stages.end(TaskStage.SUM, start);
      return joined;
    }

    private SumTree joined(SumTree a, SumTree b) {
      return working(
          spec,
          hadoop.value().value(),
          engine -> {
            try (PartialSum sum = new PartialSum(engine.evaluator())) {
              sum.add(a);
              sum.add(b);
              return sum.serialized();
            }
          });
    }
  }

  /** From a group of rows to its serialized logits. */
  record Logits(ComputeSpec spec, StepWeights step, Broadcast<SerializableConfiguration> hadoop)
      implements Function<EncryptedDataset.Group, byte[]> {
    @Override
    public byte[] call(EncryptedDataset.Group group) {
      return working(spec, hadoop.value().value(), engine -> engine.logits(step, group));
    }
  }
}
