package org.hetal.owner.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.hetal.command.ExitCode;
import org.hetal.he.RotationPlan;
import org.hetal.he.owner.Client;
import org.hetal.owner.data.PreparedData;
import org.hetal.training.TrainingPlan;
import picocli.CommandLine.Command;

/** Makes the secret key and the evaluation keys that training on the owner's data needs. */
@Command(
    name = "keygen",
    description = {
      "Makes a key pair: the secret key (mode 0600, stays with you) and the bundle of evaluation"
          + " keys for the cluster, which holds exactly the keys that training on your data uses.",
      "Refuses to overwrite either."
    })
final class KeygenCommand extends OwnerCommand {
  @Override
  int run() {
    Path secretKey = secretKeyFile();
    Path bundle = Path.of(settings().paths().keyBundle());
    if (Files.exists(secretKey)) {
      throw new CommitException(secretKey + ": expected no secret key yet, actual one; kept");
    }
    if (bundle.toFile().list() != null && bundle.toFile().list().length > 0) {
      throw new CommitException(bundle + ": expected an empty folder, actual files; kept");
    }
    PreparedData data = readData();
    TrainingPlan plan = plan(data);
    RotationPlan keys = plan.rotations();
    try (Client client = backend().generate(settings().parameterSet(), settings().insecureSeed())) {
      makeFolder(secretKey.toAbsolutePath().getParent());
      client.saveSecretKey(secretKey);
      say("secret key %s in %s, for you alone", client.keyId(), secretKey);
      long[] bytes = {0};
      try (ProgressBar bar = ProgressBar.start(out(), "keygen: keys")) {
        client.writeEvaluationKeys(
            bundle,
            keys,
            (done, of, written) -> {
              bytes[0] += written;
              bar.accept(done, of);
            });
      }
      say("evaluation keys for the cluster in %s: %s", bundle, Sizes.bytes(bytes[0]));
    }
    return ExitCode.OK.status();
  }

  /** Nobody else may list what the owner keeps. */
  private static void makeFolder(Path folder) {
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be made: " + e.getMessage(), e);
    }
  }
}
