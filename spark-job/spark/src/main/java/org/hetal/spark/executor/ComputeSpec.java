package org.hetal.spark.executor;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.TaskContext;
import org.hetal.plan.TrainingPlan;
import org.hetal.spark.engine.EngineSpec;
import org.hetal.spark.engine.GpuAddress;

/**
 * What an executor must know to compute on a data set. Travels with every task; a few kilobytes
 * without keys and ciphertexts.
 *
 * @param id unique to this run of the job, so that an executor caches ciphertexts for this run only
 * @param engine of the executors; the GPU of a task is the one that Spark assigned to it
 * @param driverEngine of the driver, where Spark joins the last sums
 * @param datasets paths or URIs of the encrypted data sets, in the order of {@code JointDataset}
 * @param cacheBytes bytes of ciphertexts that an executor caches between steps
 */
public record ComputeSpec(
    String id,
    EngineSpec engine,
    EngineSpec driverEngine,
    TrainingPlan plan,
    List<String> datasets,
    long cacheBytes)
    implements Serializable {

  /** The engine for the calling thread: that of its task, or that of the driver. */
  EngineSpec engineHere() {
    TaskContext task = TaskContext.get();
    return task == null
        ? driverEngine
        : engine.on(engine.device().on(GpuAddress.ofTask(task.resourcesJMap())));
  }
}
