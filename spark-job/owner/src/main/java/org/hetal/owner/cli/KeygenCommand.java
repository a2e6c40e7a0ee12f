package org.hetal.owner.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.hetal.command.ExitCode;
import org.hetal.command.ProgressBar;
import org.hetal.command.Units;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.OwnerOnly;
import org.hetal.he.FileWriteException;
import org.hetal.he.KeyBundleManifest;
import org.hetal.he.KeyPlan;
import org.hetal.he.owner.Client;
import org.hetal.owner.data.DataException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes the secret key and the evaluation keys that training on the owner's data needs. */
@Command(
    name = "keygen",
    description = {
      "Makes a key pair: the secret key (mode 0600, stays with you) and the bundle of evaluation"
          + " keys for the cluster, which holds exactly the keys that training on your data uses.",
      "With a secret key already there it makes that key's evaluation keys: those that a killed run"
          + " or a full disk left unfinished, or for other data or settings in another"
          + " paths.key-bundle. Nothing to do when they are there and fit.",
      "Never overwrites a secret key or a finished bundle."
    })
final class KeygenCommand extends OwnerCommand {
  /** What the engine and OpenFHE write into a bundle: a secret key is never called so. */
  private static final String BUNDLE_FILE =
      "((galois|relinearization|rotations)_[0-9]+|relinearization|to_sparse|from_sparse)"
          + "\\.key(\\.tmp|\\.part)?|manifest\\.(tmp|part)";

  @Option(
      names = "--evaluation-keys-only",
      description = "Make no secret key: an error when there is none yet.")
  private boolean evaluationKeysOnly;

  @Override
  int run() {
    KeyPlan keys = plan(readData()).keys();
    Path bundle = bundleFolder();
    try (OwnerLock lock = lockOwner();
        Client client = client(bundle)) {
      if (Files.exists(bundle.resolve(KeyBundleManifest.NAME))) {
        requireFitting(bundle, client, keys);
        say("done already: the evaluation keys of secret key %s are in %s", client.keyId(), bundle);
      } else {
        write(bundle, client, keys);
      }
    }
    return ExitCode.OK.status();
  }

  /** The secret key that is there, or a new one. */
  private Client client(Path bundle) {
    Path file = secretKeyFile();
    Path partial = file.resolveSibling("." + file.getFileName() + ".partial");
    delete(partial);
    if (Files.exists(file)) {
      say("secret key in %s: there already, kept", file);
      return loadClient();
    }
    if (evaluationKeysOnly) {
      throw new DataException(
          file
              + ": expected a secret key, actual none; hetal keygen without"
              + " --evaluation-keys-only makes one");
    }
    if (Files.exists(bundle.resolve(KeyBundleManifest.NAME))) {
      throw new CommitException(
          bundle
              + ": expected no evaluation keys without the secret key "
              + file
              + ", actual those of another; kept. Set paths.secret-key to theirs, or another"
              + " paths.key-bundle");
    }
    Client client = backend().generate(settings().parameterSet(), settings().insecureSeed());
    try {
      save(client, partial, file);
      say("secret key %s in %s, for you alone", client.keyId(), file);
      return client;
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  /** The key is at its place whole or not at all; the lock of the owner keeps others out. */
  private static void save(Client client, Path partial, Path file) {
    OwnerOnly.makeFolder(file.toAbsolutePath().getParent());
    try {
      client.saveSecretKey(partial);
      place(partial, file);
      LocalStorage.synchronize(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw FileWriteException.of(file, e);
    } finally {
      delete(partial);
    }
  }

  /**
   * A link is made only where nothing is, a move would replace; not all file systems have links.
   */
  private static void place(Path partial, Path file) throws IOException {
    try {
      Files.createLink(file, partial);
      return;
    } catch (FileSystemException | UnsupportedOperationException e) {
      if (Files.exists(file)) {
        throw new CommitException(file + ": expected no secret key yet, actual one; kept");
      }
    }
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void delete(Path partial) {
    try {
      Files.deleteIfExists(partial);
    } catch (IOException e) {
      throw FileWriteException.of(partial, e);
    }
  }

  private static void requireFitting(Path bundle, Client client, KeyPlan keys) {
    KeyBundleManifest there = bundleManifest(bundle);
    if (!there.keyId().equals(client.keyId())) {
      throw new CommitException(
          bundle
              + ": expected evaluation keys of the secret key "
              + client.keyId()
              + ", actual those of "
              + there.keyId()
              + "; kept");
    }
    String missing = there.missing(keys, client.parameters().ringDegree());
    if (!missing.isEmpty()) {
      throw new CommitException(
          bundle
              + ": expected evaluation keys for this plan, actual a finished bundle of the same"
              + " secret key without "
              + missing
              + "; kept, since a run may use it. Move it away or set another paths.key-bundle");
    }
  }

  private void write(Path bundle, Client client, KeyPlan keys) {
    int removed = Unfinished.remove(bundle, path -> path.matches(BUNDLE_FILE));
    if (removed > 0) {
      say("%d files of unfinished evaluation keys removed from %s", removed, bundle);
    }
    long[] bytes = {0};
    try (ProgressBar bar = ProgressBar.start(out(), "keygen: keys")) {
      client.writeEvaluationKeys(
          bundle,
          keys,
          (done, of, written) -> {
            bytes[0] += written;
            bar.accept(done, of);
          });
    }
    say("evaluation keys for the cluster in %s: %s", bundle, Units.bytes(bytes[0]));
  }
}
