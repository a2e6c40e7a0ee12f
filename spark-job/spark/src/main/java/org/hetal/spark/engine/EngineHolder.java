package org.hetal.spark.engine;

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
 * process no more, but only a new one. In an executor {@link #lost} therefore ends the process:
 * Spark starts another and does its tasks again; where the driver is the executor the run ends, and
 * the same command continues it.
 */
public final class EngineHolder {
  private static final String DRIVER = "driver"; // what Spark calls the executor in the driver
  private static final int STATUS_OF_LOSS = 50; // as Spark's own of an error that ends an executor
  private static final long REPORT_MILLIS = 500;
  private static final long PATIENCE_MILLIS = 60_000;
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
  public static Evaluator get(EngineSpec spec, Configuration hadoop) {
    requireNotLost(spec);
    synchronized (ENGINES) {
      return ENGINES.computeIfAbsent(spec, s -> open(s, hadoop));
    }
  }

  /**
   * A task that Spark still sends to an executor that is about to end waits for the end: failing at
   * once it would be sent here again, until it has failed too often.
   */
  public static void requireNotLost(EngineSpec spec) {
    String before;
    synchronized (LOST) {
      before = LOST.get(device(spec));
    }
    if (before == null) {
      return;
    }
    if (isExecutor()) {
      pause(PATIENCE_MILLIS);
    }
    throw new DeviceLostException(
        "device " + device(spec) + ": lost before in this process: " + before);
  }

  /**
   * Notes that the device failed a task. In an executor the process ends as soon as that failure is
   * reported.
   *
   * @return what the task throws
   */
  public static DeviceLostException lost(EngineSpec spec, DeviceLostException failure) {
    synchronized (LOST) {
      LOST.putIfAbsent(device(spec), String.valueOf(failure.getMessage()));
    }
    if (!isExecutor()) {
      return failure;
    }
    // Not System.exit: Spark's shutdown hooks would refuse the tasks that still come, each a
    // failure of its own, and closing engines might wait for a device that answers no more.
    Thread end =
        new Thread(
            () -> {
              pause(REPORT_MILLIS);
              Runtime.getRuntime().halt(STATUS_OF_LOSS);
            },
            "hetal-device-lost");
    end.setDaemon(true);
    end.start();
    return new DeviceLostException(
        "executor "
            + SparkEnv.get().executorId()
            + ", device "
            + device(spec)
            + ": "
            + failure.getMessage(),
        failure);
  }

  private static String device(EngineSpec spec) {
    return spec.device().kind() + " " + spec.device().ordinal();
  }

  /** A process of its own, not the driver's. */
  private static boolean isExecutor() {
    SparkEnv spark = SparkEnv.get();
    return spark != null && !spark.executorId().equals(DRIVER);
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public static void closeAll() {
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
