package org.hetal.dataset;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.io.Serializable;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.hetal.format.Digests;

/**
 * What the cluster is given: encrypted minibatches cut in microbatches of work, and encrypted rows
 * without labels. A folder with one file a ciphertext and a manifest, written last ({@link
 * DatasetWriter}).
 *
 * @param origin parameters, key and layout
 * @param id of this data set, 32 random hex digits, under which its owner keeps a private record;
 *     that of {@code origin} in a data set to train on, another in rows to predict
 * @param scheduleHash SHA-256 of {@code Settings.Training.canonical()}: the minibatches were cut
 *     for this schedule
 * @param batches the minibatches of an epoch, in order; empty in a data set to predict
 * @param unlabelledGroups groups without labels: the validation rows of a training set, or the rows
 *     to predict
 */
public record EncryptedDataset(
    Origin origin,
    String id,
    String scheduleHash,
    List<Batch> batches,
    List<Group> unlabelledGroups)
    implements Serializable {
  static final String KIND = "hetal-encrypted-dataset";
  private static final int ID_BYTES = 16;

  public EncryptedDataset {
    requireId(id);
  }

  /** A minibatch: its microbatches, in the order in which rows were read. */
  public record Batch(int rows, List<Microbatch> microbatches) implements Serializable {}

  /**
   * One or two groups of one minibatch: what a task computes alone.
   *
   * @param id unique in the data set
   */
  public record Microbatch(String id, List<Group> groups) implements Serializable {}

  /**
   * The rows of one ciphertext of logits.
   *
   * @param features in the order of {@code Layout.packFeatures}
   * @param labels null in groups without labels
   */
  public record Group(
      int rows, List<StoredFile> features, @JsonSetter(nulls = Nulls.SET) StoredFile labels)
      implements Serializable {}

  /**
   * Reads and checks the manifest; ciphertexts are read one by one with {@link StoredFile#read}.
   *
   * @throws DatasetException when it is missing, damaged or contradicts itself
   */
  public static EncryptedDataset open(Storage storage) {
    EncryptedDataset dataset = ManifestFile.read(storage, KIND, EncryptedDataset.class);
    dataset.requireConsistent(storage.describe() + "/" + ManifestFile.NAME);
    return dataset;
  }

  /** A new random identity. */
  public static String newId() {
    byte[] bytes = new byte[ID_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /**
   * @throws DatasetException unless it is 32 lower-case hex digits: identities are names of files
   */
  public static void requireId(String id) {
    if (id == null || !id.matches("[0-9a-f]{32}")) {
      throw new DatasetException("data set id: expected 32 hex digits, actual " + id);
    }
  }

  /** Whether a finished data set is there. */
  public static boolean isPresent(Storage storage) {
    return storage.exists(ManifestFile.NAME);
  }

  /** SHA-256 of the manifest, which holds the digest of every ciphertext. */
  public static String manifestDigest(Storage storage) {
    return Digests.sha256(storage.read(ManifestFile.NAME));
  }

  /** Rows of all minibatches. */
  public int trainingRows() {
    return batches.stream().mapToInt(Batch::rows).sum();
  }

  /** Bytes of all ciphertexts. */
  public long bytes() {
    return groups().stream()
        .mapToLong(
            group ->
                group.features().stream().mapToLong(StoredFile::bytes).sum()
                    + (group.labels() == null ? 0 : group.labels().bytes()))
        .sum();
  }

  /** All groups: those of the minibatches in order, then those to judge. */
  public List<Group> groups() {
    return java.util.stream.Stream.concat(
            batches.stream()
                .flatMap(b -> b.microbatches().stream())
                .flatMap(u -> u.groups().stream()),
            unlabelledGroups.stream())
        .toList();
  }

  private void requireConsistent(String where) {
    require(
        batches.isEmpty() || id.equals(origin.datasetId()),
        where,
        "the data set id of the origin, " + origin.datasetId(),
        id);
    Set<String> ids = new HashSet<>();
    Set<String> paths = new HashSet<>();
    for (Batch batch : batches) {
      int rows = 0;
      for (Microbatch microbatch : batch.microbatches()) {
        require(
            ids.add(microbatch.id()), where, "unique microbatch ids", microbatch.id() + " twice");
        int groups = microbatch.groups().size();
        require(groups == 1 || groups == 2, where, "1 or 2 groups in " + microbatch.id(), groups);
        for (Group group : microbatch.groups()) {
          rows += group.rows();
          require(group.labels() != null, where, "labels in microbatch " + microbatch.id(), "none");
          requireGroup(where, group, paths);
        }
      }
      require(rows == batch.rows() && rows > 0, where, batch.rows() + " rows in a batch", rows);
    }
    for (Group group : unlabelledGroups) {
      require(group.labels() == null, where, "no labels in rows to judge", "labels");
      requireGroup(where, group, paths);
    }
  }

  private void requireGroup(String where, Group group, Set<String> paths) {
    int expected = Shapes.layout(origin.shape()).rowsPerGroup();
    require(
        group.rows() >= 1 && group.rows() <= expected,
        where,
        "1 to " + expected + " rows in a group",
        group.rows());
    int files =
        Shapes.layout(origin.shape()).rowBlocks(group.rows())
            * Shapes.layout(origin.shape()).columnBlocks();
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
