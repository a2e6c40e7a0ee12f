package org.hetal.spark.ml;

import org.hetal.config.SettingsException;

/**
 * The evaluation keys that the data owner wrote for the cluster. With them ciphertexts can be
 * computed with; they decrypt nothing.
 *
 * @param uri path or URI of the folder, visible to the driver and all executors; read by {@code
 *     fit} and {@code predict}
 */
public record EvaluationKeys(String uri) {

  /**
   * Checks that there is a path. The folder is read when the keys are used.
   *
   * @param uri path or URI
   * @throws SettingsException when the URI is empty
   */
  public EvaluationKeys {
    if (uri == null || uri.isBlank()) {
      throw new SettingsException("evaluation keys: expected a path or URI, actual none");
    }
  }

  /**
   * The keys in a folder.
   *
   * @param uri path or URI
   * @return the keys
   */
  public static EvaluationKeys at(String uri) {
    return new EvaluationKeys(uri);
  }
}
