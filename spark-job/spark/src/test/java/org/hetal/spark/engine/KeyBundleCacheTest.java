package org.hetal.spark.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.hetal.dataset.DatasetException;
import org.hetal.format.Digests;
import org.hetal.spark.errors.RetryLaterException;
import org.hetal.spark.job.UnreliableFileSystem;
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
    Path planted = Files.createDirectories(root.resolve("cache").resolve(digest));
    Files.write(planted.resolve("manifest"), "another".getBytes(StandardCharsets.UTF_8));
    String uri = "unreliable:" + root.resolve("keys");
    assertThrows(DatasetException.class, () -> KeyBundleCache.fetch(uri, digest, hadoop));
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
}
