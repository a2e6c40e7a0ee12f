package org.hetal.spark.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.util.Progressable;
import org.hetal.command.ExitCode;
import org.hetal.he.FileWriteException;
import org.hetal.spark.engine.KeyBundleCache;
import org.hetal.spark.job.ClusterFailures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What file systems refuse, and what that means. */
class HadoopStorageTest {
  @TempDir Path root;

  /** Refuses to write as it is told; writes when it is told nothing. */
  public static final class Refusing extends RawLocalFileSystem {
    private static Throwable refusal;

    @Override
    public FSDataOutputStream create(
        org.apache.hadoop.fs.Path path,
        boolean overwrite,
        int bufferSize,
        short replication,
        long blockSize,
        Progressable progress)
        throws IOException {
      return new FSDataOutputStream(
          super.create(path, overwrite, bufferSize, replication, blockSize, progress), null) {
        @Override
        public void write(byte[] bytes) throws IOException {
          if (refusal == null) {
            write(bytes, 0, bytes.length);
            return;
          }
          write(bytes, 0, bytes.length / 2);
          if (refusal instanceof Error error) {
            throw error;
          }
          throw (IOException) refusal;
        }

        /** As HDFS does: the same exception once more. */
        @Override
        public void close() throws IOException {
          super.close();
          if (refusal instanceof IOException again) {
            throw again;
          }
        }
      };
    }
  }

  /** Of local files that cannot be written, for the reason given. */
  static Configuration refusing(Throwable refusal) {
    Refusing.refusal = refusal;
    return localFiles(Refusing.class);
  }

  /** Local files are opened by that class. */
  static Configuration localFiles(Class<? extends FileSystem> opened) {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.file.impl", opened, FileSystem.class);
    hadoop.setBoolean("fs.file.impl.disable.cache", true);
    return hadoop;
  }

  /** What Hadoop throws when a local disk is full. */
  static FSError fullDisk() throws ReflectiveOperationException {
    Constructor<FSError> hadoops = FSError.class.getDeclaredConstructor(Throwable.class);
    hadoops.setAccessible(true);
    return hadoops.newInstance(new IOException("No space left on device"));
  }

  private RuntimeException refusedBy(Throwable refusal) {
    HadoopStorage storage = new HadoopStorage(root.toString(), refusing(refusal));
    return assertThrows(
        RuntimeException.class, () -> storage.writeAtomically("a/file", new byte[100]));
  }

  @Test
  void aFullLocalDisk_isAnErrorOfHadoops_andCannotCommit() throws Exception {
    RuntimeException full = refusedBy(fullDisk());
    assertEquals(ExitCode.COMMIT, ClusterFailures.TABLE.code(full));
    String line = ClusterFailures.TABLE.line(full);
    assertTrue(line.startsWith("cannot write " + root + "/a/file: No space left"), line);
    try (var left = Files.list(root.resolve("a"))) {
      assertEquals(List.of(), left.toList(), "the unfinished file goes: its space is needed");
    }
  }

  @Test
  void permission_cannotCommit_andOtherFailuresMayPass() {
    RuntimeException denied = refusedBy(new AccessControlException("Permission denied: user=x"));
    assertEquals(ExitCode.COMMIT, ClusterFailures.TABLE.code(denied));
    assertTrue(ClusterFailures.TABLE.line(denied).contains("Permission denied: user=x"));
    RuntimeException away = refusedBy(new IOException("Connection reset"));
    assertEquals(UncheckedIOException.class, away.getClass());
    assertEquals(ExitCode.RETRY, ClusterFailures.TABLE.code(away));
    String line = ClusterFailures.TABLE.line(away);
    assertEquals("cannot write " + root + "/a/file: Connection reset", line);
  }

  /** Another driver took the run and deleted the file: HDFS says that it does not exist. */
  @Test
  void fileThatAnotherDeletes_cannotCommit() {
    RuntimeException deleted = refusedBy(new FileNotFoundException("File does not exist: x"));
    assertEquals(ExitCode.COMMIT, ClusterFailures.TABLE.code(deleted));
    String line = ClusterFailures.TABLE.line(deleted);
    assertEquals("cannot write " + root + "/a/file: File does not exist: x", line);
  }

