package org.hetal.spark.executor;

import java.io.Serializable;
import java.util.EnumMap;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;
import org.hetal.spark.engine.EngineMetrics;
import org.hetal.training.StageTimes;
import org.hetal.training.TaskStage;

/**
 * Adds up, in the driver, the times of the stages of all tasks. Those of tasks that were retried
 * are counted again.
 */
final class StageAccumulators implements StageTimes, Serializable {
  private static final long serialVersionUID = 1L;
  private static final double NANOS = 1e-9;

  private final EnumMap<TaskStage, LongAccumulator> nanoseconds = new EnumMap<>(TaskStage.class);

  StageAccumulators(SparkContext spark) {
    for (TaskStage stage : TaskStage.values()) {
      nanoseconds.put(stage, spark.longAccumulator("nanoseconds of " + stage.label()));
    }
  }

  @Override
  public void add(TaskStage stage, long added) {
    nanoseconds.get(stage).add(added);
    EngineMetrics.addStage(stage, added);
  }

  /** Seconds so far; in the driver. */
  Map<TaskStage, Double> seconds() {
    Map<TaskStage, Double> out = new EnumMap<>(TaskStage.class);
    nanoseconds.forEach((stage, sum) -> out.put(stage, sum.value() * NANOS));
    return out;
  }
}
