package org.hetal.owner;

import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.Shapes;
import org.hetal.he.HeLevelException;
import org.hetal.he.owner.Client;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.keys.ClientBackend;
import org.hetal.owner.record.DatasetRecord;
import org.hetal.owner.record.OwnerLock;
import org.hetal.owner.record.RecordStore;
import org.hetal.training.TrainingPlan;

/** Settings, key and records of one owner: what all calls of {@link DataOwner} start from. */
final class OwnerContext implements AutoCloseable {
  private final Settings settings;
  private final OwnerFiles files;
  private final ClientBackend backend;
  private final TrainingPlan plan; // null: planned from the data
  private Client client; // null: not loaded yet
  private OwnerListener listener = OwnerListener.NONE;

  OwnerContext(Settings settings, OwnerFiles files, ClientBackend backend, TrainingPlan plan) {
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

  ClientBackend backend() {
    return backend;
  }

  OwnerListener listener() {
    return listener;
  }

  void listen(OwnerListener told) {
    listener = told;
  }

  SecretKeyFile keyFile() {
    return new SecretKeyFile(files.secretKey());
  }

  void generate() {
    client = keyFile().generate(backend, settings);
  }

  /** The client of the secret key file, which is read at the first call. */
  Client client() {
    if (client == null) {
      client = keyFile().load(backend, settings);
    }
    return client;
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

  /**
   * The plan that was given.
   *
   * @throws IllegalStateException when none was
   */
  TrainingPlan plan() {
    if (plan == null) {
      throw new IllegalStateException("plan: expected one when this owner was made, actual none");
    }
    return plan;
  }

  /** The plan that was given, or that of the data. */
  TrainingPlan plan(LabeledData data) {
    return plan != null ? plan : Plan.of(settings, data).training();
  }

  /**
   * The record of the data set in a folder, or of the one that was written there.
   *
   * @param dataset null: of the data set that was encrypted last
   */
  DatasetRecord recordOf(LocalStorage dataset) {
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
    PreparedData prepared = data.prepared(record.preparation());
    record.requireData(prepared);
    return prepared;
  }

  /** The plan of a data set: the one that it was encrypted for. */
  TrainingPlan planOf(DatasetRecord record) {
    TrainingPlan planned;
    try {
      planned =
          TrainingPlan.of(
              backend.parameters(settings.parameterSet()),
              Shapes.layout(record.origin().shape()),
              PreparedData.schedule(settings.training(), record.train().rows()),
              record.validation().rows());
    } catch (IllegalArgumentException | HeLevelException e) {
      throw new SettingsException("plan: " + e.getMessage(), e);
    }
    record.requirePlan(planned);
    return planned;
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
      client = null;
    }
  }
}
