package org.hetal.spark.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.hetal.command.ExitCode;
import org.hetal.he.DeviceException;
import org.hetal.he.DeviceLostException;
import org.hetal.he.DeviceOutOfMemoryException;
import org.hetal.he.DeviceSpec;
import org.hetal.he.HeException;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.packing.Layout;
import org.hetal.packing.LayoutSearch;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.TrainingPlanner;
import org.hetal.spark.engine.EngineSpec;
import org.hetal.spark.job.ClusterFailures;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A device that fails a task fails it typed; Spark does the task again where it can succeed. */
@Tag("slow")
class DeviceFailureTest {
  private static final String SET = "insecure_simulator_n8_l12";
  @TempDir Path root;

  static ComputeSpec spec(int gpu) {
    SimulatedParameters parameters = SimulatedParameters.named(SET);
    Schedule schedule = new Schedule(8, 8, 1, 1, 1, 32, 1);
    Layout layout = LayoutSearch.cheapest(parameters.slotCount(), 8, 3, 2);
    EngineSpec engine =
        new EngineSpec(
            "simulator",
            SET,
            parameters.hash(),
            "",
            "",
            "",
            true,
            new DeviceSpec("cuda", 1, gpu, 0));
    TrainingPlan plan = TrainingPlanner.plan(parameters, layout, schedule, 4, Preprocessing.none());
    return new ComputeSpec("failures on " + gpu, engine, engine, plan, List.of("/nowhere"), 10);
  }

  private static HeException failure(String kind) {
    return switch (kind) {
      case "lost" -> new DeviceLostException("fell off the bus");
      case "memory" -> new DeviceOutOfMemoryException("no memory left on the device");
      default -> throw new IllegalArgumentException(kind);
    };
  }

  /**
   * Fails the first {@code failures} times that it runs anywhere; then says which process it is.
   */
  private record FailsAtFirst(ComputeSpec spec, String kind, int failures, String folder)
      implements Function<Integer, String> {
    @Override
    public String call(Integer element) {
      return Tasks.working(
          spec,
          new Configuration(),
          engine -> {
            for (int i = 0; i < failures; i++) {
              if (created(Path.of(folder, "failed-" + i))) {
                throw failure(kind);
              }
            }
            return process();
          });
    }

    private static String process() {
      return SparkEnv.get().executorId() + " of process " + ProcessHandle.current().pid();
    }

    private static boolean created(Path marker) {
      try {
        Files.writeString(Files.createFile(marker), process());
        return true;
      } catch (FileAlreadyExistsException e) {
        return false;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private JavaSparkContext spark(String master) {
    return new JavaSparkContext(
        new SparkConf(false)
            .setMaster(master)
            .setAppName("device failures")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1")
            .set("spark.executor.extraClassPath", System.getProperty("java.class.path")));
  }

  @Test
  void lostDevice_inTheDriver_isNotUsedAgainInThisProcess() {
    ComputeSpec spec = spec(91);
    DeviceLostException lost = new DeviceLostException("fell off the bus");
    Tasks.Work<String> fails =
        engine -> {
          throw lost;
        };
    Configuration hadoop = new Configuration();
    assertSame(
        lost,
        assertThrows(DeviceLostException.class, () -> Tasks.working(spec, hadoop, fails)),
        "no executor's process is to end");
    DeviceException again =
        assertThrows(
            DeviceLostException.class, () -> Tasks.working(spec, hadoop, engine -> "works"));
    assertTrue(again.getMessage().contains("cuda 91"), again.getMessage());
    assertTrue(again.getMessage().contains("fell off the bus"), again.getMessage());
    assertEquals("works", Tasks.working(spec(92), hadoop, engine -> "works"), "another device");
    WorkerEngine.closeAll();
  }

  @Test
  void lackOfMemory_makesRoomForTheNextAttempt() {
    ComputeSpec spec = spec(95);
    Configuration hadoop = new Configuration();
    Tasks.Work<Long> reads =
        engine -> {
          engine.training.files.lease("file", 1, () -> engine.evaluator().zero(3)).close();
          return engine.training.files.loads();
        };
    assertEquals(1, Tasks.working(spec, hadoop, reads));
    assertEquals(1, Tasks.working(spec, hadoop, reads), "it was kept");
    Tasks.Work<Long> fails =
        engine -> {
          throw failure("memory");
        };
    assertThrows(DeviceOutOfMemoryException.class, () -> Tasks.working(spec, hadoop, fails));
    assertEquals(2, Tasks.working(spec, hadoop, reads), "what nobody used had to go");
    WorkerEngine.closeAll();
  }

  @Test
  void lackOfMemory_isTriedAgainOnTheSameDevice() {
    ComputeSpec spec = spec(93);
    try (JavaSparkContext spark = spark("local[1,4]")) {
      List<String> all =
          spark
              .parallelize(List.of(1), 1)
              .map(new FailsAtFirst(spec, "memory", 3, root.toString()))
              .collect();
      assertEquals(1, all.size());
      assertTrue(Files.exists(root.resolve("failed-2")), "it failed three times before");
    } finally {
      WorkerEngine.closeAll();
    }
  }

  @Test
  void lackOfMemoryThatPersists_reachesTheDriverTyped() {
    ComputeSpec spec = spec(94);
    try (JavaSparkContext spark = spark("local[1,2]")) {
      var job =
          spark
              .parallelize(List.of(1), 1)
              .map(new FailsAtFirst(spec, "memory", 9, root.toString()));
      SparkException e = assertThrows(SparkException.class, job::collect);
      assertTrue(e.getCause() instanceof DeviceOutOfMemoryException, e.toString());
    } finally {
      WorkerEngine.closeAll();
    }
  }

  /** Needs a Spark installation: executors are processes of their own. */
  @Test
  @Timeout(180)
  void lostDevice_inAnExecutor_endsItsProcessAndTheTaskSucceedsInAnother() throws Exception {
    assumeSpark();
    try (JavaSparkContext spark = spark("local-cluster[1,1,1024]")) {
      List<String> all =
          spark
              .parallelize(List.of(1), 1)
              .map(new FailsAtFirst(spec(0), "lost", 1, root.toString()))
              .collect();
      String lost = Files.readString(root.resolve("failed-0"));
      assertNotEquals(lost, all.get(0));
      long pid = Long.parseLong(lost.substring(lost.lastIndexOf(' ') + 1));
      assertTrue(ProcessHandle.of(pid).isEmpty(), "the process that lost its device has ended");
    }
  }

  @Test
  @Timeout(180)
  void devicesThatAreLostEveryTime_endTheJobSoThatItIsTriedLater() throws Exception {
    assumeSpark();
    try (JavaSparkContext spark = spark("local-cluster[1,1,1024]")) {
      var job =
          spark
              .parallelize(List.of(1), 1)
              .map(new FailsAtFirst(spec(0), "lost", 99, root.toString()));
      SparkException e = assertThrows(SparkException.class, job::collect);
      assertEquals(ExitCode.RETRY, ClusterFailures.TABLE.code(e), e.toString());
      assertTrue(Files.exists(root.resolve("failed-1")), "a second process tried");
      assertNotEquals(
          Files.readString(root.resolve("failed-0")), Files.readString(root.resolve("failed-1")));
    }
  }

  private static void assumeSpark() {
    String home = System.getenv("SPARK_HOME");
    assumeTrue(home != null && !home.isEmpty(), "SPARK_HOME is not set");
  }
}