  /** As renewals of the lock do, which have one name. */
  @Test
  void attemptAfterOneThatFailed_replacesItsFile_andFollowsNoLink() throws IOException {
    FileSystem files = HadoopStorage.exact(FileSystem.getLocal(new Configuration()));
    Path partial = root.resolve("partial");
    Path precious = Files.writeString(root.resolve("precious"), "kept");
    Path file = root.resolve("file");
    for (byte attempt = 1; attempt <= 3; attempt++) {
      if (attempt == 2) {
        assertArrayEquals(new byte[] {1}, Files.readAllBytes(partial));
        Files.delete(partial);
        Files.createSymbolicLink(partial, precious);
      }
      boolean last = attempt == 3;
      Runnable check =
          () -> {
            if (!last) {
              throw new IllegalStateException("the check");
            }
          };
      byte[] bytes = {attempt};
      Executable write =
          () -> HadoopStorage.replace(files, hadoops(partial), hadoops(file), bytes, check);
      if (last) {
        assertDoesNotThrow(write);
      } else {
        assertThrows(IllegalStateException.class, write);
      }
    }
    assertArrayEquals(new byte[] {3}, Files.readAllBytes(file));
    assertFalse(Files.exists(partial));
    assertEquals("kept", Files.readString(precious));
  }

  private static org.apache.hadoop.fs.Path hadoops(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }

  /** Hadoop's setting applies as it does to what Hadoop writes. */
  @Test
  void mode_isHadoops_withoutWhatTheUmaskDenies() throws IOException {
    Configuration hadoop = new Configuration();
    hadoop.set("fs.permissions.umask-mode", "077");
    hadoop.setBoolean("fs.file.impl.disable.cache", true);
    new HadoopStorage(root.toString(), hadoop).writeAtomically("file", new byte[1]);
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("file"))));
  }

  @Test
  void folderThatIsAFile_cannotCommit() throws IOException {
    Files.writeString(root.resolve("a"), "");
    HadoopStorage storage = new HadoopStorage(root.toString(), new Configuration());
    RuntimeException refused =
        assertThrows(
            FileWriteException.class, () -> storage.writeAtomically("a/file", new byte[100]));
    assertEquals(ExitCode.COMMIT, ClusterFailures.TABLE.code(refused));
    Files.delete(root.resolve("a"));
    storage.writeAtomically("a/file", new byte[] {1});
    assertArrayEquals(new byte[] {1}, storage.read("a/file"));
  }

  @Test
  void fileSystemThatIsNotInstalled_isConfigurationAndSaysWhatToDo() {
    Configuration hadoop = new Configuration();
    hadoop.set("fs.absent.impl", "org.example.AbsentFileSystem");
    for (String uri : new String[] {"nosuch://bucket/run", "absent://bucket/run"}) {
      RuntimeException storage =
          assertThrows(RuntimeException.class, () -> new HadoopStorage(uri, hadoop));
      RuntimeException lock =
          assertThrows(RuntimeException.class, () -> RunLock.acquire(uri, hadoop, line -> {}));
      RuntimeException keys =
          assertThrows(RuntimeException.class, () -> KeyBundleCache.manifest(uri, hadoop));
      for (RuntimeException each : List.of(storage, lock, keys)) {
        assertEquals(ExitCode.CONFIGURATION, ClusterFailures.TABLE.code(each), each.toString());
        assertTrue(ClusterFailures.TABLE.line(each).contains(uri), each.getMessage());
        assertTrue(ClusterFailures.TABLE.line(each).contains("class path"), each.getMessage());
      }
    }
  }

  @Test
  void hostThatIsUnknown_mayBeKnownLater() {
    RuntimeException unknown =
        assertThrows(
            RuntimeException.class,
            () -> new HadoopStorage("hdfs://no-such-host.invalid:9/run", new Configuration()));
    assertEquals(ExitCode.RETRY, ClusterFailures.TABLE.code(unknown));
    String line = ClusterFailures.TABLE.line(unknown);
    assertTrue(line.contains("unknown host no-such-host.invalid"), line);
  }
}
