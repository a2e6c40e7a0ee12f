package org.hetal.dataset;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hetal.format.RunId;
import org.hetal.format.Shown;
import org.hetal.plan.TrainingPlan;

/**
 * The manifest of the trained model that the cluster returns: the encrypted weights of the best
 * epoch in compact form (divided by half the logit range), one file per ciphertext. It is written
 * last.
 *
 * @param origin parameters, key, plan and data set of the weights
 * @param runId of the run that trained it
 * @param epochs number of epochs of the run
 * @param bestEpoch whose weights these are, from 1; 0: the start
 * @param bootstraps per iteration
 * @param weights in the order of {@code Layout.packWeights}
 * @serial exclude
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

  /**
   * Checks the run id, which appears in messages on a terminal.
   *
   * @param origin parameters, key, plan and data set of the weights
   * @param runId of the run that trained it
   * @param epochs number of epochs of the run
   * @param bestEpoch whose weights these are, from 1; 0: the start
   * @param bootstraps per iteration
   * @param weights in the order of {@code Layout.packWeights}
   * @throws DatasetException when the run id has another form
   */
  public EncryptedModel {
    if (!RunId.isValid(runId)) {
      throw new DatasetException(
          "expected a run id of "
              + RunId.DESCRIPTION
              + ", actual "
              + (runId == null ? "none" : Shown.quoted(runId)));
    }
  }

  /**
   * Writes ciphertexts, then the manifest.
   *
   * @param storage the folder to be
   * @param origin parameters, key, plan and data set of the weights
   * @param runId of the run that trained it
   * @param epochs number of epochs of the run
   * @param bestEpoch whose weights these are, from 1; 0: the start
   * @param bootstraps per iteration
   * @param weights serialized ciphertexts in compact form
   * @param level of all of them
   * @return the manifest
   * @throws java.io.UncheckedIOException when a file cannot be written
   */
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
   * Reads the manifest of a folder; not the ciphertexts.
   *
   * @param storage the folder
   * @return the manifest
   * @throws DatasetException when it is missing or damaged
   */
  public static EncryptedModel open(Storage storage) {
    return ManifestFile.read(storage, KIND, EncryptedModel.class);
  }

  /**
   * Checks that the model belongs to a plan.
   *
   * @param where for the message
   * @param plan with which the model is to be used
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

  /**
   * Looks for the manifest, which is written last.
   *
   * @param storage the folder
   * @return whether it holds a complete model, or another complete artifact
   */
  public static boolean isPresent(Storage storage) {
    return storage.exists(ManifestFile.NAME);
  }
}
