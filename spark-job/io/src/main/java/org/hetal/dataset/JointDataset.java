package org.hetal.dataset;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.hetal.format.Digests;
import org.hetal.plan.Interleaving;

/**
 * What a training reads: the data set of one owner, or those of several owners as one.
 *
 * <p>With several owners the minibatches of an epoch are in the order of {@link Interleaving}, the
 * owner with the most rows first, owners with as many rows in the order of the identities of their
 * data sets. The order thus depends on the data sets alone, not on the order in which they are
 * named.
 *
 * @param dataset all minibatches and validation rows; its paths are those of {@link #storage()}
 * @param digest SHA-256 of the manifest, or with several owners of all manifests
 * @param parts the data sets, that with the most rows first
 */
public record JointDataset(EncryptedDataset dataset, String digest, List<Part> parts) {
  /**
   * The data set of one owner.
   *
   * @param storage its folder
   * @param id its identity, 32 hexadecimal digits
   * @param minibatches per epoch; 0 for rows to predict
   * @param trainingRows rows in minibatches
   * @param validationRows rows to validate with
   */
  public record Part(
      Storage storage, String id, int minibatches, int trainingRows, int validationRows) {}

  private record Opened(Storage storage, EncryptedDataset dataset, String digest) {
    String id() {
      return dataset.id();
    }
  }

  /**
   * Opens one data set, or several whose plan is for several owners.
   *
   * @param storages the folders, in any order
   * @return all of it
   * @throws DatasetException naming the folder, when a data set is missing, damaged, there twice,
   *     or of another plan, key or preparation than the first, or when several are of a plan for
   *     one owner
   */
  public static JointDataset open(List<? extends Storage> storages) {
    List<Opened> opened = new ArrayList<>();
    for (Storage storage : storages) {
      // Once, so that the digest is that of what was checked.
      byte[] manifest = ManifestFile.bytes(storage);
      opened.add(
          new Opened(storage, EncryptedDataset.open(storage, manifest), Digests.sha256(manifest)));
    }
    Opened first = opened.get(0);
    if (!first.dataset().plan().isJoint()) {
      if (opened.size() > 1) {
        throw new DatasetException(
            first.storage().describe()
                + ": expected a data set of a plan for several owners beside "
                + opened.get(1).storage().describe()
                + ", actual one of a plan for one owner; plan with hetal plan --contributions");
      }
      return new JointDataset(first.dataset(), first.digest(), List.of(part(first)));
    }
    opened.forEach(each -> requireLike(first, each));
    requireDistinct(opened);
    opened.sort(
        Comparator.comparingInt((Opened each) -> -each.dataset().trainingRows())
            .thenComparing(Opened::id));
    return joined(opened);
  }

  /** {@return the folders, in the order of the parts} */
  public List<Storage> storages() {
    return parts.stream().map(Part::storage).toList();
  }

  /** {@return where the files of {@link #dataset()} are} */
  public Storage storage() {
    return storage(dataset.plan().isJoint(), storages());
  }

  /**
   * Where the files of a data set are.
   *
   * @param isJoint whether its plan is for several owners
   * @param storages the folders, in the order of the parts
   * @return one folder
   */
  public static Storage storage(boolean isJoint, List<? extends Storage> storages) {
    return isJoint ? new JoinedStorage(storages) : storages.get(0);
  }

  private static Part part(Opened opened) {
    return new Part(
        opened.storage(),
        opened.id(),
        opened.dataset().batches().size(),
        opened.dataset().trainingRows(),
        opened.dataset().evaluationRows());
  }

  private static void requireLike(Opened first, Opened other) {
    Origin expected = first.dataset().origin();
    Origin actual = other.dataset().origin();
    String where = other.storage().describe();
    String like =
        ", as in "
            + first.storage().describe()
            + "; the one that is not of the key holder's present plan is encrypted again by its"
            + " owner";
    require(
        where,
        "parameter set",
        expected.parameterSet() + " " + expected.parameterHash(),
        actual.parameterSet() + " " + actual.parameterHash(),
        like);
    require(where, "key id", expected.keyId(), actual.keyId(), like);
    require(where, "common preparation with SHA-256", expected(first), expected(other), like);
    require(where, "plan with SHA-256", expected.planDigest(), actual.planDigest(), like);
    if (other.dataset().batches().isEmpty()) {
      throw new DatasetException(
          where + ": expected minibatches to train on, actual rows to predict");
    }
  }

  private static String expected(Opened opened) {
    String preparation = opened.dataset().plan().commonPreparation();
    return preparation == null ? "none (a plan for one owner)" : preparation;
  }

  private static void require(
      String where, String what, String expected, String actual, String like) {
    if (!expected.equals(actual)) {
      throw new DatasetException(
          where + ": expected the " + what + " " + expected + like + "; actual " + actual);
    }
  }

  private static void requireDistinct(List<Opened> opened) {
    Map<String, Opened> known = new HashMap<>();
    for (Opened each : opened) {
      Opened before = known.put(each.id(), each);
      if (before != null) {
        throw new DatasetException(
            each.storage().describe()
                + ": expected each data set once, actual data set "
                + each.id()
                + " here and in "
                + before.storage().describe());
      }
    }
  }

  private static JointDataset joined(List<Opened> sorted) {
    List<EncryptedDataset.Batch> batches = new ArrayList<>();
    for (Interleaving.Place place :
        Interleaving.of(sorted.stream().map(each -> each.dataset().batches().size()).toList())) {
      EncryptedDataset.Batch batch =
          sorted.get(place.owner()).dataset().batches().get(place.minibatch());
      batches.add(
          new EncryptedDataset.Batch(batch.rows(), renamed(place.owner(), batch.microbatches())));
    }
    List<EncryptedDataset.Microbatch> validation = new ArrayList<>();
    for (int part = 0; part < sorted.size(); part++) {
      validation.addAll(renamed(part, sorted.get(part).dataset().validation()));
    }
    String ids = sorted.stream().map(Opened::id).collect(Collectors.joining("\n"));
    String id = Digests.sha256("hetal joint data set\n" + ids).substring(0, 32);
    String digests = sorted.stream().map(Opened::digest).collect(Collectors.joining("\n"));
    Origin first = sorted.get(0).dataset().origin();
    Origin origin =
        new Origin(
            first.parameterSet(), first.parameterHash(), first.keyId(), first.planDigest(), id);
    return new JointDataset(
        new EncryptedDataset(
            sorted.get(0).dataset().plan(), origin, id, batches, List.of(), validation),
        Digests.sha256("hetal joint data set\n" + digests),
        sorted.stream().map(JointDataset::part).toList());
  }

  private static List<EncryptedDataset.Microbatch> renamed(
      int part, List<EncryptedDataset.Microbatch> microbatches) {
    return microbatches.stream().map(each -> renamed(part, each)).toList();
  }

  private static EncryptedDataset.Microbatch renamed(
      int part, EncryptedDataset.Microbatch microbatch) {
    return new EncryptedDataset.Microbatch(
        JoinedStorage.path(part, microbatch.id()),
        microbatch.groups().stream()
            .map(
                group ->
                    new EncryptedDataset.Group(
                        group.rows(),
                        group.features().stream().map(file -> renamed(part, file)).toList(),
                        renamed(part, group.labels())))
            .toList());
  }

  private static StoredFile renamed(int part, StoredFile file) {
    return new StoredFile(
        JoinedStorage.path(part, file.path()), file.level(), file.bytes(), file.sha256());
  }
}
