package org.hetal.owner.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hetal.command.SettingsCommand;
import org.hetal.config.LocalPath;
import org.hetal.config.SettingsException;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.OwnerOnly;
import org.hetal.dataset.PlanFile;
import org.hetal.dataset.PlanSettings;
import org.hetal.dataset.Storage;
import org.hetal.he.FileReadException;
import org.hetal.he.KeyBundleManifest;
import org.hetal.he.Parameters;
import org.hetal.he.owner.Client;
import org.hetal.owner.data.DataException;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.data.Splits;
import org.hetal.owner.keys.Clients;
import org.hetal.owner.record.DatasetRecord;
import org.hetal.owner.record.RecordStore;
import org.hetal.plan.TrainingPlan;

/** What the owner's commands have in common: the client, its files, and the records. */
abstract class OwnerCommand extends SettingsCommand {
  private Clients backend;

  @Override
  protected final int execute() {
    backend = Clients.of(settings());
    return run();
  }

  /** Does the work; the exit code. */
  abstract int run();

  final Clients backend() {
    return backend;
  }

  /** Reads the plaintext data and says what it found. */
  final PreparedData readData() {
    return described(PreparedData.read(settings().data()));
  }

  /** Says what there is. */
  final PreparedData described(PreparedData data) {
    say("%s", data.splits().describe());
    data.notes().forEach(note -> say("%s", note));
    data.warnings().forEach(this::warn);
    return data;
  }

  /**
   * The plan in {@code paths.plan}; where there is none, a new one is made and written there.
   *
   * @throws org.hetal.dataset.DatasetException when it is not the plan of these data and settings
   */
  final TrainingPlan plan(PreparedData data) {
    Path file = planFile();
    if (Files.exists(file)) {
      TrainingPlan plan = PlanFile.read(file, parameters());
      PlanSettings.require(file.toString(), plan, settings(), data.shape());
      return plan;
    }
    TrainingPlan plan = PlanSettings.plan(settings(), parameters(), data.shape());
    PlanFile.write(file, plan);
    say("plan %s in %s", plan.digest(), file);
    return plan;
  }

  final Path planFile() {
    return LocalPath.of("paths.plan", settings().paths().plan());
  }

  /** Those of the settings' parameter set. */
  final Parameters parameters() {
    try {
      return backend.parameters(settings().parameterSet());
    } catch (IllegalArgumentException e) {
      throw new SettingsException("parameters: " + e.getMessage(), e);
    }
  }

  final Path secretKeyFile() {
    return LocalPath.of("paths.secret-key", settings().paths().secretKey());
  }

  /** The client of the secret key file. */
  final Client loadClient() {
    Path file = secretKeyFile();
    if (!Files.isRegularFile(file)) {
      throw new DataException(
          file + ": expected a secret key, actual none; make one with hetal keygen");
    }
    OwnerOnly.require(file);
    return backend.load(file, settings().parameterSet(), settings().insecureSeed());
  }

  /** The manifest of a finished bundle of evaluation keys. */
  static KeyBundleManifest bundleManifest(Path bundle) {
    Path file = bundle.resolve(KeyBundleManifest.NAME);
    if (!Files.isRegularFile(file)) {
      throw new DataException(
          bundle
              + ": expected evaluation keys with a manifest, actual none; hetal keygen"
              + " --evaluation-keys-only makes or completes them");
    }
    try {
      return KeyBundleManifest.parse(file.toString(), Files.readAllBytes(file));
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }

  /**
   * @throws SettingsException unless the bundle has the keys of this client for this plan
   */
  static void requireFittingKeys(Path bundle, Client client, TrainingPlan plan) {
    KeyBundleManifest keys = bundleManifest(bundle);
    String missing = keys.missing(plan.keys(), client.parameters().ringDegree());
    if (!keys.keyId().equals(client.keyId()) || !missing.isEmpty()) {
      throw new SettingsException(
          bundle
              + ": expected the evaluation keys of secret key "
              + client.keyId()
              + " for these data, actual of "
              + keys.keyId()
              + (missing.isEmpty() ? "" : " without " + missing)
              + "; make them in another paths.key-bundle: hetal keygen --evaluation-keys-only -c"
              + " FILE");
    }
  }

  /** Where the evaluation keys for the cluster go. */
  final Path bundleFolder() {
    return LocalPath.of("paths.key-bundle", settings().paths().keyBundle());
  }

  final Path privateFolder() {
    return LocalPath.of("paths.private", settings().paths().privateDirectory());
  }

  /** Makes this the one command that writes what the owner keeps and hands out. */
  final OwnerLock lockOwner() {
    OwnerLock lock = OwnerLock.take(privateFolder());
    records().removeLeftovers();
    return lock;
  }

  final RecordStore records() {
    return new RecordStore(privateFolder());
  }

  /** The record of the data set in {@code paths.dataset}, or of the one that was written there. */
  final DatasetRecord recordInUse() {
    Storage dataset = datasetStorage();
    if (!EncryptedDataset.isPresent(dataset)) {
      return records().newestWrittenTo(dataset.describe());
    }
    EncryptedDataset there = EncryptedDataset.open(dataset);
    String id = there.origin().datasetId();
    DatasetRecord record = records().dataset(id, "data set " + id + " in " + dataset.describe());
    if (there.id().equals(id)) {
      record.requireManifest(dataset.describe(), EncryptedDataset.manifestDigest(dataset));
    }
    return record;
  }

  /**
   * Reads the plaintext data of a data set again and prepares them as they were for it.
   *
   * @throws org.hetal.dataset.DatasetException when data or settings are others than then
   */
  final PreparedData readDataOf(DatasetRecord record) {
    record.requireSettings(settings());
    PreparedData data =
        described(
            PreparedData.of(
                Splits.read(settings().data()), record.preparation(), settings().data()));
    record.requireData(data);
    return data;
  }

  /** The plan of a data set: the one that it was encrypted by. */
  final TrainingPlan planOf(DatasetRecord record) {
    TrainingPlan plan = records().plan(record);
    PlanFile.requireParameters(record.describe(), plan, parameters());
    return plan;
  }

  /** Writes a result that only the owner may read, where the owner said. */
  static void writeResult(Path to, byte[] bytes) {
    Path file = to.toAbsolutePath();
    LocalStorage folder = LocalStorage.ownerOnly(file.getParent());
    String name = file.getFileName().toString();
    folder.removeLeftovers(name);
    folder.writeAtomically(name, bytes);
  }

  final LocalStorage datasetStorage() {
    return new LocalStorage(LocalPath.of("paths.dataset", settings().paths().dataset()));
  }

  /** Where decrypt-model leaves the model in the clear. */
  final LocalStorage modelStorage() {
    return LocalStorage.ownerOnly(LocalPath.of("paths.model", settings().paths().model()));
  }

  /** Where the cluster left the encrypted model. */
  final Storage encryptedModelStorage() {
    return new LocalStorage(LocalPath.of("paths.run", settings().paths().run()).resolve("model"));
  }
}
