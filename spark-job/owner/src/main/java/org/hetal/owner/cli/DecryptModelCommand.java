package org.hetal.owner.cli;

import java.util.Locale;
import org.hetal.command.ExitCode;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedModel;
import org.hetal.dataset.Storage;
import org.hetal.he.owner.Client;
import org.hetal.owner.data.DecryptedModel;
import org.hetal.owner.record.DatasetRecord;
import picocli.CommandLine.Command;

/** Decrypts the model that the cluster trained. */
@Command(
    name = "decrypt-model",
    description = {
      "Decrypts the trained model into model.json and model.npz (NumPy): weights for scaled rows,"
          + " coefficients and intercepts for raw ones.",
      "Works by the record of the data set that the model was trained on, whatever was encrypted"
          + " since. May be repeated; refuses to replace the model of another run."
    })
final class DecryptModelCommand extends OwnerCommand {
  @Override
  int run() {
    try (OwnerLock lock = lockOwner();
        Client client = loadClient()) {
      Storage encrypted = encryptedModelStorage();
      EncryptedModel stored = EncryptedModel.open(encrypted);
      DatasetRecord record =
          records().dataset(stored.origin().datasetId(), "model in " + encrypted.describe());
      record.requireModel("model in " + encrypted.describe(), stored);
      DecryptedModel model =
          DecryptedModel.decrypt(client, stored, encrypted, record.preparation(), planOf(record));
      requireNoOther(model);
      modelStorage().removeLeftovers();
      model.write(modelStorage());
      say(
          "model of epoch %d of %d, run %s, %s, in %s",
          model.bestEpoch(),
          model.epochs(),
          model.runId(),
          record.describe(),
          modelStorage().describe());
    }
    return ExitCode.OK.status();
  }

  private void requireNoOther(DecryptedModel model) {
    if (!DecryptedModel.isPresent(modelStorage())) {
      return;
    }
    DecryptedModel there;
    try {
      there = DecryptedModel.read(modelStorage());
    } catch (DatasetException e) {
      throw new CommitException(
          modelStorage().describe()
              + ": expected no model or one that decrypt-model of this release wrote, actual"
              + " another file; kept. Move it away or set paths.model");
    }
    if (!there.runId().equals(model.runId()) || !there.datasetId().equals(model.datasetId())) {
      throw new CommitException(
          String.format(
              Locale.ROOT,
              "%s: expected no model or that of run %s, data set %s; actual that of run %s, data set"
                  + " %s; kept. Move it away or set paths.model",
              modelStorage().describe(),
              model.runId(),
              model.datasetId(),
              there.runId(),
              there.datasetId()));
    }
  }
}
