package org.hetal.spark.engine;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.hetal.dataset.DatasetException;
import org.hetal.format.Digests;
import org.hetal.spark.errors.RetryLaterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a bundle of evaluation keys readable as local files. A bundle on a local path is used in
 * place. A remote bundle is copied once per machine to {@code hetal.keys.cache} (a Hadoop or system
 * property; default: a folder of the system's temporary directory), into a folder named by the
 * digest of its manifest. The manifest holds the digest of every key file; the engine checks the
 * digest of a key file when it opens the file.
 */
public final class KeyBundleCache {
  private static final Logger LOG = LoggerFactory.getLogger(KeyBundleCache.class);
  static final String MANIFEST = "manifest";
  public static final String CACHE_DIRECTORY = "hetal.keys.cache";

  private KeyBundleCache() {}

  /** SHA-256 of the bundle's manifest in hex, read through Hadoop. */
  public static String manifestDigest(String bundle, Configuration hadoop) {
    return Digests.sha256(manifest(bundle, hadoop));
  }

  /** The bytes of the bundle's manifest, read through Hadoop. */
  public static byte[] manifest(String bundle, Configuration hadoop) {
    org.apache.hadoop.fs.Path manifest = new org.apache.hadoop.fs.Path(bundle, MANIFEST);
    try {
      FileSystem files = manifest.getFileSystem(hadoop);
      try (InputStream in = files.open(manifest)) {
        return in.readAllBytes();
      }
    } catch (IOException e) {
      throw new DatasetException(
          "key bundle: expected a readable "
              + MANIFEST
              + " in "
              + bundle
              + " (it is written last; hetal keygen completes a bundle), actual "
              + e,
          e);
    }
  }

  /**
   * The local directory with the bundle whose manifest has the digest.
   *
   * @throws DatasetException when the bundle has another manifest
   * @throws RetryLaterException when copying fails
   */
  public static Path fetch(String bundle, String digest, Configuration hadoop) {
    String actual = manifestDigest(bundle, hadoop);
    if (!actual.equals(digest)) {
      throw new DatasetException(
          "key bundle "
              + bundle
              + ": expected a manifest with SHA-256 "
              + digest
              + ", as the driver saw it; actual "
              + actual);
    }
    URI uri = new org.apache.hadoop.fs.Path(bundle).toUri();
    if (uri.getScheme() == null || uri.getScheme().equals("file")) {
      return Path.of(uri.getPath());
    }
    try {
      return copyOnce(bundle, digest, hadoop);
    } catch (IOException e) {
      throw new RetryLaterException("key bundle " + bundle + ": copying failed: " + e, e);
    }
  }

  /**
   * Copies into a temporary folder and renames it. Other processes of this machine wait at a lock
   * file.
   */
  static Path copyOnce(String bundle, String digest, Configuration hadoop) throws IOException {
    String fallback = Path.of(System.getProperty("java.io.tmpdir"), "hetal-keys").toString();
    String system = System.getProperty(CACHE_DIRECTORY, fallback);
    Path cache = Path.of(hadoop.get(CACHE_DIRECTORY, system));
    Files.createDirectories(cache);
    Path target = cache.resolve(digest);
    try (FileChannel channel =
            FileChannel.open(
                cache.resolve(digest + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (!Files.isDirectory(target)) {
        Path partial = Files.createTempDirectory(cache, digest + ".partial-");
        try {
          copy(bundle, partial, hadoop);
          Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
          FileUtils.deleteDirectory(partial.toFile());
          throw e;
        }
      }
    }
    String actual = Digests.sha256(Files.readAllBytes(target.resolve(MANIFEST)));
    if (!actual.equals(digest)) {
      throw new DatasetException(
          "cached key bundle "
              + target
              + ": expected a manifest with SHA-256 "
              + digest
              + ", actual "
              + actual
              + "; remove the folder");
    }
    return target;
  }

  private static void copy(String bundle, Path to, Configuration hadoop) throws IOException {
    org.apache.hadoop.fs.Path from = new org.apache.hadoop.fs.Path(bundle);
    FileSystem files = from.getFileSystem(hadoop);
    int count = 0;
    long bytes = 0;
    for (FileStatus status : files.listStatus(from)) {
      String name = status.getPath().getName();
      if (!status.isFile()) {
        throw new IOException("a key bundle holds files only, actual a directory " + name);
      }
      try (InputStream in = files.open(status.getPath())) {
        bytes += Files.copy(in, to.resolve(name));
      }
      count++;
    }
    LOG.info("copied key bundle {}: {} files with {} bytes", bundle, count, bytes);
  }
}
