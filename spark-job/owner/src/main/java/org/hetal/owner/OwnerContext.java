package org.hetal.owner;

import java.nio.file.Files;
import org.hetal.config.Settings;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.PlanFile;
import org.hetal.dataset.PlanSettings;
import org.hetal.dataset.Storage;
import org.hetal.he.HeFormatException;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.PublicEncryptor;
import org.hetal.owner.contribution.CommonPreparation;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.keys.Clients;
import org.hetal.owner.record.DatasetRecord;
import org.hetal.owner.record.OwnerLock;
import org.hetal.owner.record.RecordStore;
import org.hetal.plan.TrainingPlan;

/** Settings, key and records of one owner: what all calls of {@link DataOwner} start from. */
final class OwnerContext implements AutoCloseable {
  private Settings settings; // parameters = auto until a plan or a record has said the set
  private final OwnerFiles files;
  private final Clients backend;
  private TrainingPlan plan; // null: not read or made yet
  private Client client; // null: not loaded yet
  private PublicEncryptor publicEncryptor; // null: not loaded yet
  private OwnerListener listener = OwnerListener.NONE;
  private boolean toldOfSwapSpace; // of the secret key

  OwnerContext(Settings settings, OwnerFiles files, Clients backend, TrainingPlan plan) {
    this.settings = settings;
    this.files = files;
    this.backend = backend;
    this.plan = plan;
  }

  Settings settings() {
    return settings;
  }

  OwnerFiles files() {
    return files;
  }

  Clients backend() {
    return backend;
  }

  OwnerListener listener() {
    return listener;
  }

  void listen(OwnerListener told) {
    listener = told;
    tellOfSwapSpace();
  }

  SecretKeyFile keyFile() {
    return new SecretKeyFile(files.secretKey());
  }

  void generate() {
    nameParameterSet();
    client = keyFile().generate(backend, settings);
    tellOfSwapSpace();
  }

  /** Once, when there are both a key and somebody who is told. */
  private void tellOfSwapSpace() {
    if (client == null || listener == OwnerListener.NONE || toldOfSwapSpace) {
      return;
    }
    toldOfSwapSpace = true;
    tellOfSwapSpace("the secret key", client.memoryLockRefusal());
  }

  private void tellOfSwapSpace(String what, String refusal) {
    if (!refusal.isEmpty()) {
      listener.notice(
          "the system may write "
              + what
              + " to swap space: "
              + refusal
              + "; raise the limit with ulimit -l, or encrypt the swap space");
    }
  }

  /** The client of the secret key file, which is read at the first call. */
  Client client() {
    if (client == null) {
      nameParameterSet();
      client = keyFile().load(backend, settings);
      tellOfSwapSpace();
    }
    return client;
  }

  /**
   * Where the settings have {@code parameters = auto}: takes the set of the plan, or, when its file
   * went with the data set, of the data set that was encrypted last.
   */
  private void nameParameterSet() {
    if (!settings.isParameterSetAutomatic()) {
      return;
    }
    if (plan == null && !files.hasPlan()) {
      take(newestRecord());
      return;
    }
    TrainingPlan planned = plan == null ? PlanFile.read(files.plan()) : plan;
    take(files.plan().toString(), planned.parameters().name());
  }

  private DatasetRecord newestRecord() {
    try {
      return records().newest();
    } catch (DatasetException e) {
      throw new DatasetException(
          "parameters = auto: expected a plan in "
              + files.plan()
              + " or the record of a data set, actual neither ("
              + e.getMessage()
              + "); plan with the data first, or name the parameter set",
          e);
    }
  }

  /** Takes the set of a data set where the settings have {@code parameters = auto}. */
  void take(DatasetRecord record) {
    take(record.describe(), record.origin().parameterSet());
  }

  /** Takes this set where the settings have {@code parameters = auto}. */
  void take(String where, String parameterSet) {
    settings = PlanSettings.withParameterSet(where, parameterSet, settings);
  }

  RecordStore records() {
    return new RecordStore(files.privateFolder());
  }

  /** Makes this the one process that writes what the owner keeps and hands out. */
  OwnerLock lock() {
    OwnerLock lock = OwnerLock.take(files.privateFolder());
    records().removeLeftovers();
    return lock;
  }

  /** The plan that was given or is in the plan's file; null when there is neither. */
  private TrainingPlan known() {
    if (plan == null && files.hasPlan()) {
      String where = files.plan().toString();
      TrainingPlan read = PlanFile.read(files.plan());
      take(where, read.parameters().name());
      PlanFile.requireParameters(where, read, backend.parameters(settings.parameterSet()));
      PlanSettings.require(where, read, settings);
      plan = read;
    }
    return plan;
  }

