package org.hetal.dataset;

/** An encrypted model as the cluster's side hands it to the owner's side. */
public interface StoredModel {
  /** {@return what the model is of, and the names and digests of its files} */
  EncryptedModel manifest();

  /** {@return the folder with the files of {@link #manifest()}} */
  Storage storage();

  /**
   * A model that is stored in a folder.
   *
   * @param storage the folder
   * @return the model, its manifest read and its ciphertexts not
   * @throws DatasetException when it is missing or damaged
   */
  static StoredModel in(Storage storage) {
    EncryptedModel manifest = EncryptedModel.open(storage);
    return new StoredModel() {
      @Override
      public EncryptedModel manifest() {
        return manifest;
      }

      @Override
      public Storage storage() {
        return storage;
      }
    };
  }
}
