package org.hetal.owner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hetal.config.SettingsException;
import org.hetal.dataset.CommitException;
import org.hetal.he.FileReadException;
import org.hetal.he.KeyBundleManifest;
import org.hetal.he.KeyPlan;
import org.hetal.he.owner.Client;
import org.hetal.owner.record.Unfinished;
import org.hetal.owner.table.DataException;

/** A folder of evaluation keys for the cluster: one file per key and a manifest, written last. */
final class KeyBundle {
  /** What the engine and OpenFHE write into a bundle: a secret key is never called so. */
  private static final String BUNDLE_FILE =
      "((galois|relinearization|rotations)_[0-9]+|relinearization|to_sparse|from_sparse)"
          + "\\.key(\\.tmp|\\.part)?|manifest\\.(tmp|part)";

  private final Path folder;

  KeyBundle(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  /** Whether it is finished. */
  boolean isPresent() {
    return Files.exists(folder.resolve(KeyBundleManifest.NAME));
  }

  /**
   * Writes the keys, after files of an unfinished bundle are removed.
   *
   * @return bytes of the keys
   */
  long write(Client client, KeyPlan keys, OwnerListener listener) {
    int removed = Unfinished.remove(folder, path -> path.matches(BUNDLE_FILE));
    if (removed > 0) {
      listener.notice(removed + " files of unfinished evaluation keys removed from " + folder);
    }
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
          folder
              + ": expected evaluation keys of the secret key "
              + client.keyId()
              + ", actual those of "
              + there.keyId()
              + "; kept");
    }
    String missing = there.missing(keys, client.parameters().ringDegree());
    if (!missing.isEmpty()) {
      throw new CommitException(
          folder
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
    String missing = keys.missing(plan, client.parameters().ringDegree());
    if (!keys.keyId().equals(client.keyId()) || !missing.isEmpty()) {
      throw new SettingsException(
          folder
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
    Path file = folder.resolve(KeyBundleManifest.NAME);
    if (!Files.isRegularFile(file)) {
      throw new DataException(
          folder
              + ": expected evaluation keys with a manifest, actual none; hetal keygen"
              + " --evaluation-keys-only makes or completes them");
    }
    try {
      return KeyBundleManifest.parse(file.toString(), Files.readAllBytes(file));
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }
}
