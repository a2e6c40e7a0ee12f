package org.hetal.spark.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.hetal.config.SettingsException;
import org.hetal.he.Evaluator;

/**
 * Opens the evaluator of one kind of backend: the native engine, OpenFHE or the simulator. Backends
 * are found by name through {@link ServiceLoader}.
 */
public interface Backend {

  /** The value of the setting {@code backend} that selects this backend. */
  String name();

  /** Whether {@link #open} needs a bundle of evaluation keys. */
  boolean needsKeys();

  /**
   * Opens an evaluator. Called once per JVM and device.
   *
   * @param keys the local directory of the key bundle; null for a backend without keys
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
