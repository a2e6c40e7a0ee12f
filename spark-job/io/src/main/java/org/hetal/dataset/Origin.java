package org.hetal.dataset;

import java.io.Serializable;
import org.hetal.plan.TrainingPlan;

/**
 * Parameters, key, layout and data set of ciphertexts. Only ciphertexts of one origin can be
 * computed with together.
 *
 * @param parameterSet name of the parameter set
 * @param parameterHash {@code Parameters.hash()}
 * @param keyId of the owner's key pair
 * @param planDigest {@link org.hetal.plan.TrainingPlan#digest()} of the plan by which they were
 *     made: layout, levels, and the scale of weights and logits
 * @param datasetId of the data set to train on, 32 hex digits: rows to predict, models and
 *     predictions carry the identity of the data set whose preparation they were made with
 * @serial exclude
 */
public record Origin(
    String parameterSet, String parameterHash, String keyId, String planDigest, String datasetId)
    implements Serializable {

  /**
   * Checks the identities.
   *
   * @param parameterSet a name
   * @param parameterHash hexadecimal
   * @param keyId hexadecimal
   * @param planDigest 64 hexadecimal digits
   * @param datasetId 32 hexadecimal digits
   * @throws DatasetException for a digest or a data set's identity of another form
   */
  public Origin {
    EncryptedDataset.requireId(datasetId);
    if (planDigest == null || !planDigest.matches("[0-9a-f]{64}")) {
      throw new DatasetException("plan digest: expected a SHA-256 in hex, actual " + planDigest);
    }
  }

  /**
   * The origin of what belongs to a plan, a key and a data set.
   *
   * @param plan by which the ciphertexts are made
   * @param keyId of the owner's key pair
   * @param datasetId 32 hexadecimal digits
   * @return the origin
   */
  public static Origin of(TrainingPlan plan, String keyId, String datasetId) {
    return new Origin(
        plan.parameters().name(), plan.parameters().hash(), keyId, plan.digest(), datasetId);
  }

  /**
   * Checks the plan.
   *
   * @param where for the message
   * @param plan the expected one
   * @throws DatasetException unless it is the plan by which these ciphertexts were made
   */
  public void requirePlan(String where, TrainingPlan plan) {
    if (!plan.digest().equals(planDigest)) {
      throw new DatasetException(
          where + ": plan: expected SHA-256 " + planDigest + ", actual " + plan.digest());
    }
  }

  /**
   * Checks parameters and key.
   *
   * @param where for the message
   * @param expectedParameterHash {@code Parameters.hash()}
   * @param expectedKeyId of the owner's key pair
   * @throws DatasetException unless parameters and key are the ones given
   */
  public void require(String where, String expectedParameterHash, String expectedKeyId) {
    if (!parameterHash.equals(expectedParameterHash)) {
      throw new DatasetException(
          where
              + ": parameters: expected hash "
              + expectedParameterHash
              + ", actual "
              + parameterHash
              + " ("
              + parameterSet
              + ")");
    }
    if (!keyId.equals(expectedKeyId)) {
      throw new DatasetException(
          where + ": key id: expected " + expectedKeyId + ", actual " + keyId);
    }
  }
}
