package org.hetal.dataset;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hetal.plan.TrainingPlan;

/**
 * The trained model that the cluster returns: the encrypted weights of the best epoch in compact
 * form (divided by half the logit range), one file per ciphertext, and a manifest, which is written
 * last.
 *
 * @param runId of the run that trained it
 * @param epochs number of epochs of the run
 * @param bestEpoch whose weights these are, from 1; 0: the start
 * @param bootstraps per iteration
 * @param weights in the order of {@code Layout.packWeights}
 */
public record EncryptedModel(
    Origin origin,
    String runId,
    int epochs,
    int bestEpoch,
    int bootstraps,
    List<StoredFile> weights)
    implements Serializable {
  private static final String KIND = "hetal-encrypted-model";

  /** Writes ciphertexts, then the manifest. {@code level} is theirs. */
  public static EncryptedModel write(
      Storage storage,
      Origin origin,
      String runId,
      int epochs,
      int bestEpoch,
      int bootstraps,
      List<byte[]> weights,
      int level) {
    List<StoredFile> files = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      files.add(
          StoredFile.write(
              storage, String.format(Locale.ROOT, "w-%04d.ct", i), weights.get(i), level));
    }
    EncryptedModel model = new EncryptedModel(origin, runId, epochs, bestEpoch, bootstraps, files);
    ManifestFile.write(storage, KIND, model);
    return model;
  }

  /**
   * @throws DatasetException when it is missing or damaged
   */
  public static EncryptedModel open(Storage storage) {
    return ManifestFile.read(storage, KIND, EncryptedModel.class);
  }

  /**
   * @param where for the message
   * @throws DatasetException unless the model was trained by this plan and has as many ciphertexts
   *     as its layout
   */
  public void requirePlan(String where, TrainingPlan plan) {
    origin.requirePlan(where, plan);
    int expected = plan.layout().compactCiphertexts();
    if (weights.size() != expected) {
      throw new DatasetException(
          where + ": expected " + expected + " ciphertexts of weights, actual " + weights.size());
    }
  }

  /** Whether a finished model is there. */
  public static boolean isPresent(Storage storage) {
    return storage.exists(ManifestFile.NAME);
  }
}
