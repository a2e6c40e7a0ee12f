package org.hetal.spark.executor;

import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.he.DeviceLostException;
import org.hetal.he.DeviceOutOfMemoryException;
import org.hetal.spark.engine.CountingEvaluator;
import org.hetal.spark.engine.EngineHolder;
import org.hetal.spark.engine.EngineSpec;

/** What runs in executors. */
final class Tasks {
  private Tasks() {}

  /** What a task does on an engine. */
  public interface Work<T> {
    T on(WorkerEngine engine);
  }

  /**
   * Does some work on the engine of this thread. When its device has no memory left, all that is
   * kept for later goes, so that the task finds room when Spark tries it again; a device that is
   * lost is not used again.
   */
  static <T> T working(ComputeSpec spec, Configuration hadoop, Work<T> work) {
    EngineSpec here = spec.engineHere();
    try {
      return work.on(WorkerEngine.get(spec, here, hadoop));
    } catch (DeviceOutOfMemoryException e) {
      WorkerEngine.makeRoom();
      throw e;
    } catch (DeviceLostException e) {
      throw EngineHolder.lost(here, e);
    }
  }

  /** Adds the gradient of a microbatch to a sum. */
  record AddGradient(
      ComputeSpec spec,
      StepWeights step,
      Broadcast<SerializableConfiguration> hadoop,
      LongAccumulator bootstraps)
      implements Function2<SumTree, MicrobatchTask, SumTree> {
    @Override
    public SumTree call(SumTree sum, MicrobatchTask task) {
      return working(
          spec,
          hadoop.value().value(),
          engine -> {
            long before = CountingEvaluator.bootstraps();
            SumTree addend = SumTree.of(task.index(), engine.gradient(step, task.microbatch()));
            bootstraps.add(CountingEvaluator.bootstraps() - before);
            return sum.merge(addend, engine.evaluator());
          });
    }
  }

  /** Joins the sums of two tasks; Spark runs the last ones in the driver. */
  record Join(ComputeSpec spec, Broadcast<SerializableConfiguration> hadoop)
      implements Function2<SumTree, SumTree, SumTree> {
    @Override
    public SumTree call(SumTree a, SumTree b) {
      return working(spec, hadoop.value().value(), engine -> a.merge(b, engine.evaluator()));
    }
  }

  /** The logits of a group. */
  record Logits(ComputeSpec spec, StepWeights step, Broadcast<SerializableConfiguration> hadoop)
      implements Function<EncryptedDataset.Group, byte[]> {
    @Override
    public byte[] call(EncryptedDataset.Group group) {
      return working(spec, hadoop.value().value(), engine -> engine.logits(step, group));
    }
  }
}
