package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.hetal.command.ExitCode;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an embedded Spark does with what Spark takes as fatal: an Error in a task. */
@Tag("slow")
class SparkSessionsTest {
  private static final Settings SETTINGS =
      SettingsLoader.load(
          List.of(), Map.of("backend", "simulator", "parameters", "insecure_simulator_n8_l12"));

  private record Throwing(String what) implements Function<Integer, Integer> {
    @Override
    public Integer call(Integer x) {
      throw switch (what) {
        case "heap" -> new OutOfMemoryError("Java heap space");
        case "class" -> new NoClassDefFoundError("org/x/Y");
        default -> new StackOverflowError();
      };
    }
  }

  /**
   * Otherwise an executor that is done would wait three seconds for microbatches of another; and
   * for an hour, after the clock was set back by one. {@code bench chaos} sets it back.
   */
  @Test
  void idleExecutors_doNotWaitForTheMicrobatchesOfOthers() {
    try (JavaSparkContext spark = SparkSessions.open("test", SETTINGS)) {
      assertEquals("-1d", spark.getConf().get("spark.locality.wait"));
      assertEquals(2, spark.parallelize(List.of(1, 2), 2).count());
    }
    System.setProperty("spark.locality.wait", "2s");
    try (JavaSparkContext spark = SparkSessions.open("test", SETTINGS)) {
      assertEquals("2s", spark.getConf().get("spark.locality.wait"));
    } finally {
      System.clearProperty("spark.locality.wait");
    }
  }

  /** The process would end with a status of Spark's own: this JVM would not come here. */
  @Test
  void errorsInTasks_endTheCommandWithTheirExitCode() {
    try (JavaSparkContext spark = SparkSessions.open("test", SETTINGS)) {
      for (Map.Entry<String, ExitCode> each :
          Map.of(
                  "heap", ExitCode.CONFIGURATION,
                  "class", ExitCode.CONFIGURATION,
                  "stack", ExitCode.INTERNAL)
              .entrySet()) {
        SparkException failure =
            assertThrows(
                SparkException.class,
                () -> spark.parallelize(List.of(1)).map(new Throwing(each.getKey())).collect());
        assertEquals(each.getValue(), ClusterFailures.TABLE.code(failure), failure.toString());
        String line = ClusterFailures.TABLE.line(failure);
        assertTrue(!line.contains("Job aborted") || each.getKey().equals("stack"), line);
      }
    }
  }
}
