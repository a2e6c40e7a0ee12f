package org.hetal.owner.cli;

import org.hetal.command.ExitCode;
import org.hetal.he.owner.Client;
import org.hetal.owner.data.DecryptedModel;
import org.hetal.owner.data.PrivateModel;
import picocli.CommandLine.Command;

/** Decrypts the model that the cluster trained. */
@Command(
    name = "decrypt-model",
    description =
        "Decrypts the trained model into model.json and model.npz (NumPy): weights for scaled rows,"
            + " coefficients and intercepts for raw ones.")
final class DecryptModelCommand extends OwnerCommand {
  @Override
  int run() {
    try (Client client = loadClient()) {
      DecryptedModel model =
          DecryptedModel.decrypt(
              client, PrivateModel.read(privateStorage()), encryptedModelStorage());
      model.write(modelStorage());
      say(
          "%d classes, %d raw columns, of epoch %d of %d, in %s",
          model.weights().length,
          model.preparation().columns(),
          model.bestEpoch(),
          model.epochs(),
          modelStorage().describe());
    }
    return ExitCode.OK.status();
  }
}
