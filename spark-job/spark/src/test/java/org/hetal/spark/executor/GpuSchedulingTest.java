package org.hetal.spark.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Spark gives out GPUs that the shipped discovery script finds, with an nvidia-smi of the test's
 * own; engines follow the addresses. Executors are processes of their own: needs a Spark
 * installation.
 */
@Timeout(180)
class GpuSchedulingTest {
  @TempDir Path root;

  @BeforeEach
  void assumeSpark() {
    String home = System.getenv("SPARK_HOME");
    assumeTrue(home != null && !home.isEmpty(), "SPARK_HOME is not set");
  }

  /** Which engine a task worked on. */
  private record Seen(String pid, String gpu, String engine) {
    static Seen of(String text) {
      String[] parts = text.split(" ");
      return new Seen(parts[0], parts[1], parts[2]);
    }
  }

  private record Look(ComputeSpec spec) implements Function<Integer, String> {
    @Override
    public String call(Integer element) {
      return Tasks.working(
          spec,
          new Configuration(),
          engine -> {
            try {
              Thread.sleep(500); // so that tasks overlap
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            return ProcessHandle.current().pid()
                + " "
                + spec.engineHere().device().ordinal()
                + " "
                + System.identityHashCode(engine.evaluator());
          });
    }
  }

  private List<Seen> seen(int gpus, int executorCores, String perExecutor, String perTask)
      throws Exception {
    SparkConf conf =
        new SparkConf(false)
            .setMaster("local-cluster[1,2,2048]")
            .setAppName("GPU scheduling")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1")
            .set("spark.executor.cores", Integer.toString(executorCores))
            .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            .set("spark.worker.resource.gpu.amount", Integer.toString(gpus))
            .set("spark.worker.resource.gpu.discoveryScript", discovery(gpus).toString())
            .set("spark.executor.resource.gpu.amount", perExecutor)
            .set("spark.task.resource.gpu.amount", perTask)
            .set("spark.scheduler.minRegisteredResourcesRatio", "1.0");
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      return spark
          .parallelize(List.of(1, 2, 3, 4, 5, 6), 6)
          .map(new Look(DeviceFailureTest.spec(0)))
          .collect()
          .stream()
          .map(Seen::of)
          .toList();
    }
  }

  /** The shipped script over an nvidia-smi that lists so many GPUs. */
  private Path discovery(int gpus) throws Exception {
    String list =
        java.util.stream.IntStream.range(0, gpus)
            .mapToObj(i -> i + "\\n")
            .collect(Collectors.joining());
    Path smi = script("nvidia-smi", "printf '" + list + "'");
    Path shipped = Path.of("../../conf/gpu_discovery.sh").toRealPath();
    return script("discovery.sh", "NVIDIA_SMI=" + smi + " exec " + shipped);
  }

  private Path script(String name, String line) throws Exception {
    Path file = Files.writeString(root.resolve(name), "#!/bin/sh\n" + line + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return file;
  }

  private static <T> Set<T> all(List<Seen> seen, java.util.function.Function<Seen, T> what) {
    return seen.stream().map(what).collect(Collectors.toSet());
  }

  @Test
  void twoGpusInOneExecutor_areTwoEnginesAndTasksShareThoseOfTheirGpu() throws Exception {
    List<Seen> seen = seen(2, 2, "2", "1");
    assertEquals(1, all(seen, Seen::pid).size(), seen.toString());
    assertEquals(Set.of("0", "1"), all(seen, Seen::gpu), seen.toString());
    assertEquals(2, all(seen, Seen::engine).size(), seen.toString());
    Map<String, Set<String>> engines =
        seen.stream()
            .collect(
                Collectors.groupingBy(
                    Seen::gpu, Collectors.mapping(Seen::engine, Collectors.toSet())));
    engines.forEach((gpu, of) -> assertEquals(1, of.size(), seen.toString()));
  }

  @Test
  void oneGpuForEachExecutor_isAProcessForEachGpu() throws Exception {
    List<Seen> seen = seen(2, 1, "1", "1");
    Map<String, Set<String>> gpus =
        seen.stream()
            .collect(
                Collectors.groupingBy(
                    Seen::pid, Collectors.mapping(Seen::gpu, Collectors.toSet())));
    gpus.forEach((pid, of) -> assertEquals(1, of.size(), seen.toString()));
    assertEquals(gpus.size(), all(seen, Seen::gpu).size(), seen.toString());
  }

  @Test
  void twoTasksOnOneGpu_shareItsEngine() throws Exception {
    List<Seen> seen = seen(1, 2, "1", "0.5");
    assertEquals(Set.of("0"), all(seen, Seen::gpu), seen.toString());
    assertEquals(1, all(seen, Seen::engine).size(), seen.toString());
  }

  @Test
  void severalGpusATask_areRefusedTyped() {
    SparkException e = assertThrows(SparkException.class, () -> seen(2, 2, "2", "2"));
    assertTrue(
        e.getCause() instanceof org.hetal.config.SettingsException
            && e.getCause().getMessage().contains("expected 1"),
        e.toString());
  }
}
