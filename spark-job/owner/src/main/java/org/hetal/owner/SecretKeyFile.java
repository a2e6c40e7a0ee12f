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

/** The file of a secret key: written once, and replaced only to change its passphrase. */
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
    Passphrase passphrase = passphraseOf(settings);
    return passphrase.isUsed()
        ? decrypted(backend, settings, passphrase)
        : backend.load(file, settings.parameterSet(), settings.insecureSeed());
  }

  /** Where its passphrase comes from, after the file was looked at. */
  private Passphrase passphraseOf(Settings settings) {
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
    return passphrase;
  }

  private boolean isEncrypted() {
    try (InputStream in = Files.newInputStream(file)) {
      return EncryptedSecretKey.isOne(in.readNBytes(Long.BYTES));
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }

  private Client decrypted(Clients backend, Settings settings, Passphrase source) {
    byte[] key = decrypted(source);
    try {
      return loaded(backend, settings, key);
    } finally {
      wipe(key);
    }
  }

  private Client loaded(Clients backend, Settings settings, byte[] key) {
    return backend.load(key, file, settings.parameterSet(), settings.insecureSeed());
  }

  /** The bytes of the key, which the caller wipes. */
  private byte[] decrypted(Passphrase source) {
    byte[] content = content();
    byte[] passphrase = source.read(file);
    try {
      return EncryptedSecretKey.decrypt(file, content, passphrase);
    } finally {
      wipe(passphrase);
    }
  }

  private byte[] content() {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
  }

  private static void wipe(byte[] secret) {
    if (secret != null) {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /**
   * Replaces the file by one with the same key under another passphrase, or under none. The caller
   * holds the owner's lock. After an error the file is as it was.
   *
   * @return the key's id
   * @throws DataException when there is no key
   */
  String changePassphrase(Clients backend, Settings settings, Passphrase next) {
    removeLeftovers();
    Passphrase before = passphraseOf(settings);
    byte[] key = before.isUsed() ? decrypted(before) : content();
    try {
      String id;
      try (Client client = loaded(backend, settings, key)) { // a damaged key is refused
        id = client.keyId();
      }
      // A link stays, and the file that it names is replaced.
      Path replaced = file.toRealPath();
      byte[] content = next.isUsed() ? encrypted(key, next) : key;
      write(
          AtomicFile.temporary(replaced),
          partial -> AtomicFile.writeNew(partial, content, OwnerOnly.file()),
          partial ->
              Files.move(
                  partial,
                  replaced,
                  StandardCopyOption.ATOMIC_MOVE,
                  StandardCopyOption.REPLACE_EXISTING));
      return id;
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    } finally {
      wipe(key);
    }
  }

  /** The key is at its place whole or not at all; the lock of the owner keeps others out. */
  private void save(Client client, Passphrase passphrase) {
    OwnerOnly.makeFolder(file.toAbsolutePath().getParent());
    write(
        AtomicFile.temporary(file),
        partial -> {
          if (passphrase.isUsed()) {
            AtomicFile.writeNew(partial, encrypted(client, passphrase), OwnerOnly.file());
          } else {
            client.saveSecretKey(partial);
          }
        },
        this::place);
  }

  private interface Step {
    void on(Path partial) throws IOException;
  }

  /** Whatever fails, the temporary file goes. */
  private void write(Path partial, Step write, Step place) {
    try {
      try {
        write.on(partial);
        place.on(partial);
      } finally {
        Files.deleteIfExists(partial);
      }
      AtomicFile.synchronize(partial.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw FileWriteException.of(file, e);
    }
  }

  /** The key in the clear is never on the disk. */
  private byte[] encrypted(Client client, Passphrase source) {
    byte[] key = client.secretKey();
    try {
      return encrypted(key, source);
    } finally {
      wipe(key);
    }
  }

  private byte[] encrypted(byte[] key, Passphrase source) {
    byte[] passphrase = source.readNew(file);
    try {
      return EncryptedSecretKey.encrypt(key, passphrase);
    } finally {
      wipe(passphrase);
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
