package org.hetal.dataset;

import java.io.Serializable;

/**
 * Parameters, key, layout and data set of ciphertexts. Only ciphertexts of one origin can be
 * computed with together.
 *
 * @param parameterSet name of the parameter set
 * @param parameterHash {@code Parameters.hash()}
 * @param keyId of the owner's key pair
 * @param shape of the layout
 * @param squarings weights and logits are stored divided by 2^squarings
 * @param datasetId of the data set to train on, 32 hex digits: rows to predict, models and
 *     predictions carry the identity of the data set whose preparation they were made with
 */
public record Origin(
    String parameterSet,
    String parameterHash,
    String keyId,
    Shape shape,
    int squarings,
    String datasetId)
    implements Serializable {

  public Origin {
    EncryptedDataset.requireId(datasetId);
  }

  /** The arguments of {@code org.hetal.packing.Layout}. */
  public record Shape(int slots, int rowsPerBlock, int classes, int features)
      implements Serializable {}

  /**
   * @param where for the message
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
