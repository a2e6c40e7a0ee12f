package org.hetal.spark.run;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.spark.SparkConf;
import org.hetal.config.SettingsException;
import org.hetal.planner.DeviceMemory;
import org.junit.jupiter.api.Test;

class ExecutorMemoryTest {
  private static final long GIB = 1L << 30;

  /** 8 GiB, and one more for each task. */
  private static final DeviceMemory MEMORY = new DeviceMemory(6 * GIB, GIB, GIB, GIB);

  private static SparkConf conf(String master) {
    return new SparkConf(false).set("spark.master", master).set("spark.executor.cores", "4");
  }

  @Test
  void overheadBelowTheEngines_isRefusedWithBothNumbers() {
    SparkConf conf = conf("yarn").set("spark.executor.memoryOverhead", "12g");
    String message =
        assertThrows(SettingsException.class, () -> ExecutorMemory.require(conf, MEMORY))
            .getMessage();
    assertTrue(message.contains("expected at least 12672m for 4 tasks"), message);
    assertTrue(message.contains("actual 12288m"), message);
  }

  @Test
  void overheadOfTheEngine_isEnough() {
    SparkConf conf = conf("k8s://https://host").set("spark.executor.memoryOverhead", "12672");
    assertDoesNotThrow(() -> ExecutorMemory.require(conf, MEMORY));
    conf.set("spark.task.cpus", "4").set("spark.executor.memoryOverhead", "9600m");
    assertDoesNotThrow(() -> ExecutorMemory.require(conf, MEMORY));
  }

  @Test
  void defaultOverhead_isATenthOfTheHeap() {
    SparkConf conf = conf("yarn").set("spark.executor.memory", "120g");
    assertThrows(SettingsException.class, () -> ExecutorMemory.require(conf, MEMORY));
    conf.set("spark.executor.memory", "127g");
    assertDoesNotThrow(() -> ExecutorMemory.require(conf, MEMORY));
  }

  @Test
  void mastersThatLimitNothing_areNotAsked() {
    assertDoesNotThrow(() -> ExecutorMemory.require(conf("local[2]"), MEMORY));
    assertDoesNotThrow(() -> ExecutorMemory.require(conf("spark://host:7077"), MEMORY));
  }
}
