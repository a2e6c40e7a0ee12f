package org.hetal.cluster;

import org.apache.spark.api.java.function.Function;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.hetal.dataset.EncryptedDataset;

/** What runs in executors. */
final class Tasks {
  private Tasks() {}

  private static WorkerEngine engine(
      ComputeSpec spec, Broadcast<SerializableConfiguration> hadoop) {
    return WorkerEngine.get(spec, hadoop.value().value());
  }

  /** Adds the gradient of a unit to a sum. */
  record AddGradient(
      ComputeSpec spec,
      StepWeights step,
      Broadcast<SerializableConfiguration> hadoop,
      LongAccumulator bootstraps)
      implements Function2<SumTree, UnitTask, SumTree> {
    @Override
    public SumTree call(SumTree sum, UnitTask task) {
      WorkerEngine engine = engine(spec, hadoop);
      long before = CountingEvaluator.bootstraps();
      SumTree addend = SumTree.of(task.index(), engine.gradient(step, task.unit()));
      bootstraps.add(CountingEvaluator.bootstraps() - before);
      return sum.merge(addend, engine.evaluator());
    }
  }

  /** Joins the sums of two tasks. */
  record Join(ComputeSpec spec, Broadcast<SerializableConfiguration> hadoop)
      implements Function2<SumTree, SumTree, SumTree> {
    @Override
    public SumTree call(SumTree a, SumTree b) {
      return a.merge(b, engine(spec, hadoop).evaluator());
    }
  }

  /** The logits of a group. */
  record Logits(ComputeSpec spec, StepWeights step, Broadcast<SerializableConfiguration> hadoop)
      implements Function<EncryptedDataset.Group, byte[]> {
    @Override
    public byte[] call(EncryptedDataset.Group group) {
      return engine(spec, hadoop).logits(step, group);
    }
  }
}
