package org.hetal.owner.record;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.DigestedJson;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.PlanFile;
import org.hetal.he.library.OwnerOnly;
import org.hetal.plan.TrainingPlan;

/** The records in the owner's private folder, a file each, named by their identities. */
public final class RecordStore {
  private static final String DATASETS = "datasets";
  private static final String ROWS = "rows";
  private static final String PLANS = "plans";
  private static final String KEYS = "evaluation-keys";
  private static final int MOST_KEY_BYTES = 1 << 20;
  private static final String REMEDY = "another release wrote it; run hetal encrypt again";
  private static final DigestedJson DATASET = new DigestedJson("hetal-private-data-set", 3, REMEDY);
  private static final DigestedJson OF_ROWS = new DigestedJson("hetal-private-rows", 1, REMEDY);

  /** Where earlier releases kept the one preparation that all data sets shared. */
  private static final String EARLIER = "model.json";

  private final LocalStorage storage;

  /**
   * @param folder the owner's, made with mode 0700 on the first write
   */
  public RecordStore(Path folder) {
    this.storage = LocalStorage.ownerOnly(folder);
  }

  /** Writes a copy of the plan, then the record. */
  public void write(DatasetRecord record, TrainingPlan plan) {
    record.origin().requirePlan(record.describe(), plan);
    storage.writeAtomically(path(PLANS, record.id()), PlanFile.bytes(plan));
    DATASET.write(storage, path(DATASETS, record.id()), record);
  }

  public void write(RowsRecord record) {
    OF_ROWS.write(storage, path(ROWS, record.id()), record);
  }

  /**
   * @param where what names the data set, for the message
   * @throws DatasetException when there is no such record or it is damaged
   */
  public DatasetRecord dataset(String id, String where) {
    String path = path(DATASETS, id);
    requirePresent(path, "data set " + id, where);
    return read(DATASET, path, DatasetRecord.class);
  }

  /**
   * The plan by which a data set was encrypted.
   *
   * @throws DatasetException when it is missing, damaged, or another one
   */
  public TrainingPlan plan(DatasetRecord record) {
    String path = path(PLANS, record.id());
    String where = storage.describe() + "/" + path;
    TrainingPlan plan = PlanFile.parse(where, storage.read(path));
    record.origin().requirePlan(where, plan);
    return plan;
  }

  /**
   * @param where what names the rows, for the message
   * @throws DatasetException when there is no such record or it is damaged
   */
  public RowsRecord rows(String id, String where) {
    String path = path(ROWS, id);
    requirePresent(path, "rows " + id, where);
    return read(OF_ROWS, path, RowsRecord.class);
  }

  /**
   * The record of the data set that was last encrypted to a folder: for when the data set itself
   * went to the cluster.
   *
   * @throws DatasetException when none was
   */
  public DatasetRecord newestWrittenTo(String folder) {
    List<DatasetRecord> records =
        storage.list(DATASETS).stream()
            .map(path -> read(DATASET, path, DatasetRecord.class))
            .toList();
    return records.stream()
        .filter(record -> record.folder().equals(folder))
        .max(Comparator.comparing(record -> Instant.parse(record.written())))
        .orElseThrow(
            () ->
                new DatasetException(
                    folder
                        + ": expected a data set, or in "
                        + storage.describe()
                        + "/"
                        + DATASETS
                        + " the record of one that was encrypted to there; actual "
                        + (records.isEmpty()
                            ? "no record"
                            : "records of "
                                + records.stream().map(DatasetRecord::describe).toList())
                        + earlier()));
  }

  /**
   * The record of the data set that was encrypted last, wherever it went.
   *
   * @throws DatasetException when there is none
   */
  public DatasetRecord newest() {
    return storage.list(DATASETS).stream()
        .map(path -> read(DATASET, path, DatasetRecord.class))
        .max(Comparator.comparing(record -> Instant.parse(record.written())))
        .orElseThrow(
            () ->
                new DatasetException(
                    storage.describe()
                        + "/"
                        + DATASETS
                        + ": expected the record of a data set, actual none; encrypt one first"));
  }

  /**
   * The evaluation keys that were written under a secret key.
   *
   * @return SHA-256 of their manifests
   */
  public List<String> evaluationKeys(String keyId) {
    String path = KEYS + "/" + keyId;
    if (!storage.exists(path)) {
      return List.of();
    }
    OwnerOnly.require(storage.root().resolve(path));
    return new String(storage.read(path, MOST_KEY_BYTES), StandardCharsets.US_ASCII)
        .lines()
        .toList();
  }

  /** Adds evaluation keys by the SHA-256 of their manifest. */
  public void addEvaluationKeys(String keyId, String manifestSha256) {
    String text = String.join("\n", evaluationKeys(keyId)) + "\n" + manifestSha256 + "\n";
    storage.writeAtomically(
        KEYS + "/" + keyId, text.stripLeading().getBytes(StandardCharsets.US_ASCII));
  }

  private <T> T read(DigestedJson format, String path, Class<T> type) {
    OwnerOnly.require(storage.root().resolve(path));
    return format.read(storage, path, type);
  }

  /** Deletes what killed writes left; the caller is the only one who writes records. */
  public void removeLeftovers() {
    for (String folder : List.of(DATASETS, ROWS, PLANS, KEYS)) {
      LocalStorage.ownerOnly(storage.root().resolve(folder)).removeLeftovers();
    }
  }

  private void requirePresent(String path, String what, String where) {
    if (!storage.exists(path)) {
      throw new DatasetException(
          where
              + ": expected its record in "
              + storage.describe()
              + "/"
              + path
              + ", actual none: the owner who encrypted "
              + what
              + " has it in paths.private"
              + earlier());
    }
  }

  private String earlier() {
    return storage.exists(EARLIER)
        ? "; "
            + storage.describe()
            + "/"
            + EARLIER
            + " is of an earlier release, which kept no record: run hetal encrypt again"
        : "; or run hetal encrypt again";
  }

  private static String path(String folder, String id) {
    EncryptedDataset.requireId(id);
    return folder + "/" + id + ".json";
  }
}
