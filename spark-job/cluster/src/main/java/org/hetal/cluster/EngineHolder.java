package org.hetal.cluster;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.hetal.dataset.DatasetException;
import org.hetal.he.DeviceLostException;
import org.hetal.he.Evaluator;

/**
 * The engines of this JVM, one a device: opened by the first task that asks, shared by all task
 * threads with that device, closed when the JVM ends (or by {@link #closeAll} where the driver is
 * the executor too). Keys reach an executor through the shared file system and the {@link
 * KeyBundleCache}, never through a task.
 *
 * <p>A device that was lost stays lost for this JVM: after most of its faults a GPU serves a
 * process no more, but only a new one. In an executor {@link #lost} therefore makes an exception on
 * which Spark ends the process and starts another; where the driver is the executor the run ends,
 * and the same command continues it.
 */
final class EngineHolder {
  private static final String DRIVER = "driver"; // what Spark calls the executor in the driver
  private static final Map<EngineSpec, Evaluator> ENGINES = new HashMap<>();
  private static final Map<String, String> LOST = new HashMap<>(); // device to what happened

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(EngineHolder::closeAll, "hetal-engine-close"));
  }

  private EngineHolder() {}

  /**
   * The engine for the specification; the caller does not close it.
   *
   * @throws DatasetException when the engine's parameters are not those of the specification
   * @throws DeviceLostException when its device was lost before, or is found to compute wrongly
   */
  static Evaluator get(EngineSpec spec, Configuration hadoop) {
    synchronized (ENGINES) {
      requireNotLost(spec);
      return ENGINES.computeIfAbsent(spec, s -> open(s, hadoop));
    }
  }

  static void requireNotLost(EngineSpec spec) {
    synchronized (ENGINES) {
      String before = LOST.get(device(spec));
      if (before != null) {
        throw new DeviceLostException(
            "device " + device(spec) + ": lost before in this process: " + before);
      }
    }
  }

  /**
   * Notes that the device failed a task.
   *
   * @return what the task throws: in an executor with a VirtualMachineError among its causes, on
   *     which Spark ends the process (spark.executor.killOnFatalError.depth) and retries elsewhere
   */
  static DeviceLostException lost(EngineSpec spec, DeviceLostException failure) {
    synchronized (ENGINES) {
      LOST.putIfAbsent(device(spec), String.valueOf(failure.getMessage()));
    }
    SparkEnv spark = SparkEnv.get();
    if (spark == null || spark.executorId().equals(DRIVER)) {
      return failure;
    }
    String host = "executor " + spark.executorId() + ", device " + device(spec);
    InternalError fatal = new InternalError(host + ": this process ends", failure);
    return new DeviceLostException(host + ": " + failure.getMessage(), fatal);
  }

  private static String device(EngineSpec spec) {
    return spec.device().kind() + " " + spec.device().ordinal();
  }

  static void closeAll() {
    synchronized (ENGINES) {
      ENGINES.values().forEach(Evaluator::close);
      ENGINES.clear();
    }
  }

  private static Evaluator open(EngineSpec spec, Configuration hadoop) {
    Backend backend = Backend.named(spec.backend());
    Path keys = null;
    if (backend.needsKeys()) {
      keys = KeyBundleCache.fetch(spec.keyBundle(), spec.keyManifestDigest(), hadoop);
    }
    Evaluator evaluator = CountingEvaluator.around(backend.open(spec, keys));
    if (!evaluator.parameters().hash().equals(spec.parameterHash())) {
      String actual = evaluator.parameters().name() + " " + evaluator.parameters().hash();
      evaluator.close();
      throw new DatasetException(
          "parameters: expected those of the data set, "
              + spec.parameterSet()
              + " "
              + spec.parameterHash()
              + "; actual, of the "
              + spec.backend()
              + " engine with its key bundle, "
              + actual);
    }
    return evaluator;
  }
}
