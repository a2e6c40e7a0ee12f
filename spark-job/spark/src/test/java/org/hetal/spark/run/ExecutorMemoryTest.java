package org.hetal.spark.run;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.config.SettingsLoader;
import org.hetal.dataset.PlanSettings;
import org.hetal.he.Parameters;
import org.hetal.he.engine.NativeParameters;
import org.hetal.plan.DataShape;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.DeviceMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExecutorMemoryTest {
  private static final long GIB = 1L << 30;

  /** 8 GiB, and one more for each task. */
  private static final DeviceMemory MEMORY = new DeviceMemory(6 * GIB, GIB, GIB, GIB);

  private static final int MANY = 100;

  private static SparkConf conf(String master) {
    return new SparkConf(false).set("spark.master", master).set("spark.executor.cores", "4");
  }

  @Test
  void overheadBelowTheEngines_isRefusedWithBothNumbers() {
    SparkConf conf = conf("yarn").set("spark.executor.memoryOverhead", "12g");
    String message =
        assertThrows(SettingsException.class, () -> ExecutorMemory.require(conf, MEMORY, MANY))
            .getMessage();
    assertTrue(message.contains("expected at least 12672m for 4 tasks"), message);
    assertTrue(message.contains("actual 12288m"), message);
  }

  @Test
  void overheadOfTheEngine_isEnough() {
    SparkConf conf = conf("k8s://https://host").set("spark.executor.memoryOverhead", "12672");
    assertDoesNotThrow(() -> ExecutorMemory.require(conf, MEMORY, MANY));
    conf.set("spark.task.cpus", "4").set("spark.executor.memoryOverhead", "9600m");
    assertDoesNotThrow(() -> ExecutorMemory.require(conf, MEMORY, MANY));
  }

  @Test
  void defaultOverhead_isATenthOfTheHeap() {
    SparkConf conf = conf("yarn").set("spark.executor.memory", "120g");
    assertThrows(SettingsException.class, () -> ExecutorMemory.require(conf, MEMORY, MANY));
    conf.set("spark.executor.memory", "127g");
    assertDoesNotThrow(() -> ExecutorMemory.require(conf, MEMORY, MANY));
  }

  @Test
  void mastersThatLimitNothing_areNotAsked() {
    assertDoesNotThrow(() -> ExecutorMemory.require(conf("local[2]"), MEMORY, MANY));
    assertDoesNotThrow(() -> ExecutorMemory.require(conf("spark://host:7077"), MEMORY, MANY));
  }

  @Test
  void moreTasksThanAStageHas_areNotCounted() {
    SparkConf conf = conf("yarn").set("spark.executor.memoryOverhead", "9600m");
    assertDoesNotThrow(() -> ExecutorMemory.require(conf, MEMORY, 1));
    assertThrows(SettingsException.class, () -> ExecutorMemory.require(conf, MEMORY, 2));
  }

  /** Of 2048 rows with 769 features and 10 classes, the largest of the published data sets. */
  @ParameterizedTest
  @ValueSource(strings = {"yarn.conf", "kubernetes.conf"})
  void shippedProfiles_haveTheMemoryForLargeMinibatchesAt128Bits(String profile) throws Exception {
    SparkConf conf = new SparkConf(false);
    for (String line : Files.readAllLines(Path.of("../../conf/spark").resolve(profile))) {
      String[] words = line.strip().split("\\s+", 2);
      if (words.length == 2 && words[0].startsWith("spark.")) {
        conf.set(words[0], words[1]);
      }
    }
    conf.setIfMissing("spark.master", "k8s://https://host:6443");
    for (String set : List.of("n16_l12", "n16_l14")) {
      Settings settings =
          SettingsLoader.load(
              List.of(),
              Map.of(
                  "parameters", set,
                  "data.classes", "10",
                  "data.train.features", "train.csv",
                  "training.batch-rows", "16384",
                  "training.logit-range", "32"));
      Parameters parameters = NativeParameters.named(set);
      TrainingPlan plan = PlanSettings.plan(settings, parameters, new DataShape(65536, 4096, 769));
      DeviceMemory memory = DeviceMemory.of(plan, parameters, settings.cluster().cacheBytes());
      assertDoesNotThrow(() -> ExecutorMemory.require(conf, memory, MANY), set);
      conf.set("spark.task.cpus", "1");
      assertThrows(SettingsException.class, () -> ExecutorMemory.require(conf, memory, MANY), set);
      conf.set("spark.task.cpus", conf.get("spark.executor.cores"));
    }
  }
}
