package org.hetal.spark.engine;

import java.io.Serializable;
import org.hetal.dataset.DatasetException;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;

/**
 * What an executor must know to open its engine; travels with every task, so it holds names, never
 * keys.
 *
 * @param backend {@code native} or {@code simulator}, or another {@link Backend#name}
 * @param parameterSet the name of the parameter set
 * @param parameterHash what {@code Parameters.hash()} must be; the data set's manifest gives it
 * @param keyId of the key pair that the data set was encrypted under
 * @param keyBundle URI of the directory of evaluation keys; empty for a backend without keys
 * @param keyManifestDigest SHA-256 of the bundle's manifest in hex, as the driver saw it: every
 *     executor computes with the same keys or not at all; empty where {@code keyBundle} is
 * @param device what one engine computes on; threads are those inside one engine
 */
public record EngineSpec(
    String backend,
    String parameterSet,
    String parameterHash,
    String keyId,
    String keyBundle,
    String keyManifestDigest,
    DeviceSpec device)
    implements Serializable {

  /** The same engine on another device. */
  public EngineSpec on(DeviceSpec other) {
    return new EngineSpec(
        backend, parameterSet, parameterHash, keyId, keyBundle, keyManifestDigest, other);
  }

  /**
   * The evaluator, which is closed when its keys are not those of the data set.
   *
   * @param actual key id of its bundle
   * @throws DatasetException when they are not
   */
  <E extends Evaluator> E withTheKeysOfTheDataset(E evaluator, String actual) {
    if (!actual.equals(keyId)) {
      evaluator.close();
      throw new DatasetException(
          "key bundle "
              + keyBundle
              + ": expected the keys of the data set, key id "
              + keyId
              + ", actual "
              + actual);
    }
    return evaluator;
  }
}
