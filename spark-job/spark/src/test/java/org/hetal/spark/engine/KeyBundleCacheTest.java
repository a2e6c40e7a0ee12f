package org.hetal.spark.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.hetal.command.ExitCode;
import org.hetal.dataset.DatasetException;
import org.hetal.format.Digests;
import org.hetal.he.HeFormatException;
import org.hetal.he.library.ProcessUser;
import org.hetal.spark.errors.RetryLaterException;
import org.hetal.spark.job.ClusterFailures;
import org.hetal.spark.job.UnreliableFileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyBundleCacheTest {
  @TempDir Path root;
  private final Configuration hadoop = new Configuration();
  private String digest;

  @BeforeEach
  void writeBundle() throws IOException {
    Path bundle = Files.createDirectories(root.resolve("keys"));
    Files.write(bundle.resolve("manifest"), "a manifest".getBytes(StandardCharsets.UTF_8));
    Files.write(bundle.resolve("relinearization.key"), new byte[] {1, 2, 3});
    digest = Digests.sha256("a manifest");
    hadoop.set(KeyBundleCache.CACHE_DIRECTORY, root.resolve("cache").toString());
    hadoop.set("fs.unreliable.impl", UnreliableFileSystem.class.getName());
    hadoop.set("fs.unreliable.impl.disable.cache", "true");
  }

  private final String temporary = System.getProperty("java.io.tmpdir");

  @AfterEach
  void restoreTheTemporaryFolder() {
    System.setProperty("java.io.tmpdir", temporary);
  }

  @Test
  void fetch_ofALocalBundle_usesItWhereItIs() {
    Path bundle = root.resolve("keys");
    assertEquals(bundle, KeyBundleCache.fetch(bundle.toString(), digest, hadoop));
    assertEquals(bundle, KeyBundleCache.fetch("file:" + bundle, digest, hadoop));
  }

  @Test
  void fetch_ofARemoteBundle_copiesItOnceUnderItsDigest() throws IOException {
    String uri = "unreliable:" + root.resolve("keys");
    Path local = KeyBundleCache.fetch(uri, digest, hadoop);
    assertEquals(root.resolve("cache").resolve(digest), local);
    assertEquals(3, Files.size(local.resolve("relinearization.key")));
    Files.write(local.resolve("mark"), new byte[0]);
    assertEquals(local, KeyBundleCache.fetch(uri, digest, hadoop));
    assertTrue(Files.exists(local.resolve("mark")), "it was copied again");
  }

  @Test
  void withManifest_ofARemoteBundle_copiesNoKey() throws IOException {
    hadoop.set("fs.unreliable.fails", ".*relinearization\\.key");
    System.setProperty("java.io.tmpdir", root.toString());
    String uri = "unreliable:" + root.resolve("keys");
    Path copy =
        KeyBundleCache.withManifest(
            uri,
            digest,
            hadoop,
            folder -> {
              assertEquals("rwx------", modeOf(folder));
              assertEquals(List.of("manifest"), List.of(folder.toFile().list()));
              return folder;
            });
    assertFalse(Files.exists(copy), "the copy is left");
    assertFalse(Files.exists(root.resolve("cache")), "the cache is used");
    assertThrows(
        DatasetException.class,
        () -> KeyBundleCache.withManifest(uri, Digests.sha256("other"), hadoop, folder -> folder));
  }

  @Test
  void fetch_whereACopiedFileLostItsEndOrIsGone_copiesThatFileAgain() throws IOException {
    String uri = "unreliable:" + root.resolve("keys");
    Path local = KeyBundleCache.fetch(uri, digest, hadoop);
    for (String name : new String[] {"relinearization.key", "manifest"}) {
      byte[] whole = Files.readAllBytes(local.resolve(name));
      Files.write(local.resolve(name), new byte[] {1});
      assertEquals(local, KeyBundleCache.fetch(uri, digest, hadoop));
      assertArrayEquals(whole, Files.readAllBytes(local.resolve(name)));
      Files.delete(local.resolve(name));
      KeyBundleCache.fetch(uri, digest, hadoop);
      assertArrayEquals(whole, Files.readAllBytes(local.resolve(name)));
    }
    Files.write(local.resolve("relinearization.key"), new byte[] {1});
    String killed = ".relinearization.key.01234567-89ab-cdef-0123-456789abcdef";
    Files.write(local.resolve(killed), new byte[] {1});
    KeyBundleCache.fetch(uri, digest, hadoop);
    try (var entries = Files.list(local)) {
      assertEquals(2, entries.count(), "the manifest and the key");
    }
  }

  @Test
  void fetch_whenCopyingFails_leavesNothingHalfDone() throws IOException {
    hadoop.set("fs.unreliable.fails", ".*relinearization\\.key");
    String uri = "unreliable:" + root.resolve("keys");
    assertThrows(RetryLaterException.class, () -> KeyBundleCache.fetch(uri, digest, hadoop));
    try (var entries = Files.list(root.resolve("cache"))) {
      assertEquals(1, entries.count(), "the lock file alone");
    }
    Path local = KeyBundleCache.fetch(uri, digest, hadoop);
    assertEquals(3, Files.size(local.resolve("relinearization.key")));
  }

  @Test
  void fetch_whenTheCacheHoldsOtherBytes_throws() throws IOException {
    Path cache = Files.createDirectory(root.resolve("cache"), mode("rwx------"));
    Path planted = Files.createDirectory(cache.resolve(digest));
    Files.write(planted.resolve("manifest"), "a manifesT".getBytes(StandardCharsets.UTF_8));
    String uri = "unreliable:" + root.resolve("keys");
    assertThrows(DatasetException.class, () -> KeyBundleCache.fetch(uri, digest, hadoop));
  }

  @Test
  void theCache_isForThisUserAlone() throws IOException {
    KeyBundleCache.fetch("unreliable:" + root.resolve("keys"), digest, hadoop);
    assertEquals("rwx------", modeOf(root.resolve("cache")));
    System.setProperty("java.io.tmpdir", root.toString());
    hadoop.unset(KeyBundleCache.CACHE_DIRECTORY);
    Path local = KeyBundleCache.fetch("unreliable:" + root.resolve("keys"), digest, hadoop);
    assertEquals(root.resolve("hetal-keys-" + ProcessUser.id()), local.getParent());
    assertEquals("rwx------", modeOf(local.getParent()));
  }

  /** Somebody else on the machine made the folder first, or a link to one of this user's. */
  @Test
  void aCacheThatOthersCanChange_isRefusedAsConfiguration() throws IOException {
    Path cache = root.resolve("cache");
    for (String open : new String[] {"rwxrwxrwx", "rwxr-xr-x", "rwx-----x"}) {
      Files.deleteIfExists(cache);
      Files.createDirectory(cache);
      Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString(open));
      assertTrue(refusal().contains("expected mode rwx------, actual " + open), open);
    }
    Files.delete(cache);
    Files.createSymbolicLink(
        cache, Files.createDirectory(root.resolve("other"), mode("rwx------")));
    assertTrue(refusal().contains("actual a link or a file"));
    Files.delete(cache);
    Files.createDirectory(cache, mode("rwx------"));
    Assumptions.assumeTrue(ProcessUser.id() == 0, "only root gives files away");
    Files.setAttribute(cache, "unix:uid", 12345);
    assertTrue(refusal().contains("actual uid 12345"));
  }

  private String refusal() {
    RuntimeException refused =
        assertThrows(
            RuntimeException.class,
            () -> KeyBundleCache.fetch("unreliable:" + root.resolve("keys"), digest, hadoop));
    assertEquals(ExitCode.CONFIGURATION, ClusterFailures.TABLE.code(refused));
    return refused.getMessage();
  }

  private static FileAttribute<?> mode(String text) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
  }

  private static String modeOf(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void fetch_ofOtherKeysThanTheDriver_throwsWithBothDigests() {
    String message =
        assertThrows(
                DatasetException.class,
                () -> KeyBundleCache.fetch(root.resolve("keys").toString(), "00ff", hadoop))
            .getMessage();
    assertTrue(message.contains("00ff") && message.contains(digest), message);
  }

  @Test
  void manifestDigest_whereThereIsNoBundle_throws() {
    assertThrows(
        DatasetException.class,
        () -> KeyBundleCache.manifestDigest(root.resolve("none").toString(), hadoop));
  }

  /** The files have holes: they take no space on the disk. */
  @Test
  void hugeManifest_isRefusedAfterTheBytesOfTheLimit() throws IOException {
    String uri = "unreliable:" + root.resolve("keys");
    Path local = KeyBundleCache.fetch(uri, digest, hadoop);
    makeHuge(root.resolve("keys/manifest"));
    String message =
        assertThrows(HeFormatException.class, () -> KeyBundleCache.manifest(uri, hadoop))
            .getMessage();
    assertTrue(message.endsWith("expected at most 1048576 bytes, actual more"), message);
    Files.writeString(root.resolve("keys/manifest"), "a manifest");
    Files.delete(local.resolve("manifest"));
    Files.createSymbolicLink(local.resolve("manifest"), root.resolve("keys/manifest"));
    message =
        assertThrows(DatasetException.class, () -> KeyBundleCache.fetch(uri, digest, hadoop))
            .getMessage();
    assertTrue(message.contains("expected a regular file, actual none"), message);
  }

  private static void makeHuge(Path file) throws IOException {
    try (RandomAccessFile huge = new RandomAccessFile(file.toFile(), "rw")) {
      huge.setLength(3L << 30);
    }
  }

  @Test
  void manifest_thatCannotBeReadForNow_isToBeTriedAgain() {
    hadoop.set("fs.unreliable.fails", ".*/manifest");
    String uri = "unreliable:" + root.resolve("keys");
    RuntimeException away =
        assertThrows(RuntimeException.class, () -> KeyBundleCache.manifestDigest(uri, hadoop));
    assertEquals(ExitCode.RETRY, ClusterFailures.TABLE.code(away));
    assertTrue(away.getMessage().contains(uri), away.getMessage());
    assertEquals(digest, KeyBundleCache.manifestDigest(uri, hadoop));
  }

  @Test
  void fetch_ofABundleWithAFolder_isBadInput() throws IOException {
    Files.createDirectories(root.resolve("keys/more"));
    String uri = "unreliable:" + root.resolve("keys");
    String message =
        assertThrows(DatasetException.class, () -> KeyBundleCache.fetch(uri, digest, hadoop))
            .getMessage();
    assertTrue(message.contains("the folder \"more\""), message);
  }

  @Test
  void cacheFolderThatCannotBeMade_cannotCommitAndIsNamed() throws IOException {
    Path file = Files.writeString(root.resolve("file"), "");
    hadoop.set(KeyBundleCache.CACHE_DIRECTORY, file.resolve("cache").toString());
    String uri = "unreliable:" + root.resolve("keys");
    RuntimeException failure =
        assertThrows(RuntimeException.class, () -> KeyBundleCache.fetch(uri, digest, hadoop));
    assertEquals(ExitCode.COMMIT, ClusterFailures.TABLE.code(failure));
    assertTrue(failure.getMessage().startsWith("folder " + file + "/cache: "));
  }

  /** A limit of the size of files stands for a disk that is full. */
  @Test
  void cacheFolderThatIsFull_cannotCommitAndSaysWhatToDo() throws Exception {
    Files.write(root.resolve("keys/relinearization.key"), new byte[1 << 20]);
    Path said = root.resolve("said");
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                "ulimit -f 200 && exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                Fetching.class.getName(),
                root.resolve("keys").toString(),
                digest,
                root.resolve("cache").toString())
            .redirectOutput(said.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it hangs");
    String line = Files.readString(said);
    assertEquals(ExitCode.COMMIT.status(), process.exitValue(), line);
    assertTrue(line.startsWith("folder " + root.resolve("cache") + ": expected room"), line);
    assertTrue(line.contains("File too large; free space there, or name another folder"), line);
    try (var entries = Files.list(root.resolve("cache"))) {
      assertEquals(1, entries.count(), "the lock file alone");
    }
  }

  /** Fetches a bundle; prints the line of a failure and ends with its exit code. */
  static final class Fetching {
    private Fetching() {}

    public static void main(String[] arguments) {
      Configuration hadoop = new Configuration();
      hadoop.set(KeyBundleCache.CACHE_DIRECTORY, arguments[2]);
      hadoop.set("fs.unreliable.impl", UnreliableFileSystem.class.getName());
      try {
        KeyBundleCache.fetch("unreliable:" + arguments[0], arguments[1], hadoop);
      } catch (RuntimeException e) {
        System.out.println(ClusterFailures.TABLE.line(e));
        System.exit(ClusterFailures.TABLE.code(e).status());
      }
    }
  }
}
