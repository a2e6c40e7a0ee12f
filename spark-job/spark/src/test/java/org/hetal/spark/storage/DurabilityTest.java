package org.hetal.spark.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.hetal.format.Digests;
import org.hetal.he.conformance.FileRecord;
import org.hetal.spark.engine.KeyBundleCache;
import org.hetal.spark.job.UnreliableFileSystem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What driver and executors rename on a local disk is on the disk before, and its name after. */
@Tag("slow")
class DurabilityTest {
  private static final String KEY = "relinearization.key";

  @TempDir Path folder;

  @Test
  void filesAreSynchronized_thenRenamed_thenTheirFolderIsSynchronized() throws Exception {
    Path root = folder.toRealPath();
    Path record = root.resolve("record");
    ProcessBuilder builder = new ProcessBuilder(ChildJvm.command(Writes.class, root.toString()));
    builder.environment().putAll(FileRecord.environment(record));
    assertEquals(0, builder.inheritIO().start().waitFor());
    String cached = "cache/" + Writes.DIGEST;
    assertEquals(
        Set.of("run/a/file", cached, cached + "/" + KEY), FileRecord.requireDurable(record, root));
  }

  /** Runs with the recorder preloaded. */
  static final class Writes {
    private static final String MANIFEST = "a manifest";
    private static final String DIGEST = Digests.sha256(MANIFEST);

    public static void main(String[] arguments) throws IOException {
      Path root = Path.of(arguments[0]);
      Configuration hadoop = new Configuration();
      hadoop.set("fs.unreliable.impl", UnreliableFileSystem.class.getName());
      hadoop.set(KeyBundleCache.CACHE_DIRECTORY, root.resolve("cache").toString());
      HadoopStorage storage = new HadoopStorage(root.resolve("run").toUri().toString(), hadoop);
      storage.writeAtomically("a/file", new byte[100]);
      storage.writeAtomically("a/file", new byte[1 << 20]);
      Path bundle = Files.createDirectories(root.resolve("keys"));
      Files.writeString(bundle.resolve("manifest"), MANIFEST);
      Files.write(bundle.resolve(KEY), new byte[3]);
      Path copy = KeyBundleCache.fetch("unreliable:" + bundle, DIGEST, hadoop);
      Files.write(copy.resolve(KEY), new byte[1]); // copied again
      KeyBundleCache.fetch("unreliable:" + bundle, DIGEST, hadoop);
    }
  }
}
