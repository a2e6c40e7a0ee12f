package org.hetal.spark.engine;

import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.hetal.dataset.DatasetException;
import org.hetal.he.DeviceLostException;
import org.hetal.he.Evaluator;
import org.hetal.he.RecordingEvaluator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engines of this JVM, one per device. The first task that asks opens an engine, all task
 * threads of the device share it, and it is closed when the JVM ends, or by {@link #closeAll} where
 * the driver is the executor, too. An executor reads keys from the shared file system through the
 * {@link KeyBundleCache}; tasks carry none.
 *
 * <p>A device that was lost is not used again in this JVM, since a GPU seldom recovers inside a
 * process. In an executor {@link #lost} therefore ends the process: Spark starts another executor
 * and runs its tasks again. Where the driver is the executor the run ends, and the same command
 * continues it.
 */
public final class EngineHolder {
  private static final Logger LOG = LoggerFactory.getLogger(EngineHolder.class);
  private static final String DRIVER = "driver"; // Spark's name for the executor in the driver
  private static final int STATUS_OF_LOSS = 50; // Spark's status of an executor that an error ends
  private static final long REPORT_MILLIS = 500;
  private static final long PATIENCE_MILLIS = 60_000;
  private static final Map<EngineSpec, RecordingEvaluator> ENGINES = new HashMap<>();
  private static final Map<String, String> LOST = new HashMap<>(); // device to the failure

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(EngineHolder::closeAll, "hetal-engine-close"));
  }

  private EngineHolder() {}

  /**
   * The engine for the specification. The caller does not close it.
   *
   * @throws DatasetException when the engine's parameters are not those of the specification
   * @throws DeviceLostException when the device was lost before, or fails the test at its start
   */
  public static RecordingEvaluator get(EngineSpec spec, Configuration hadoop) {
    requireNotLost(spec);
    synchronized (ENGINES) {
      return ENGINES.computeIfAbsent(spec, s -> open(s, hadoop));
    }
  }

  /**
   * In an executor that is about to end, a task waits for the end of the process: if it failed at
   * once, Spark would send it to the same executor again until it had failed too often.
   *
   * @throws DeviceLostException when the device was lost before
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
   * Records that a task's device was lost. An executor ends {@value #REPORT_MILLIS} ms later, so
   * that Spark receives the task's failure first.
   *
   * @return the exception that the task throws
   */
  public static DeviceLostException lost(EngineSpec spec, DeviceLostException failure) {
    synchronized (LOST) {
      LOST.putIfAbsent(device(spec), String.valueOf(failure.getMessage()));
    }
    LOG.error("device {} was lost: {}", device(spec), failure.getMessage());
    if (!isExecutor()) {
      return failure;
    }
    // Not System.exit: during Spark's shutdown hooks each new task would fail, and closing an
    // engine
    // might wait for a device that does not answer.
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

  /** Whether this process is an executor and not the driver. */
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
      ENGINES.values().forEach(EngineMetrics::closing);
      ENGINES.values().forEach(Evaluator::close);
      ENGINES.clear();
    }
  }

  private static RecordingEvaluator open(EngineSpec spec, Configuration hadoop) {
    String bundle = spec.keyBundle();
    String digest = spec.keyManifestDigest();
    Evaluator engine;
    if (!Backends.named(spec.backend()).needsKeys()) {
      engine = Backends.open(spec, null);
    } else if (spec.withKeys()) {
      engine = Backends.open(spec, KeyBundleCache.fetch(bundle, digest, hadoop));
    } else {
      engine =
          KeyBundleCache.withManifest(
              bundle, digest, hadoop, folder -> Backends.open(spec, folder));
    }
    RecordingEvaluator evaluator = new RecordingEvaluator(engine);
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
    EngineMetrics.opened(evaluator, engine);
    LOG.info(
        "opened engine {} on {}: parameters {}, {}",
        spec.backend(),
        evaluator.device(),
        evaluator.parameters().name(),
        bundle.isEmpty()
            ? "no keys"
            : (spec.withKeys() ? "keys of bundle " : "no keys of bundle ")
                + bundle
                + " with manifest SHA-256 "
                + digest);
    return evaluator;
  }
}
