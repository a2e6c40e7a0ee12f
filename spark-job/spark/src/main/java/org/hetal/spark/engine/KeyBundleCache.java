package org.hetal.spark.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.io.IOUtils;
import org.hetal.config.SettingsException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.LocalStorage;
import org.hetal.format.Digests;
import org.hetal.format.Shown;
import org.hetal.he.AtomicFile;
import org.hetal.he.FileWriteException;
import org.hetal.he.HeFormatException;
import org.hetal.he.IoReason;
import org.hetal.he.KeyBundleManifest;
import org.hetal.he.library.OwnerOnly;
import org.hetal.he.library.ProcessUser;
import org.hetal.spark.errors.RetryLaterException;
import org.hetal.spark.storage.HadoopFailures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a bundle of evaluation keys readable as local files. A bundle on a local path is used in
 * place. A remote bundle is copied once per machine to {@code hetal.keys.cache} (a Hadoop or system
 * property; default: a folder of this user in the system's temporary directory), into a folder
 * named by the digest of its manifest. The cache has mode 0700 and belongs to this user: a folder
 * that somebody else made is refused. The manifest holds the digest of every key file; the engine
 * gets the digest of the manifest and checks that of a key file when it opens the file. A process
 * that finds a copied file with another length than the bundle's copies that file again.
 */
public final class KeyBundleCache {
  private static final Logger LOG = LoggerFactory.getLogger(KeyBundleCache.class);
  static final String MANIFEST = KeyBundleManifest.NAME;
  public static final String CACHE_DIRECTORY = "hetal.keys.cache";
  private static final int PART_BYTES = 1 << 20;

  private KeyBundleCache() {}

  /** SHA-256 of the bundle's manifest in hex, read through Hadoop. */
  public static String manifestDigest(String bundle, Configuration hadoop) {
    return Digests.sha256(manifest(bundle, hadoop));
  }

  /**
   * The bytes of the bundle's manifest, read through Hadoop.
   *
   * @throws DatasetException when there is none, or this user may not read it
   * @throws HeFormatException when it has more than {@link KeyBundleManifest#MAX_BYTES} bytes
   * @throws RetryLaterException when the file system is away
   */
  public static byte[] manifest(String bundle, Configuration hadoop) {
    org.apache.hadoop.fs.Path manifest = new org.apache.hadoop.fs.Path(bundle, MANIFEST);
    try (InputStream in = HadoopFailures.fileSystem(manifest, hadoop).open(manifest)) {
      return KeyBundleManifest.bytes(manifest.toString(), in);
    } catch (IOException e) {
      throw unreadable(
          "key bundle: expected a readable "
              + MANIFEST
              + " in "
              + bundle
              + " (it is written last; hetal keygen completes a bundle), actual ",
          e);
    }
  }

  private static RuntimeException unreadable(String what, IOException failure) {
    String line = what + HadoopFailures.reason(failure);
    return HadoopFailures.isLasting(failure)
        ? new DatasetException(line, failure)
        : new RetryLaterException(line + "; try again when the file system answers", failure);
  }

  /**
   * Calls a function with a folder of this machine that has the bundle's manifest. It need not have
   * the keys, and may be gone afterwards.
   *
   * @throws DatasetException when the bundle has another manifest than that with the digest
   * @throws FileWriteException when the temporary folder is full or cannot be written
   * @throws RetryLaterException when the bundle's file system is away
   */
  static <T> T withManifest(
      String bundle, String digest, Configuration hadoop, Function<Path, T> use) {
    byte[] manifest = requireManifest(bundle, digest, hadoop);
    if (isLocal(bundle)) {
      return use.apply(localPath(bundle));
    }
    Path folder = null;
    try {
      folder = Files.createTempDirectory("hetal-manifest-", OwnerOnly.folder());
      Files.write(folder.resolve(MANIFEST), manifest);
      return use.apply(folder);
    } catch (IOException e) {
      throw FileWriteException.of(folder == null ? temporary() : folder, e);
    } finally {
      if (folder != null) {
        FileUtils.deleteQuietly(folder.toFile());
      }
    }
  }

  private static Path temporary() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  private static boolean isLocal(String bundle) {
    String scheme = new org.apache.hadoop.fs.Path(bundle).toUri().getScheme();
    return scheme == null || scheme.equals("file");
  }

  private static Path localPath(String bundle) {
    return Path.of(new org.apache.hadoop.fs.Path(bundle).toUri().getPath());
  }

  /** The manifest, which must be the one with the digest. */
  private static byte[] requireManifest(String bundle, String digest, Configuration hadoop) {
    byte[] manifest = manifest(bundle, hadoop);
    String actual = Digests.sha256(manifest);
    if (!actual.equals(digest)) {
      throw new DatasetException(
          "key bundle "
              + bundle
              + ": expected a manifest with SHA-256 "
              + digest
              + ", as the driver saw it; actual "
              + actual);
    }
    return manifest;
  }

  /**
   * The local directory that holds the bundle whose manifest has the digest.
   *
   * @throws DatasetException when the bundle, or what is cached of it, is not that one
   * @throws FileWriteException when the cache folder is full or cannot be written
   * @throws RetryLaterException when the bundle's file system is away
   */
  public static Path fetch(String bundle, String digest, Configuration hadoop) {
    requireManifest(bundle, digest, hadoop);
    return isLocal(bundle) ? localPath(bundle) : copyOnce(bundle, digest, hadoop);
  }

  /** Copies beside the target and renames; other processes of this machine wait at a lock file. */
  private static Path copyOnce(String bundle, String digest, Configuration hadoop) {
    String system = System.getProperty(CACHE_DIRECTORY, defaultCache().toString());
    Path cache = Path.of(hadoop.get(CACHE_DIRECTORY, system));
    Path target = cache.resolve(digest);
    try {
      OwnerOnly.makeFolderAmongOthers(
          cache,
          "folder of evaluation keys",
          "set " + CACHE_DIRECTORY + " to a folder of this user");
      try (FileChannel channel =
              FileChannel.open(
                  cache.resolve(digest + ".lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE,
                  LinkOption.NOFOLLOW_LINKS);
          FileLock lock = channel.lock()) {
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
          repair(new org.apache.hadoop.fs.Path(bundle), target, hadoop);
        } else {
          copy(bundle, Files.createTempDirectory(cache, digest + ".partial-"), target, hadoop);
        }
      }
    } catch (IOException e) {
      throw unwritable(cache, bundle, e);
    }
    requireManifest(target, digest);
    return target;
  }

  private static Path defaultCache() {
    try {
      return temporary().resolve("hetal-keys-" + ProcessUser.id());
    } catch (IOException e) {
      throw new SettingsException("the user of this process: " + e.getMessage(), e);
    }
  }

  private static FileWriteException unwritable(Path cache, String bundle, IOException failure) {
    return new FileWriteException(
        "folder "
            + cache
            + ": expected room for the files of key bundle "
            + bundle
            + ", actual "
            + IoReason.of(failure)
            + "; free space there, or name another folder on this machine's disk with "
            + CACHE_DIRECTORY
            + " (a Hadoop property; for Spark: spark.hadoop."
            + CACHE_DIRECTORY
            + ")",
        failure);
  }

  private static void requireManifest(Path target, String digest) {
    String actual;
    try {
      actual = "a manifest with SHA-256 " + Digests.sha256(KeyBundleManifest.bytes(target));
    } catch (HeFormatException e) {
      actual = e.getMessage();
    } catch (IOException e) {
      actual = IoReason.of(e);
    }
    String expected = "a manifest with SHA-256 " + digest;
    if (!actual.equals(expected)) {
      throw new DatasetException(
          "cached key bundle "
              + target
              + ": expected "
              + expected
              + ", actual "
              + actual
              + "; remove the folder");
    }
  }

  /**
   * Copies all files to a folder and renames it.
   *
   * @throws IOException when this machine's disk refuses; the bundle's file system has exceptions
   *     of its own
   */
  private static void copy(String bundle, Path partial, Path target, Configuration hadoop)
      throws IOException {
    try {
      copy(new org.apache.hadoop.fs.Path(bundle), partial, hadoop);
      AtomicFile.synchronize(partial);
      Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
      AtomicFile.synchronize(target.getParent());
    } catch (IOException | RuntimeException e) {
      delete(partial, e);
      throw e;
    }
  }

  private static void copy(org.apache.hadoop.fs.Path bundle, Path to, Configuration hadoop)
      throws IOException {
    FileStatus[] all = files(bundle, hadoop);
    long bytes = 0;
    for (FileStatus status : all) {
      org.apache.hadoop.fs.Path file = status.getPath();
      copyFile(file, to.resolve(file.getName()), hadoop);
      bytes += status.getLen();
    }
    LOG.info("copied key bundle {}: {} files with {} bytes", bundle, all.length, bytes);
  }

  /**
   * Copies those files again whose copies have another length, as after a fault of this machine's
   * disk. Each is replaced by a rename, since other processes may read it. The engine finds other
   * damage by the digests.
   */
  private static void repair(org.apache.hadoop.fs.Path bundle, Path copy, Configuration hadoop)
      throws IOException {
    for (FileStatus status : files(bundle, hadoop)) {
      org.apache.hadoop.fs.Path file = status.getPath();
      Path copied = copy.resolve(file.getName());
      long length = Files.exists(copied) ? Files.size(copied) : -1;
      if (length != status.getLen()) {
        LOG.warn(
            "cached key file {}: expected {} bytes, actual {}; copying it again from {}",
            copied,
            status.getLen(),
            length < 0 ? "no file" : length,
            file);
        new LocalStorage(copy).removeLeftovers(file.getName()); // of a process that was killed
        Path partial = AtomicFile.temporary(copied);
        try {
          copyFile(file, partial, hadoop);
          Files.move(
              partial, copied, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
          Files.deleteIfExists(partial);
        }
        AtomicFile.synchronize(copy);
      }
    }
  }

  private static FileStatus[] files(org.apache.hadoop.fs.Path bundle, Configuration hadoop) {
    FileStatus[] all;
    try {
      all = HadoopFailures.fileSystem(bundle, hadoop).listStatus(bundle);
    } catch (IOException e) {
      throw unreadable("key bundle " + bundle + ": cannot list it: ", e);
    }
    for (FileStatus status : all) {
      if (!status.isFile()) {
        throw new DatasetException(
            "key bundle "
                + bundle
                + ": expected files only, actual the folder "
                + Shown.quoted(status.getPath().getName()));
      }
    }
    return all;
  }

  private static void copyFile(org.apache.hadoop.fs.Path from, Path to, Configuration hadoop)
      throws IOException {
    byte[] part = new byte[PART_BYTES];
    InputStream in = open(from, hadoop);
    try (FileChannel file =
            FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out = Channels.newOutputStream(file)) {
      for (int length = read(in, part, from); length >= 0; length = read(in, part, from)) {
        out.write(part, 0, length);
      }
      file.force(true);
    } finally {
      IOUtils.closeStream(in);
    }
  }

  private static InputStream open(org.apache.hadoop.fs.Path file, Configuration hadoop) {
    try {
      return HadoopFailures.fileSystem(file, hadoop).open(file);
    } catch (IOException e) {
      throw unreadable("key bundle: cannot read " + file + ": ", e);
    }
  }

  private static int read(InputStream in, byte[] part, org.apache.hadoop.fs.Path file) {
    try {
      return in.read(part);
    } catch (IOException e) {
      throw unreadable("key bundle: cannot read " + file + ": ", e);
    }
  }

  /** Removes the folder of a failed attempt; a failure to remove it is added to the first one. */
  private static void delete(Path directory, Exception failure) {
    try {
      FileUtils.deleteDirectory(directory.toFile());
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
