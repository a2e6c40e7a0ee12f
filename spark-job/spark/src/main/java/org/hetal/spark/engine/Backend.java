package org.hetal.spark.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.hetal.config.SettingsException;
import org.hetal.he.Evaluator;

/**
 * A way to compute on ciphertexts, found by its name through {@link ServiceLoader}: the native
 * engine, the simulator, whatever else is on the class path.
 */
public interface Backend {

  /** What {@code --backend} says. */
  String name();

  /** Whether there is a bundle of evaluation keys to fetch before {@link #open}. */
  boolean needsKeys();

  /**
   * Opens an evaluator; called once a JVM and device.
   *
   * @param keys where the bundle lies on this machine; null for a backend without keys
   */
  Evaluator open(EngineSpec spec, java.nio.file.Path keys);

  /**
   * The backend of that name.
   *
   * @throws SettingsException when the class path has none; the message lists the names it has
   */
  static Backend named(String name) {
    List<String> known = new ArrayList<>();
    for (Backend backend : ServiceLoader.load(Backend.class, Backend.class.getClassLoader())) {
      if (backend.name().equals(name)) {
        return backend;
      }
      known.add(backend.name());
    }
    throw new SettingsException("backend: expected one of " + known + ", actual " + name);
  }
}
