package org.hetal.dataset;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Encrypted predictions: one ciphertext of logits (divided by half the logit range) per group, in
 * the order of {@link EncryptedDataset#unlabelledGroups()}, and a manifest, which is written last.
 *
 * @param rowsId {@link EncryptedDataset#id} of the predicted rows
 * @param rows number of rows of each group
 * @param logits one file per group
 */
public record EncryptedLogits(
    Origin origin, String rowsId, List<Integer> rows, List<StoredFile> logits)
    implements Serializable {
  private static final String KIND = "hetal-encrypted-logits";

  public EncryptedLogits {
    EncryptedDataset.requireId(rowsId);
  }

  /** Writes ciphertexts, then the manifest. {@code level} is theirs. */
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
