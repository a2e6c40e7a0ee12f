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
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.hetal.dataset.DatasetException;
import org.hetal.format.Digests;
import org.hetal.spark.errors.RetryLaterException;

/**
 * Brings a bundle of evaluation keys onto this machine. A bundle on a local path is used where it
 * lies; a remote one is copied once a machine into {@code hetal.keys.cache} (a Hadoop or system
 * property; default: a folder of the system's temporary directory), under the digest of its
 * manifest. The manifest holds the digest of every key file, which the engine checks when it opens
 * them.
 */
public final class KeyBundleCache {
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

  /** The local directory that holds the bundle whose manifest has the digest. */
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

  /** Copies beside the target and renames; other processes of this machine wait at a lock file. */
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
          delete(partial);
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
    for (FileStatus status : files.listStatus(from)) {
      String name = status.getPath().getName();
      if (!status.isFile()) {
        throw new IOException("a key bundle holds files only, actual a directory " + name);
      }
      try (InputStream in = files.open(status.getPath())) {
        Files.copy(in, to.resolve(name));
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    }
  }
}
