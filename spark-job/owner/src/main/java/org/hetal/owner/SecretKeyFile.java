package org.hetal.owner;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.hetal.config.Settings;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.FileWriteException;
import org.hetal.he.library.OwnerOnly;
import org.hetal.he.owner.Client;
import org.hetal.owner.keys.Clients;
import org.hetal.owner.table.DataException;

/** The file of a secret key: written once, never replaced. */
final class SecretKeyFile {
  private final Path file;

  SecretKeyFile(Path file) {
    this.file = file;
  }

  /**
   * Makes a key pair and saves the secret key. The caller holds the owner's lock.
   *
   * @throws CommitException when the file is there already
   */
  Client generate(Clients backend, Settings settings) {
    removePartial();
    if (Files.exists(file)) {
      throw occupied();
    }
    Client client = backend.generate(settings.parameterSet(), settings.insecureSeed());
    try {
      save(client);
      return client;
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  /**
   * Reads the key.
   *
   * @throws DataException when there is none
   */
  Client load(Clients backend, Settings settings) {
    if (!Files.isRegularFile(file)) {
      throw new DataException(
          file + ": expected a secret key, actual none; make one with hetal keygen");
    }
    OwnerOnly.require(file);
    return backend.load(file, settings.parameterSet(), settings.insecureSeed());
  }

  /** The key is at its place whole or not at all; the lock of the owner keeps others out. */
  private void save(Client client) {
    Path partial = partial();
    OwnerOnly.makeFolder(file.toAbsolutePath().getParent());
    try {
      client.saveSecretKey(partial);
      place(partial);
      LocalStorage.synchronize(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw FileWriteException.of(file, e);
    } finally {
      removePartial();
    }
  }

  /**
   * A link is made only where nothing is, a move would replace; not all file systems have links.
   */
  private void place(Path partial) throws IOException {
    try {
      Files.createLink(file, partial);
      return;
    } catch (FileSystemException | UnsupportedOperationException e) {
      if (Files.exists(file)) {
        throw occupied();
      }
    }
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private CommitException occupied() {
    return new CommitException(file + ": expected no secret key yet, actual one; kept");
  }

  private Path partial() {
    return file.resolveSibling("." + file.getFileName() + ".partial");
  }

  /** Deletes what a killed process left. The caller holds the owner's lock. */
  void removePartial() {
    try {
      Files.deleteIfExists(partial());
    } catch (IOException e) {
      throw FileWriteException.of(partial(), e);
    }
  }

  boolean isPresent() {
    return Files.exists(file);
  }
}
