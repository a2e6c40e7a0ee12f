package org.hetal.spark.run;

import java.util.Locale;
import org.apache.spark.SparkConf;
import org.hetal.config.SettingsException;
import org.hetal.planner.DeviceMemory;

/**
 * Compares the memory that the engine needs outside the Java heap with what an executor may use
 * there. YARN and Kubernetes end a process that uses more, and the user then reads only that an
 * executor was lost.
 */
public final class ExecutorMemory {
  private static final String OVERHEAD = "spark.executor.memoryOverhead";
  private static final long LEAST_OVERHEAD_MIB = 384; // Spark's default
  private static final double OVERHEAD_FACTOR = 0.1;
  private static final long MIB = 1L << 20;

  private ExecutorMemory() {}

  /**
   * @param memory of an engine on the CPU
   * @param most tasks of the largest stage: an executor runs no more at a time, however many cores
   *     it has
   * @throws SettingsException when the executors may use less than they need
   */
  public static void require(SparkConf conf, DeviceMemory memory, int most) {
    String master = conf.get("spark.master", "");
    if (!master.startsWith("yarn") && !master.startsWith("k8s")) {
      return; // other masters do not limit it
    }
    int slots = conf.getInt("spark.executor.cores", 1) / conf.getInt("spark.task.cpus", 1);
    int tasks = Math.max(1, Math.min(slots, most));
    long needed = memory.total(tasks) / MIB + LEAST_OVERHEAD_MIB;
    long allowed = overhead(conf);
    if (allowed < needed) {
      throw new SettingsException(
          String.format(
              Locale.ROOT,
              "%s: expected at least %dm for %d tasks at a time (keys %dm, masks and state %dm,"
                  + " rows kept %dm, a task %dm, the JVM %dm), actual %dm%s",
              OVERHEAD,
              needed,
              tasks,
              memory.keys() / MIB,
              memory.shared() / MIB,
              memory.kept() / MIB,
              memory.task() / MIB,
              LEAST_OVERHEAD_MIB,
              allowed,
              tasks == 1
                  ? ""
                  : "; with spark.task.cpus = spark.executor.cores one task runs at a time, on all"
                      + " cores"));
    }
  }

  private static long overhead(SparkConf conf) {
    if (conf.contains(OVERHEAD)) {
      return conf.getSizeAsMb(OVERHEAD);
    }
    double factor = conf.getDouble("spark.executor.memoryOverheadFactor", OVERHEAD_FACTOR);
    long heap = conf.getSizeAsMb("spark.executor.memory", "1g");
    return Math.max(LEAST_OVERHEAD_MIB, (long) (factor * heap));
  }
}
