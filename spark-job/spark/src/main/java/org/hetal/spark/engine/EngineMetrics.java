package org.hetal.spark.engine;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.hetal.he.Evaluator;
import org.hetal.he.Operation;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.engine.NativeEvaluator;
import org.hetal.training.TaskStage;

/**
 * What this process did and holds now, for gauges: counters since its start and bytes of its open
 * engines. Thread-safe.
 */
public final class EngineMetrics {
  private static final double NANOS = 1e-9;
  private static final Map<RecordingEvaluator, Evaluator> OPEN = new java.util.IdentityHashMap<>();
  private static final Map<TaskStage, LongAdder> NANOSECONDS = new EnumMap<>(TaskStage.class);
  private static final LongAdder CACHE_HITS = new LongAdder();
  private static final LongAdder CACHE_MISSES = new LongAdder();
  private static long bootstrapsOfClosed;

  static {
    for (TaskStage stage : TaskStage.values()) {
      NANOSECONDS.put(stage, new LongAdder());
    }
  }

  private EngineMetrics() {}

  /**
   * The values by name, in the order of the names:
   *
   * <ul>
   *   <li>{@code bootstraps}: computed since the start of the process
   *   <li>{@code seconds_STAGE}: spent in a {@link TaskStage} since then, added over tasks
   *   <li>{@code cache_hits}, {@code cache_misses}: ciphertexts of rows found in memory, and read
   *   <li>{@code engines}: open engines
   *   <li>{@code keys_loaded}, {@code key_bytes}: evaluation keys in memory, and bytes of the key
   *       files that are open
   *   <li>{@code native_bytes}, {@code native_bytes_peak}: memory of the ciphertexts, plaintexts
   *       and keys of engines on the CPU
   *   <li>{@code device_bytes}, {@code device_bytes_peak}: the same of engines on GPUs
   * </ul>
   */
  public static Map<String, Double> values() {
    Map<String, Double> out = new TreeMap<>();
    NANOSECONDS.forEach((stage, sum) -> out.put("seconds_" + stage.label(), sum.sum() * NANOS));
    out.put("cache_hits", (double) CACHE_HITS.sum());
    out.put("cache_misses", (double) CACHE_MISSES.sum());
    for (String name :
        new String[] {
          "keys_loaded",
          "key_bytes",
          "native_bytes",
          "native_bytes_peak",
          "device_bytes",
          "device_bytes_peak"
        }) {
      out.put(name, 0.0);
    }
    synchronized (OPEN) {
      out.put("engines", (double) OPEN.size());
      double bootstraps = bootstrapsOfClosed;
      for (Map.Entry<RecordingEvaluator, Evaluator> engine : OPEN.entrySet()) {
        bootstraps += engine.getKey().count(Operation.BOOTSTRAP);
        if (engine.getValue() instanceof NativeEvaluator evaluator) {
          String memory = evaluator.device().startsWith("cuda") ? "device" : "native";
          out.merge(memory + "_bytes", (double) evaluator.bytesInUse(), Double::sum);
          out.merge(memory + "_bytes_peak", (double) evaluator.bytesPeak(), Double::sum);
          out.merge("keys_loaded", (double) evaluator.keysLoaded(), Double::sum);
          out.merge("key_bytes", (double) evaluator.keyBytes(), Double::sum);
        }
      }
      out.put("bootstraps", bootstraps);
    }
    return out;
  }

  /** Adds the time of a stage of a task. */
  public static void addStage(TaskStage stage, long nanoseconds) {
    NANOSECONDS.get(stage).add(nanoseconds);
  }

  /** Counts a look into the cache of ciphertexts of rows. */
  public static void cache(boolean hit) {
    (hit ? CACHE_HITS : CACHE_MISSES).increment();
  }

  /**
   * @param recorder around {@code engine}
   */
  static void opened(RecordingEvaluator recorder, Evaluator engine) {
    synchronized (OPEN) {
      OPEN.put(recorder, engine);
    }
  }

  /** Before an engine is closed. */
  static void closing(RecordingEvaluator recorder) {
    synchronized (OPEN) {
      if (OPEN.remove(recorder) != null) {
        bootstrapsOfClosed += recorder.count(Operation.BOOTSTRAP);
      }
    }
  }
}