  /**
   * The plan that was given or is in the plan's file.
   *
   * @throws DatasetException when there is neither, or it is not that of the settings
   */
  TrainingPlan plan() {
    if (known() == null) {
      throw new DatasetException(
          files.plan() + ": expected a plan, actual none; plan with the data first");
    }
    return plan;
  }

  /**
   * The plan for several owners, which the key holder made.
   *
   * @throws DatasetException when there is none, or it is not that of the settings
   */
  TrainingPlan jointPlan() {
    if (!plan().isJoint()) {
      throw new DatasetException(
          files.plan()
              + ": expected a plan for several owners, actual one for one owner; the key holder"
              + " makes it with hetal plan --contributions");
    }
    return plan;
  }

  /**
   * How all owners prepare their rows.
   *
   * @throws DatasetException when it is missing, damaged, or not that of the plan
   */
  CommonPreparation commonPreparation() {
    CommonPreparation common = CommonPreparation.read(files.preparation());
    String expected = jointPlan().commonPreparation();
    if (!common.digest().equals(expected)) {
      throw new DatasetException(
          files.preparation()
              + ": expected the preparation of "
              + files.plan()
              + " with SHA-256 "
              + expected
              + ", actual "
              + common.digest()
              + "; take both from the key holder");
    }
    return common;
  }

  /** Encrypts with the key holder's public key, which is read at the first call. */
  PublicEncryptor publicEncryptor() {
    if (publicEncryptor == null) {
      if (!Files.exists(files.publicKey())) {
        throw new DatasetException(
            files.publicKey()
                + ": expected the public key of the key holder, actual none; hetal keygen"
                + " --public-key makes it there, and the folder is for all data owners");
      }
      nameParameterSet();
      try {
        publicEncryptor = backend.encryptor(files.publicKey(), settings.parameterSet());
      } catch (HeFormatException e) {
        throw new DatasetException(
            files.publicKey()
                + ": expected a public key of "
                + settings.parameterSet()
                + ", actual other bytes ("
                + e.getMessage()
                + "); take it from the key holder, who makes it again with hetal keygen --public-key"
                + " where there is none",
            e);
      }
      tellOfSwapSpace("the seed of the encryption", publicEncryptor.memoryLockRefusal());
    }
    return publicEncryptor;
  }

  /**
   * The plan, which is made and written when there is none.
   *
   * @throws DatasetException when it is not that of settings and data
   */
  TrainingPlan plan(LabeledData data) {
    if (known() != null) {
      PlanSettings.require(files.plan().toString(), plan, settings, data.shape());
      return plan;
    }
    Plan made = Plan.of(settings, data, listener::notice);
    settings = made.settings();
    plan = made.training();
    if (keyFile().isPresent()) {
      client(); // refuses a key of another set before there is a plan for it
    }
    writePlan();
    return plan;
  }

  /** Writes the plan where later calls read it. */
  void writePlan() {
    PlanFile.write(files.plan(), plan);
    listener.notice("plan " + plan.digest() + " in " + files.plan());
  }

  /**
   * The record of the data set in a folder, or of the one that was written there.
   *
   * @param dataset null: of the data set that was encrypted last
   */
  DatasetRecord recordOf(Storage dataset) {
    DatasetRecord record = recordIn(dataset);
    take(record);
    return record;
  }

  private DatasetRecord recordIn(Storage dataset) {
    if (dataset == null) {
      return records().newest();
    }
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
   * Prepares data as they were prepared for a data set.
   *
   * @throws DatasetException when data or settings are others than then
   */
  PreparedData dataOf(DatasetRecord record, LabeledData data) {
    record.requireSettings(settings);
    PreparedData prepared = data.prepared(record.preparation(), record.classNames());
    record.requireData(prepared);
    return prepared;
  }

  /**
   * The plan of a data set: the one by which it was encrypted.
   *
   * @throws DatasetException when its copy is damaged or for other parameters than the settings'
   */
  TrainingPlan planOf(DatasetRecord record) {
    take(record);
    TrainingPlan planned = records().plan(record);
    PlanFile.requireParameters(
        record.describe(), planned, backend.parameters(settings.parameterSet()));
    return planned;
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
      client = null;
    }
    if (publicEncryptor != null) {
      publicEncryptor.close();
      publicEncryptor = null;
    }
  }
}
