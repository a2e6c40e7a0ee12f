package org.hetal.owner.cli;

import org.hetal.command.ExitCode;
import org.hetal.config.LocalPath;
import org.hetal.owner.DataOwner;
import org.hetal.owner.PlainModel;
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
    try (DataOwner owner = owner()) {
      PlainModel model =
          owner.decrypt(
              LocalPath.of("paths.run", settings().paths().run()).resolve("model").toString(),
              modelFolder());
      say(
          "model of epoch %d of %d, run %s, data set %s, in %s",
          model.bestEpoch(),
          model.epochs(),
          model.runId(),
          model.datasetId(),
          modelFolder().toAbsolutePath().normalize());
    }
    return ExitCode.OK.status();
  }
}
