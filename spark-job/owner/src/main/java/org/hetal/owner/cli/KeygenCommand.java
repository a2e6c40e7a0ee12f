package org.hetal.owner.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.hetal.command.ExitCode;
import org.hetal.command.ProgressBar;
import org.hetal.command.Units;
import org.hetal.config.SettingsException;
import org.hetal.dataset.CommitException;
import org.hetal.he.KeyBundleManifest;
import org.hetal.owner.DataOwner;
import org.hetal.owner.KeyHolder;
import org.hetal.owner.LabeledData;
import org.hetal.owner.OwnerFiles;
import org.hetal.owner.WrittenKeys;
import org.hetal.owner.table.DataException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes the secret key and the evaluation keys that training on the owner's data needs. */
@Command(
    name = "keygen",
    description = {
      "Makes a key pair: the secret key (mode 0600, stays with you) and the bundle of evaluation"
          + " keys for the cluster, which holds exactly the keys that training on your data uses.",
      "With a secret key already there it makes that key's evaluation keys: those that a killed run"
          + " or a full disk left unfinished, or for other data or settings in another"
          + " paths.key-bundle. Nothing to do when they are there and fit.",
      "With paths.passphrase = terminal it asks for a passphrase without echo and encrypts the secret"
          + " key under it (Argon2id, AES-256-GCM); paths.passphrase may also be a file of mode 0600"
          + " or /dev/fd/N. The other commands then ask, too.",
      "With a plan for several owners in paths.plan it makes the keys of that plan; it reads no data.",
      "Never overwrites a secret key or a finished bundle."
    })
final class KeygenCommand extends OwnerCommand {
  @Option(
      names = "--evaluation-keys-only",
      description = "Make no secret key: an error when there is none yet.")
  private boolean evaluationKeysOnly;

  @Option(
      names = "--public-key",
      description =
          "For the data of several owners: make no evaluation keys yet, but the public key"
              + " (public.key, beside paths.plan) with which the owners contribute to a plan and"
              + " encrypt. Needs no data, and a named parameter set.")
  private boolean publicKey;

  @Override
  int run() {
    if (publicKey) {
      return makePublicKey();
    }
    if (isJoint()) {
      return makeKeysOfPlan();
    }
    LabeledData data = data();
    data.prepared();
    OwnerFiles files = OwnerFiles.of(settings());
    Path bundle = Path.of(keyFolder());
    try (DataOwner owner = owned(owner(files, bundle, data));
        ProgressBar bar = ProgressBar.start(out(), "keygen: keys")) {
      WrittenKeys keys = owner.withListener(progress(bar)).writeEvaluationKeys(keyFolder(), data);
      bar.close();
      tell(keys);
    }
    return ExitCode.OK.status();
  }

  private int makePublicKey() {
    if (evaluationKeysOnly) {
      throw new SettingsException(
          "keygen: expected one of --public-key and --evaluation-keys-only, actual both");
    }
    try (KeyHolder holder = keyHolder()) {
      OwnerFiles files = OwnerFiles.of(settings());
      String id = holder.writePublicKey();
      say("secret key %s in %s, for you alone", id, files.secretKey());
      say("public key for the data owners in %s", files.publicKey());
    }
    return ExitCode.OK.status();
  }

  /** The plan for several owners says which keys; there are no data here. */
  private int makeKeysOfPlan() {
    try (KeyHolder holder = keyHolderWithKey();
        ProgressBar bar = ProgressBar.start(out(), "keygen: keys")) {
      WrittenKeys keys = holder.withListener(progress(bar)).writeEvaluationKeys(keyFolder());
      bar.close();
      tell(keys);
    }
    return ExitCode.OK.status();
  }

  private void tell(WrittenKeys keys) {
    if (keys.alreadyThere()) {
      say(
          "done already: the evaluation keys of secret key %s are in %s",
          keys.keyId(), keys.folder());
    } else {
      say("evaluation keys for the cluster in %s: %s", keys.folder(), Units.bytes(keys.bytes()));
    }
  }

  /** The owner of the secret key that is there, or of a new one. */
  private DataOwner owner(OwnerFiles files, Path bundle, LabeledData data) {
    if (DataOwner.hasSecretKey(files)) {
      say("secret key in %s: there already, kept", files.secretKey());
      return DataOwner.open(settings(), files);
    }
    if (evaluationKeysOnly) {
      throw new DataException(
          files.secretKey()
              + ": expected a secret key, actual none; hetal keygen without"
              + " --evaluation-keys-only makes one");
    }
    if (Files.exists(bundle.resolve(KeyBundleManifest.NAME))) {
      throw new CommitException(
          bundle
              + ": expected no evaluation keys without the secret key "
              + files.secretKey()
              + ", actual those of another; kept. Set paths.secret-key to theirs, or another"
              + " paths.key-bundle");
    }
    if (settings().isParameterSetAutomatic()) {
      try (DataOwner planner = owned(DataOwner.open(settings(), files))) {
        planner.plan(data); // the set of the key is the plan's
      }
    }
    DataOwner owner = DataOwner.generate(settings(), files);
    say("secret key %s in %s, for you alone", owner.keyId(), files.secretKey());
    return owner;
  }
}
