package org.hetal.dataset;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.hetal.format.Digests;
import org.hetal.packing.Layout;
import org.hetal.plan.Partition;
import org.hetal.plan.RowCounts;
import org.hetal.plan.RowRange;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;

/**
 * The manifest of the data set that the cluster gets: encrypted minibatches, cut into microbatches,
 * and encrypted rows without labels. A folder with one file per ciphertext and a manifest, which is
 * written last by {@code DatasetWriter}.
 *
 * @param plan by which it was encrypted: its folder holds a copy
 * @param origin parameters, key and plan
 * @param id of this data set, 32 random hex digits, under which its owner keeps a private record;
 *     that of {@code origin} in a data set to train on, another in rows to predict
 * @param batches the minibatches of an epoch, in order; empty in a data set to predict
 * @param unlabelledGroups groups without labels: the validation rows of a training set whose oracle
 *     gets logits, or the rows to predict
 * @param validation the validation rows with their labels, in microbatches, where the loss is
 *     computed on ciphertexts; else empty
 * @serial exclude
 */
public record EncryptedDataset(
    TrainingPlan plan,
    Origin origin,
    String id,
    List<Batch> batches,
    List<Group> unlabelledGroups,
    List<Microbatch> validation)
    implements Serializable {
  static final String KIND = "hetal-encrypted-dataset";
  private static final int ID_BYTES = 16;

  /**
   * Checks the identity; {@link #open} checks the rest.
   *
   * @param plan by which it was encrypted
   * @param origin parameters, key and plan
   * @param id 32 lower-case hexadecimal digits
   * @param batches the minibatches of an epoch, in order
   * @param unlabelledGroups groups without labels
   * @param validation microbatches of validation rows with labels
   * @throws DatasetException for another {@code id}
   */
  public EncryptedDataset {
    requireId(id);
  }

  /**
   * What the manifest holds.
   *
   * @param validation null: none, and the manifest is that of earlier releases
   */
  record Manifest(
      Origin origin,
      String id,
      List<Batch> batches,
      List<Group> unlabelledGroups,
      @JsonInclude(JsonInclude.Include.NON_NULL) @JsonSetter(nulls = Nulls.SET)
          List<Microbatch> validation) {
    private static void addValidation(ObjectNode content) {
      if (!content.has("validation")) {
        content.putNull("validation");
      }
    }
  }

  /**
   * A minibatch.
   *
   * @param rows of all its microbatches
   * @param microbatches in the order in which rows were read
   * @serial exclude
   */
  public record Batch(int rows, List<Microbatch> microbatches) implements Serializable {}

  /**
   * The stored form of a microbatch, whose gradient is computed as a whole.
   *
   * @param id unique in the data set
   * @param groups one or two groups of one minibatch
   * @serial exclude
   */
  public record Microbatch(String id, List<Group> groups) implements Serializable {}

  /**
   * The stored form of a group: the rows of one ciphertext of logits.
   *
   * @param rows number of rows, from 1
   * @param features in the order of {@code Layout.packFeatures}
   * @param labels null in groups without labels
   * @serial exclude
   */
  public record Group(
      int rows, List<StoredFile> features, @JsonSetter(nulls = Nulls.SET) StoredFile labels)
      implements Serializable {
    /** {@return the ciphertexts: features, then labels where there are some} */
    public List<StoredFile> files() {
      return Stream.concat(features.stream(), Stream.ofNullable(labels)).toList();
    }

    /**
     * Row blocks of the features; with several owners more than the rows need.
     *
     * @param layout of the plan
     * @return 1 to {@code layout.positions()}
     */
    public int rowBlocks(Layout layout) {
      return features.size() / layout.columnBlocks();
    }
  }

  /**
   * Reads and checks the manifest and the plan; ciphertexts are read one by one with {@link
   * StoredFile#read}.
   *
   * @param storage the folder
   * @return the data set
   * @throws DatasetException when it is missing, damaged or contradicts itself
   */
  public static EncryptedDataset open(Storage storage) {
    return open(storage, ManifestFile.bytes(storage));
  }

  /** From a manifest that was read. */
  static EncryptedDataset open(Storage storage, byte[] bytes) {
    Manifest manifest =
        ManifestFile.parse(storage, bytes, KIND, Manifest.class, Manifest::addValidation);
    TrainingPlan plan = PlanFile.read(storage);
    manifest.origin().requirePlan(storage.describe() + "/" + PlanFile.NAME, plan);
    EncryptedDataset dataset =
        new EncryptedDataset(
            plan,
            manifest.origin(),
            manifest.id(),
            manifest.batches(),
            manifest.unlabelledGroups(),
            manifest.validation() == null ? List.of() : manifest.validation());
    dataset.requireConsistent(storage.describe() + "/" + ManifestFile.NAME);
    return dataset;
  }

  /** {@return a new random identity, 32 lower-case hexadecimal digits} */
  public static String newId() {
    byte[] bytes = new byte[ID_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /**
   * Checks the form of an identity, which becomes the name of a file.
   *
   * @param id expected 32 lower-case hexadecimal digits
   * @throws DatasetException for another text
   */
  public static void requireId(String id) {
    if (id == null || !id.matches("[0-9a-f]{32}")) {
      throw new DatasetException("data set id: expected 32 hex digits, actual " + id);
    }
  }

  /**
   * Looks for the manifest, which is written last.
   *
   * @param storage the folder
   * @return whether it holds a complete data set, or another complete artifact
   */
  public static boolean isPresent(Storage storage) {
    return storage.exists(ManifestFile.NAME);
  }

  /**
   * The digest of the manifest, which holds the digest of every ciphertext.
   *
   * @param storage the folder of a complete data set
   * @return SHA-256, 64 lower-case hexadecimal digits
   * @throws DatasetException when there is no manifest
   */
  public static String manifestDigest(Storage storage) {
    return Digests.sha256(ManifestFile.bytes(storage));
  }

  /** {@return the rows of all minibatches} */
  public int trainingRows() {
    return batches.stream().mapToInt(Batch::rows).sum();
  }

  /** {@return the rows of a data set to train on} */
  public RowCounts rowCounts() {
    return new RowCounts(batches.stream().map(Batch::rows).toList(), evaluationRows());
  }

  /** {@return the rows of {@link #evaluationGroups()}} */
  public int evaluationRows() {
    return evaluationGroups().stream().mapToInt(Group::rows).sum();
  }

  /** {@return the groups of validation rows, with labels or without, or of rows to predict} */
  public List<Group> evaluationGroups() {
    return Stream.concat(
            unlabelledGroups.stream(), validation.stream().flatMap(u -> u.groups().stream()))
        .toList();
  }

  /** {@return the ciphertexts of a question to the validation oracle} */
  public int questionCiphertexts() {
    return plan.loss() == null ? unlabelledGroups.size() : 1;
  }

  /** {@return the bytes of all ciphertexts} */
  public long bytes() {
    return groups().stream()
        .flatMap(group -> group.files().stream())
        .mapToLong(StoredFile::bytes)
        .sum();
  }

  /** {@return all groups, those of the minibatches in order, then those of the validation} */
  public List<Group> groups() {
    return Stream.concat(
            batches.stream()
                .flatMap(b -> b.microbatches().stream())
                .flatMap(u -> u.groups().stream()),
            evaluationGroups().stream())
        .toList();
  }

  /**
   * Compares the levels in the manifest with those of the plan.
   *
   * @param storage the folder, for messages
   * @throws DatasetException naming the first file of another level
   */
  public void requirePlannedLevels(Storage storage) {
    for (Batch batch : batches) {
      for (Microbatch microbatch : batch.microbatches()) {
        requireLevels(
            storage, microbatch.groups(), plan.levels().features(), plan.levels().labels());
      }
    }
    for (Microbatch microbatch : validation) {
      requireLevels(storage, microbatch.groups(), plan.loss().features(), plan.loss().labels());
    }
    requireLevels(storage, unlabelledGroups, plan.levels().validationFeatures(), 0);
  }

  private static void requireLevels(Storage storage, List<Group> groups, int features, int labels) {
    for (Group group : groups) {
      for (StoredFile file : group.features()) {
        requireLevel(storage, file, features);
      }
      if (group.labels() != null) {
        requireLevel(storage, group.labels(), labels);
      }
    }
  }

  private static void requireLevel(Storage storage, StoredFile file, int level) {
    require(
        file.level() == level,
        storage.describe(file.path()),
        "level " + level + " as in the plan",
        file.level());
  }

  private void requireConsistent(String where) {
    require(
        batches.isEmpty() || id.equals(origin.datasetId()),
        where,
        "the data set id of the origin, " + origin.datasetId(),
        id);
    if (!batches.isEmpty()) {
      if (plan.isJoint()) {
        requireOwnPartition(where);
      } else {
        requirePlannedRows(where);
      }
      boolean labelled = plan.loss() != null;
      require(
          labelled ? unlabelledGroups.isEmpty() : validation.isEmpty(),
          where,
          labelled ? "labels of the validation rows" : "validation rows without labels",
          labelled ? "none" : "labels");
    }
    require(
        !batches.isEmpty() || validation.isEmpty(),
        where,
        "no validation rows with labels beside rows to predict",
        validation.size() + " microbatches of them");
    Set<String> ids = new HashSet<>();
    Set<String> paths = new HashSet<>();
    for (Batch batch : batches) {
      int rows = 0;
      for (Microbatch microbatch : batch.microbatches()) {
        requireMicrobatch(where, microbatch, ids, paths);
        rows += microbatch.groups().stream().mapToInt(Group::rows).sum();
      }
      require(rows == batch.rows() && rows > 0, where, batch.rows() + " rows in a batch", rows);
    }
    validation.forEach(microbatch -> requireMicrobatch(where, microbatch, ids, paths));
    for (Group group : unlabelledGroups) {
      require(group.labels() == null, where, "no labels in unlabelled groups", "labels");
      requireGroup(where, group, paths);
    }
  }

  private void requirePlannedRows(String where) {
    require(
        batches.size() == plan.schedule().batches(),
        where,
        plan.schedule().batches() + " minibatches as planned",
        batches.size());
    require(
        trainingRows() == plan.schedule().rows(),
        where,
        plan.schedule().rows() + " rows as planned",
        trainingRows());
    require(
        evaluationRows() == plan.validationRows(),
        where,
        plan.validationRows() + " validation rows as planned",
        evaluationRows());
  }

  /** The data set of one of several owners: cut as the plan cuts so many rows. */
  private void requireOwnPartition(String where) {
    long rows = batches.stream().mapToLong(Batch::rows).sum();
    require(
        rows >= 1 && rows <= Schedule.MOST_ROWS,
        where,
        "1 to " + Schedule.MOST_ROWS + " rows",
        rows);
    Schedule own = plan.schedule().withRows((int) rows);
    require(
        batches.size() == own.batches(),
        where,
        own.batches() + " minibatches of " + rows + " rows",
        batches.size());
    for (int batch = 0; batch < batches.size(); batch++) {
      List<List<Integer>> planned =
          Partition.microbatches(own, batch, plan.layout()).stream()
              .map(microbatch -> microbatch.groups().stream().map(RowRange::rows).toList())
              .toList();
      requireRows(where + ": minibatch " + batch, planned, batches.get(batch).microbatches());
    }
    long validationRows = evaluationGroups().stream().mapToLong(Group::rows).sum();
    require(
        validationRows >= 1 && validationRows <= Schedule.MOST_ROWS,
        where,
        "1 to " + Schedule.MOST_ROWS + " validation rows",
        validationRows);
    List<List<Integer>> planned =
        Partition.validationMicrobatches(
                (int) validationRows, own.groupsPerMicrobatch(), plan.layout())
            .stream()
            .map(microbatch -> microbatch.stream().map(RowRange::rows).toList())
            .toList();
    requireRows(where + ": validation", planned, validation);
  }

  private static void requireRows(
      String where, List<List<Integer>> planned, List<Microbatch> microbatches) {
    List<List<Integer>> actual =
        microbatches.stream()
            .map(microbatch -> microbatch.groups().stream().map(Group::rows).toList())
            .toList();
    require(actual.equals(planned), where, "rows of its groups " + planned, actual);
  }

  private void requireMicrobatch(
      String where, Microbatch microbatch, Set<String> ids, Set<String> paths) {
    require(ids.add(microbatch.id()), where, "unique microbatch ids", microbatch.id() + " twice");
    int groups = microbatch.groups().size();
    require(groups == 1 || groups == 2, where, "1 or 2 groups in " + microbatch.id(), groups);
    for (Group group : microbatch.groups()) {
      require(group.labels() != null, where, "labels in microbatch " + microbatch.id(), "none");
      requireGroup(where, group, paths);
    }
  }

  private void requireGroup(String where, Group group, Set<String> paths) {
    int expected = plan.layout().rowsPerGroup();
    require(
        group.rows() >= 1 && group.rows() <= expected,
        where,
        "1 to " + expected + " rows in a group",
        group.rows());
    boolean predicted = batches.isEmpty();
    int rowBlocks =
        predicted ? plan.layout().rowBlocks(group.rows()) : plan.rowBlocks(group.rows());
    int files = rowBlocks * plan.layout().columnBlocks();
    require(
        group.features().size() == files, where, files + " feature files", group.features().size());
    for (StoredFile file : group.features()) {
      require(paths.add(file.path()), where, "unique paths", file.path() + " twice");
    }
    require(
        group.labels() == null || paths.add(group.labels().path()),
        where,
        "unique paths",
        "labels twice");
  }

  private static void require(boolean holds, String where, String expected, Object actual) {
    if (!holds) {
      throw new DatasetException(where + ": expected " + expected + ", actual " + actual);
    }
  }
}
