package org.hetal.owner;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.AtomicFile;
import org.hetal.he.FileReadException;
import org.hetal.he.FileWriteException;
import org.hetal.he.library.OwnerOnly;
import org.hetal.he.owner.Client;
import org.hetal.owner.keys.Clients;
import org.hetal.owner.keys.EncryptedSecretKey;
import org.hetal.owner.keys.Passphrase;
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
    removeLeftovers();
    if (Files.exists(file)) {
      throw occupied();
    }
    Client client = backend.generate(settings.parameterSet(), settings.insecureSeed());
    try {
      save(client, Passphrase.of(settings));
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
    Passphrase passphrase = Passphrase.of(settings);
    if (isEncrypted() != passphrase.isUsed()) {
      throw new SettingsException(
          passphrase.isUsed()
              ? file
                  + ": paths.passphrase: expected \"\" for this secret key, which has no passphrase;"
                  + " actual one"
              : file
                  + ": paths.passphrase: expected where the passphrase of this secret key comes from,"
                  + " terminal or a file; actual \"\"");
    }
    return passphrase.isUsed()
        ? decrypted(backend, settings, passphrase)
        : backend.load(file, settings.parameterSet(), settings.insecureSeed());
  }

  private boolean isEncrypted() {
    try (InputStream in = Files.newInputStream(file)) {
      return EncryptedSecretKey.isOne(in.readNBytes(Long.BYTES));
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }

  private Client decrypted(Clients backend, Settings settings, Passphrase source) {
    byte[] content;
    try {
      content = Files.readAllBytes(file);
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
    byte[] passphrase = source.read(file);
    byte[] key = null;
    try {
      key = EncryptedSecretKey.decrypt(file, content, passphrase);
      return backend.load(key, file, settings.parameterSet(), settings.insecureSeed());
    } finally {
      wipe(passphrase);
      wipe(key);
    }
  }

  private static void wipe(byte[] secret) {
    if (secret != null) {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /** The key is at its place whole or not at all; the lock of the owner keeps others out. */
  private void save(Client client, Passphrase passphrase) {
    OwnerOnly.makeFolder(file.toAbsolutePath().getParent());
    Path partial = AtomicFile.temporary(file);
    try {
      try {
        if (passphrase.isUsed()) {
          AtomicFile.writeNew(partial, encrypted(client, passphrase), OwnerOnly.file());
        } else {
          client.saveSecretKey(partial);
        }
        place(partial);
      } finally {
        Files.deleteIfExists(partial);
      }
      AtomicFile.synchronize(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw FileWriteException.of(file, e);
    }
  }

  /** The key in the clear is never on the disk. */
  private byte[] encrypted(Client client, Passphrase source) {
    byte[] passphrase = source.readNew(file);
    byte[] key = null;
    try {
      key = client.secretKey();
      return EncryptedSecretKey.encrypt(key, passphrase);
    } finally {
      wipe(passphrase);
      wipe(key);
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

  /** Deletes what a killed process left. The caller holds the owner's lock. */
  void removeLeftovers() {
    Path absolute = file.toAbsolutePath();
    new LocalStorage(absolute.getParent()).removeLeftovers(absolute.getFileName().toString());
  }

  boolean isPresent() {
    return Files.exists(file);
  }
}
