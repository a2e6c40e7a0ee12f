package org.hetal.dataset;

/** Encrypted predictions as the cluster's side hands them to the owner's side. */
public interface StoredPredictions {
  /** {@return which rows they are of, and the names and digests of the files} */
  EncryptedLogits manifest();

  /** {@return the folder with the files of {@link #manifest()}} */
  Storage storage();

  /**
   * Predictions that are stored in a folder.
   *
   * @param storage the folder
   * @return the predictions, their manifest read and their ciphertexts not
   * @throws DatasetException when they are missing or damaged
   */
  static StoredPredictions in(Storage storage) {
    EncryptedLogits manifest = EncryptedLogits.open(storage);
    return new StoredPredictions() {
      @Override
      public EncryptedLogits manifest() {
        return manifest;
      }

      @Override
      public Storage storage() {
        return storage;
      }
    };
  }
}
