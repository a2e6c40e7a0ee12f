package org.hetal.dataset;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The manifest of encrypted predictions: one ciphertext of logits (divided by half the logit range)
 * per group, in the order of {@link EncryptedDataset#unlabelledGroups()}, and a manifest, which is
 * written last.
 *
 * @param origin parameters, key, plan and training data of the model
 * @param rowsId {@link EncryptedDataset#id} of the predicted rows
 * @param rows number of rows of each group
 * @param logits one file per group
 * @serial exclude
 */
public record EncryptedLogits(
    Origin origin, String rowsId, List<Integer> rows, List<StoredFile> logits)
    implements Serializable {
  private static final String KIND = "hetal-encrypted-logits";

  /**
   * Checks the identity of the rows.
   *
   * @param origin parameters, key, plan and training data of the model
   * @param rowsId 32 hexadecimal digits
   * @param rows one number per group
   * @param logits as many files
   * @throws DatasetException for another {@code rowsId}
   */
  public EncryptedLogits {
    EncryptedDataset.requireId(rowsId);
  }

  /**
   * Writes ciphertexts, then the manifest.
   *
   * @param storage the folder to be
   * @param origin parameters, key, plan and training data of the model
   * @param rowsId {@link EncryptedDataset#id} of the predicted rows
   * @param rows number of rows of each group
   * @param logits a serialized ciphertext for each group
   * @param level of all of them
   * @return the manifest
   * @throws java.io.UncheckedIOException when a file cannot be written
   */
  public static EncryptedLogits write(
      Storage storage,
      Origin origin,
      String rowsId,
      List<Integer> rows,
      List<byte[]> logits,
      int level) {
    List<StoredFile> files = new ArrayList<>();
    for (int i = 0; i < logits.size(); i++) {
      files.add(
          StoredFile.write(
              storage, String.format(Locale.ROOT, "z-%04d.ct", i), logits.get(i), level));
    }
    EncryptedLogits out = new EncryptedLogits(origin, rowsId, List.copyOf(rows), files);
    ManifestFile.write(storage, KIND, out);
    return out;
  }

  /**
   * Reads the manifest of a folder; not the ciphertexts.
   *
   * @param storage the folder
   * @return the manifest
   * @throws DatasetException when it is missing, damaged or contradicts itself
   */
  public static EncryptedLogits open(Storage storage) {
    EncryptedLogits out = ManifestFile.read(storage, KIND, EncryptedLogits.class);
    if (out.rows().size() != out.logits().size()) {
      throw new DatasetException(
          storage.describe()
              + ": expected a ciphertext for each of "
              + out.rows().size()
              + " groups, actual "
              + out.logits().size());
    }
    return out;
  }
}
