package org.hetal.spark.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.hetal.spark.job.ClusterFailures;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real file system that is full, in a mount namespace of a process of its own. */
class FullDiskTest {
  private static final String FULL = "No space left on device";
  private static final String MOUNT =
      "mount -t tmpfs -o size=1m,nr_inodes=32 hetal-test \"$1\" && shift && exec \"$@\"";
  private static final List<List<String>> WAYS =
      List.of(List.of("--mount"), List.of("--user", "--map-root-user", "--mount"));

  @TempDir Path root;

  /**
   * Writes, fills the file system, and prints a line for each attempt to write: exit code and
   * message.
   */
  static final class Writes {
    private Writes() {}

    public static void main(String[] arguments) throws IOException {
      Configuration hadoop = new Configuration();
      Path disk = Path.of(arguments[0]);
      HadoopStorage run = new HadoopStorage(disk.resolve("run").toString(), hadoop);
      try (RunLock lock = RunLock.acquire(run.describe(), hadoop, System.out::println)) {
        LockedStorage locked = new LockedStorage(run, lock);
        locked.writeAtomically("there/file", new byte[] {1});
        if (arguments[1].equals("bytes")) {
          fillBytes(disk);
        } else {
          fillNames(disk);
        }
        attempt(() -> locked.writeAtomically("there/file", new byte[] {2}));
        attempt(() -> run.writeAtomically("new/file", new byte[] {2}));
        if (!arguments[1].equals("bytes")) { // a folder of this file system takes none
          attempt(() -> locked.writeAtomically("new/file", new byte[] {2}));
        }
        attempt(
            () -> RunLock.acquire(disk.resolve("other").toString(), hadoop, System.out::println));
        System.out.println(
            "kept "
                + run.read("there/file")[0]
                + " "
                + run.exists("new/file")
                + " "
                + Files.exists(disk.resolve("other/run.lock")));
      }
    }

    private static void fillBytes(Path disk) throws IOException {
      try (FileChannel file =
          FileChannel.open(
              disk.resolve("filler"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        while (true) {
          file.write(ByteBuffer.allocate(4096));
        }
      } catch (IOException e) {
        requireFull(e);
      }
    }

    private static void fillNames(Path disk) throws IOException {
      try {
        for (int i = 0; ; i++) {
          Files.createFile(disk.resolve("name-" + i));
        }
      } catch (IOException e) {
        requireFull(e);
      }
    }

    private static void requireFull(IOException e) throws IOException {
      if (!e.getMessage().contains(FULL)) {
        throw e;
      }
    }

    private static void attempt(Runnable write) {
      try {
        write.run();
        System.out.println("written");
      } catch (RuntimeException e) {
        System.out.println(ClusterFailures.TABLE.code(e) + " " + ClusterFailures.TABLE.line(e));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes", "names"})
  void write_onAFullDisk_cannotCommitAndSaysThatItIsFull(String what) throws Exception {
    List<String> child = ChildJvm.command(Writes.class, root.toString(), what);
    List<String> lines = run(child);
    int attempts = what.equals("bytes") ? 3 : 4;
    assertEquals(attempts + 1, lines.size(), lines.toString());
    for (String line : lines.subList(0, attempts)) {
      assertTrue(line.startsWith("COMMIT ") && line.contains(FULL), line);
      assertTrue(line.contains(root.toString()), line);
      assertFalse(line.contains(".writing-"), line); // of no use to the reader
    }
    for (String line : List.of(lines.get(0), lines.get(attempts - 1))) {
      assertTrue(line.endsWith("; " + LockedStorage.REMEDY), line);
    }
    assertEquals("kept 1 false false", lines.get(attempts));
  }

  private List<String> run(List<String> child) throws Exception {
    for (List<String> way : WAYS) {
      List<String> mount = new ArrayList<>(List.of("unshare"));
      mount.addAll(way);
      mount.addAll(List.of("sh", "-c", MOUNT, "sh", root.toString()));
      List<String> probe = new ArrayList<>(mount);
      probe.add("true");
      if (new ProcessBuilder(probe).start().waitFor() == 0) {
        mount.addAll(child);
        Process process =
            new ProcessBuilder(mount).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String said =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertEquals(0, process.waitFor(), said);
        return said.lines().toList();
      }
    }
    assumeTrue(false, "this machine does not let this user mount a file system");
    return List.of();
  }
}
