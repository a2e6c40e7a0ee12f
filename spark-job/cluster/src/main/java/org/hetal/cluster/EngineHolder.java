package org.hetal.cluster;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.hetal.dataset.DatasetException;
import org.hetal.he.Evaluator;

/**
 * The engine of this JVM: opened by the first task that asks, shared by all task threads, closed
 * when the JVM ends (or by {@link #closeAll} where the driver is the executor too). Keys reach an
 * executor through the shared file system and the {@link KeyBundleCache}, never through a task.
 */
final class EngineHolder {
  private static final Map<EngineSpec, Evaluator> ENGINES = new HashMap<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(EngineHolder::closeAll, "hetal-engine-close"));
  }

  private EngineHolder() {}

  /**
   * The engine for the specification; the caller does not close it.
   *
   * @throws DatasetException when the engine's parameters are not those of the specification
   */
  static Evaluator get(EngineSpec spec, Configuration hadoop) {
    synchronized (ENGINES) {
      return ENGINES.computeIfAbsent(spec, s -> open(s, hadoop));
    }
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
