package org.hetal.spark.executor;

import java.io.Serializable;
import org.apache.spark.TaskContext;
import org.hetal.plan.TrainingPlan;
import org.hetal.spark.engine.EngineSpec;
import org.hetal.spark.engine.GpuAddress;

/**
 * What an executor needs to work on a data set: travels with every task, a few kilobytes, no keys
 * and no ciphertexts.
 *
 * @param id unique to this run of the job, so that what an executor keeps belongs to it alone
 * @param engine of the executors; a task's GPU is the one that Spark gave it
 * @param driverEngine of the driver, where Spark runs the last join of a sum
 * @param dataset path or URI of the encrypted data set
 * @param cacheBytes of ciphertexts that an executor keeps in memory between steps
 */
public record ComputeSpec(
    String id,
    EngineSpec engine,
    EngineSpec driverEngine,
    TrainingPlan plan,
    String dataset,
    long cacheBytes)
    implements Serializable {

  /** The engine for the thread that asks: a task's, or the driver's. */
  EngineSpec engineHere() {
    TaskContext task = TaskContext.get();
    return task == null
        ? driverEngine
        : engine.on(engine.device().on(GpuAddress.ofTask(task.resourcesJMap())));
  }
}
