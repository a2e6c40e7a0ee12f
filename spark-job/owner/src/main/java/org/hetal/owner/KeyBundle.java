package org.hetal.owner;

import java.nio.file.Path;
import java.util.List;
import org.hetal.config.SettingsException;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.Storage;
import org.hetal.format.Digests;
import org.hetal.he.KeyBundleManifest;
import org.hetal.he.KeyPlan;
import org.hetal.he.owner.Client;
import org.hetal.owner.keys.TemporaryFolder;
import org.hetal.owner.record.RecordStore;
import org.hetal.owner.record.Unfinished;
import org.hetal.owner.table.DataException;

/** A folder of evaluation keys for the cluster: one file per key and a manifest, written last. */
final class KeyBundle {
  /** What the engine and OpenFHE write into a bundle: a secret key is never called so. */
  private static final String BUNDLE_FILE =
      "((galois|relinearization|rotations)_[0-9]+|relinearization|to_sparse|from_sparse)"
          + "\\.key(\\.([0-9a-f]{16}\\.)?tmp|\\.part)?|manifest\\.([0-9a-f]{16}\\.)?(tmp|part)";

  private final Storage folder;

  KeyBundle(Storage folder) {
    this.folder = folder;
  }

  String describe() {
    return folder.describe();
  }

  /** Whether it is finished. */
  boolean isPresent() {
    return folder.exists(KeyBundleManifest.NAME);
  }

  /**
   * Writes the keys unless they are there.
   *
   * @return also when a finished bundle with these keys was found
   * @throws CommitException when the folder has other keys or other files
   */
  WrittenKeys made(OwnerContext owner, KeyPlan keys) {
    owner.keyFile().removeLeftovers();
    Client client = owner.client();
    boolean there = isPresent();
    if (there) {
      requireSame(client, keys);
    }
    long bytes = there ? 0 : write(client, keys, owner.listener());
    record(owner.records(), client.keyId(), there);
    return new WrittenKeys(describe(), client.keyId(), bytes, there);
  }

  /**
   * Keys that were there may be another's, so they are recorded only if none are: the command that
   * wrote them may have been killed before it recorded them, or be of an earlier release.
   */
  private void record(RecordStore records, String keyId, boolean there) {
    List<String> known = records.evaluationKeys(keyId);
    String digest = digest();
    if (!known.contains(digest) && (!there || known.isEmpty())) {
      records.addEvaluationKeys(keyId, digest);
    }
  }

  /**
   * Before this process, which holds the secret key, reads them: the folder is one that the cluster
   * gets.
   *
   * @return SHA-256 of their manifest, which the reader has to require
   * @throws SettingsException unless they are recorded
   */
  String requireRecorded(RecordStore records, String keyId) {
    List<String> known = records.evaluationKeys(keyId);
    String digest = digest();
    if (!known.contains(digest)) {
      throw new SettingsException(
          describe()
              + ": expected evaluation keys as hetal keygen wrote them, actual others; "
              + (known.isEmpty()
                  ? "hetal keygen records those that are there, if only you could write the folder"
                  : "make them in another paths.key-bundle: hetal keygen --evaluation-keys-only -c"
                      + " FILE"));
    }
    return digest;
  }

  private String digest() {
    return Digests.sha256(folder.read(KeyBundleManifest.NAME, KeyBundleManifest.MAX_BYTES));
  }

  /**
   * Writes the keys, after files of an unfinished bundle are removed.
   *
   * @return bytes of the keys
   */
  long write(Client client, KeyPlan keys, OwnerListener listener) {
    int removed = Unfinished.remove(folder, path -> path.matches(BUNDLE_FILE));
    if (removed > 0) {
      listener.notice(removed + " files of unfinished evaluation keys removed from " + describe());
    }
    if (folder instanceof LocalStorage local) {
      return write(client, keys, local.root(), listener);
    }
    try (TemporaryFolder temporary = new TemporaryFolder("hetal-keys")) {
      long bytes = write(client, keys, temporary.path(), listener);
      copy(new LocalStorage(temporary.path()));
      return bytes;
    }
  }

  /** The manifest last: a bundle without one is not finished. */
  private void copy(Storage from) {
    for (String path : from.walk()) {
      if (!path.equals(KeyBundleManifest.NAME)) {
        folder.writeAtomically(path, from.read(path));
      }
    }
    folder.writeAtomically(KeyBundleManifest.NAME, from.read(KeyBundleManifest.NAME));
  }

  private static long write(Client client, KeyPlan keys, Path folder, OwnerListener listener) {
    long[] bytes = {0};
    client.writeEvaluationKeys(
        folder,
        keys,
        (done, of, written) -> {
          bytes[0] += written;
          listener.keyWritten(done, of, written);
        });
    return bytes[0];
  }

  /**
   * Before nothing is written because the bundle is there.
   *
   * @throws CommitException unless it has the keys of this client for this plan
   */
  void requireSame(Client client, KeyPlan keys) {
    KeyBundleManifest there = manifest();
    if (!there.keyId().equals(client.keyId())) {
      throw new CommitException(
          describe()
              + ": expected evaluation keys of the secret key "
              + client.keyId()
              + ", actual those of "
              + there.keyId()
              + "; kept");
    }
    String missing = there.missing(keys, client.parameters());
    if (!missing.isEmpty()) {
      throw new CommitException(
          describe()
              + ": expected evaluation keys for this plan, actual a finished bundle of the same"
              + " secret key without "
              + missing
              + "; kept, since a run may use it. Move it away or set another paths.key-bundle");
    }
  }

  /**
   * Before the bundle is used.
   *
   * @throws SettingsException unless it has the keys of this client for this plan
   * @throws DataException when it is not there
   */
  void requireFitting(Client client, KeyPlan plan) {
    KeyBundleManifest keys = manifest();
    String missing = keys.missing(plan, client.parameters());
    if (!keys.keyId().equals(client.keyId()) || !missing.isEmpty()) {
      throw new SettingsException(
          describe()
              + ": expected the evaluation keys of secret key "
              + client.keyId()
              + " for these data, actual of "
              + keys.keyId()
              + (missing.isEmpty() ? "" : " without " + missing)
              + "; make them in another paths.key-bundle: hetal keygen --evaluation-keys-only -c"
              + " FILE");
    }
  }

  private KeyBundleManifest manifest() {
    if (!isPresent()) {
      throw new DataException(
          describe()
              + ": expected evaluation keys with a manifest, actual none; hetal keygen"
              + " --evaluation-keys-only makes or completes them");
    }
    return KeyBundleManifest.parse(
        describe() + "/" + KeyBundleManifest.NAME,
        folder.read(KeyBundleManifest.NAME, KeyBundleManifest.MAX_BYTES));
  }
}
