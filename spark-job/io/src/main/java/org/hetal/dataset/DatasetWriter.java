package org.hetal.dataset;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.hetal.format.Digests;
import org.hetal.plan.TrainingPlan;

/**
 * Writes an {@link EncryptedDataset}: ciphertexts in the order of the rows, then {@link #commit}.
 * Refuses a folder that holds one already. Not thread-safe.
 */
public final class DatasetWriter {
  private static final Pattern WRITTEN =
      Pattern.compile("(train|validation|unlabelled)/group-\\d{5,}/(x-\\d{4,}|y)\\.ct|plan\\.json");

  private final Storage storage;
  private final Origin origin;
  private final String id;
  private final TrainingPlan plan;
  private final List<EncryptedDataset.Batch> batches = new ArrayList<>();
  private final List<EncryptedDataset.Group> unlabelledGroups = new ArrayList<>();
  private final List<EncryptedDataset.Microbatch> validation = new ArrayList<>();
  private List<EncryptedDataset.Microbatch> microbatches;
  private int groups;
  private long bytes;
  private boolean committed;

  /**
   * An encrypted group, ready to be written.
   *
   * @param rows number of rows, from 1
   * @param features in the order of {@code Layout.packFeatures}
   * @param featureLevel of all of them
   * @param labels null in groups without labels
   * @param labelLevel of the labels
   */
  public record EncryptedGroup(
      int rows, List<byte[]> features, int featureLevel, byte[] labels, int labelLevel) {}

  /**
   * For a data set to train on.
   *
   * @param storage the folder to be
   * @param origin parameters, key, plan and identity
   * @param plan by which it is encrypted, of which the folder gets a copy
   * @throws DatasetException when the folder already has a manifest, or {@code origin} has another
   *     plan
   */
  public DatasetWriter(Storage storage, Origin origin, TrainingPlan plan) {
    this(storage, origin, origin.datasetId(), plan);
  }

  /**
   * For rows to predict.
   *
   * @param storage the folder to be
   * @param origin parameters, key, plan and training data of the model
   * @param id of the rows
   * @param plan by which they are encrypted, of which the folder gets a copy
   * @throws DatasetException when the folder already has a manifest, or {@code origin} has another
   *     plan
   */
  public DatasetWriter(Storage storage, Origin origin, String id, TrainingPlan plan) {
    origin.requirePlan(storage.describe(), plan);
    if (EncryptedDataset.isPresent(storage)) {
      throw new DatasetException(
          storage.describe() + ": expected no data set yet, actual one; remove it first");
    }
    this.storage = storage;
    this.origin = origin;
    this.id = id;
    this.plan = plan;
  }

  /**
   * Recognizes the files of a data set by their paths.
   *
   * @param path relative to the folder
   * @return whether it is that of a ciphertext or a plan which a writer wrote
   */
  public static boolean wrote(String path) {
    return WRITTEN.matcher(path).matches();
  }

  /** Starts the next minibatch. */
  public void startBatch() {
    finishBatch();
    microbatches = new ArrayList<>();
  }

  /**
   * Adds a microbatch to the current minibatch and writes its ciphertexts.
   *
   * @param microbatch 1 or 2 groups
   * @throws IllegalStateException before {@link #startBatch}
   */
  public void addMicrobatch(List<EncryptedGroup> microbatch) {
    if (microbatches == null) {
      throw new IllegalStateException("addMicrobatch before startBatch");
    }
    String id = String.format(Locale.ROOT, "b%04d-u%04d", batches.size(), microbatches.size());
    microbatches.add(write("train", id, microbatch));
  }

  /**
   * Adds a microbatch of validation rows with their labels, and writes its ciphertexts.
   *
   * @param microbatch 1 or 2 groups
   */
  public void addValidation(List<EncryptedGroup> microbatch) {
    String id = String.format(Locale.ROOT, "v%04d", validation.size());
    validation.add(write("validation", id, microbatch));
  }

  private EncryptedDataset.Microbatch write(
      String folder, String id, List<EncryptedGroup> microbatch) {
    return new EncryptedDataset.Microbatch(
        id, microbatch.stream().map(group -> write(folder, group)).toList());
  }

  /**
   * Adds a group without labels and writes its ciphertexts.
   *
   * @param group with null for the labels
   */
  public void addUnlabelledGroup(EncryptedGroup group) {
    unlabelledGroups.add(write("unlabelled", group));
  }

  /** Bytes written so far. */
  long bytes() {
    return bytes;
  }

  /**
   * Writes the manifest: from now on the data set is complete.
   *
   * @return the data set, read back and checked
   * @throws IllegalStateException the second time
   * @throws DatasetException when it contradicts itself or the plan
   */
  public EncryptedDataset commit() {
    return commit(manifest -> {});
  }

  /**
   * As {@link #commit()}.
   *
   * @param before called with the SHA-256 of the manifest that is about to be written
   * @return the data set, read back and checked
   * @throws IllegalStateException the second time
   * @throws DatasetException when it contradicts itself or the plan
   */
  public EncryptedDataset commit(Consumer<String> before) {
    if (committed) {
      throw new IllegalStateException("commit twice");
    }
    finishBatch();
    byte[] manifest =
        ManifestFile.bytes(
            EncryptedDataset.KIND,
            new EncryptedDataset.Manifest(
                origin,
                id,
                List.copyOf(batches),
                List.copyOf(unlabelledGroups),
                validation.isEmpty() ? null : List.copyOf(validation)));
    PlanFile.write(storage, plan);
    before.accept(Digests.sha256(manifest));
    storage.writeAtomically(ManifestFile.NAME, manifest);
    committed = true;
    return EncryptedDataset.open(storage);
  }

  private void finishBatch() {
    if (microbatches == null) {
      return;
    }
    int rows =
        microbatches.stream().flatMap(u -> u.groups().stream()).mapToInt(g -> g.rows()).sum();
    batches.add(new EncryptedDataset.Batch(rows, microbatches));
    microbatches = null;
  }

  private EncryptedDataset.Group write(String folder, EncryptedGroup group) {
    String prefix = String.format(Locale.ROOT, "%s/group-%05d", folder, groups++);
    List<StoredFile> features = new ArrayList<>();
    for (int i = 0; i < group.features().size(); i++) {
      features.add(
          write(
              String.format(Locale.ROOT, "%s/x-%04d.ct", prefix, i),
              group.features().get(i),
              group.featureLevel()));
    }
    StoredFile labels =
        group.labels() == null ? null : write(prefix + "/y.ct", group.labels(), group.labelLevel());
    return new EncryptedDataset.Group(group.rows(), features, labels);
  }

  private StoredFile write(String path, byte[] ciphertext, int level) {
    bytes += ciphertext.length;
    return StoredFile.write(storage, path, ciphertext, level);
  }
}
