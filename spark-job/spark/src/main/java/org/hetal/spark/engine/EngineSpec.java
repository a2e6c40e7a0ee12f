package org.hetal.spark.engine;

import java.io.Serializable;
import org.hetal.dataset.DatasetException;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;

/**
 * What an executor must know to open its engine. It travels with every task and therefore holds
 * names and digests, never keys.
 *
 * @param backend {@code native} or {@code simulator}, or another {@link
 *     org.hetal.he.EvaluatorBackend#name}
 * @param parameterSet the name of the parameter set
 * @param parameterHash the expected {@code Parameters.hash()}, from the manifest of the data set
 * @param keyId of the key pair that the data set was encrypted under
 * @param keyBundle URI of the directory of evaluation keys; empty for a backend without keys
 * @param keyManifestDigest SHA-256 of the bundle's manifest in hex, as the driver read it; an
 *     executor refuses other keys; empty where {@code keyBundle} is empty
 * @param withKeys whether it computes with the keys; without, it has the processor and the manifest
 *     of the bundle, for bytes, levels and sums of ciphertexts
 * @param device the device and the number of threads of one engine
 */
public record EngineSpec(
    String backend,
    String parameterSet,
    String parameterHash,
    String keyId,
    String keyBundle,
    String keyManifestDigest,
    boolean withKeys,
    DeviceSpec device)
    implements Serializable {

  /** The same engine on another device. */
  public EngineSpec on(DeviceSpec other) {
    return new EngineSpec(
        backend, parameterSet, parameterHash, keyId, keyBundle, keyManifestDigest, withKeys, other);
  }

  /** The same without keys, on one thread of the processor. */
  public EngineSpec withoutKeys() {
    return new EngineSpec(
        backend,
        parameterSet,
        parameterHash,
        keyId,
        keyBundle,
        keyManifestDigest,
        false,
        DeviceSpec.cpu(1));
  }

  /**
   * Returns the evaluator if its keys are those of the data set, and closes it otherwise.
   *
   * @throws DatasetException when they are not
   */
  Evaluator withTheKeysOfTheDataset(Evaluator evaluator) {
    String actual = evaluator.keyId();
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
