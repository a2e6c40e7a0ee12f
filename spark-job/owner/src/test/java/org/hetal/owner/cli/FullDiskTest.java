package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.hetal.he.KeyBundleManifest;
import org.hetal.he.library.OwnerOnly;
import org.hetal.he.owner.Client;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The owner's commands on a disk that is full after a number of pages: whatever the number, nothing
 * half-written is taken for whole, and with more space the same command ends well. Needs the right
 * to mount a file system in memory.
 */
@Tag("slow")
class FullDiskTest {
  private static final int PAGE = 4096;
  private static final int MOST_PAGES = 4096;

  @TempDir Path folder;
  private Path disk;
  private OwnerFolder owner;
  private boolean mounted;

  @BeforeEach
  void mountDisk() throws Exception {
    disk = Files.createDirectory(folder.resolve("disk"));
    mounted =
        command(
            "mount", "-t", "tmpfs", "-o", "size=" + MOST_PAGES * PAGE, "tmpfs", disk.toString());
    if (!mounted) {
      System.err.println("SKIPPED: FullDiskTest needs the right to mount a tmpfs (run it as root)");
    }
    Assumptions.assumeTrue(mounted, "needs the right to mount a tmpfs");
    owner = new OwnerFolder(disk, "native", "insecure_n10_l12");
  }

  @AfterEach
  void unmountDisk() throws Exception {
    if (mounted) {
      assertTrue(command("umount", disk.toString()));
    }
  }

  private static boolean command(String... line) throws Exception {
    return new ProcessBuilder(line).inheritIO().start().waitFor() == 0;
  }

  /** Leaves so many pages free. */
  private void leave(int pages) throws Exception {
    long used;
    try (Stream<Path> files = Files.walk(disk)) {
      used = files.filter(Files::isRegularFile).mapToLong(FullDiskTest::pages).sum();
    }
    long size = (used + pages) * PAGE;
    assertTrue(command("mount", "-o", "remount,size=" + size, disk.toString()));
  }

  private static long pages(Path file) {
    return (file.toFile().length() + PAGE - 1) / PAGE;
  }

  /** Repeats the command with more and more space; the failures it had. */
  private int untilDone(String name, String... arguments) throws Exception {
    int failures = 0;
    for (int pages = 0; pages <= MOST_PAGES; pages = pages < 4 ? pages + 1 : 2 * pages) {
      leave(pages);
      int status = owner.hetal(name, arguments);
      if (status == 0) {
        return failures;
      }
      failures++;
      assertEquals(73, status, owner.output);
      List<String> lines = owner.output.lines().filter(l -> l.startsWith("hetal " + name)).toList();
      assertEquals(1, lines.size(), owner.output);
      assertTrue(lines.get(0).contains("No space left on device"), lines.get(0));
      requireNothingHalfWritten();
    }
    throw new AssertionError(name + " never ended: " + owner.output);
  }

  private void requireNothingHalfWritten() throws Exception {
    Path key = disk.resolve("owner/secret.key");
    if (Files.exists(key)) {
      try (Client client = owner.client()) {
        assertFalse(client.keyId().isEmpty());
      }
    }
    if (Files.exists(key.getParent())) {
      try (Stream<Path> files = Files.list(key.getParent())) {
        assertTrue(files.noneMatch(file -> file.getFileName().toString().startsWith(".secret")));
      }
    }
  }

  @Test
  void everyCommand_endsWellWhenThereIsSpaceAgain() throws Exception {
    assertTrue(untilDone("keygen") > 3);
    assertTrue(Files.exists(disk.resolve("cluster/keys").resolve(KeyBundleManifest.NAME)));
    assertTrue(untilDone("encrypt") > 3);
    leave(MOST_PAGES);
    owner.train("cluster/dataset", "cluster/run", "run");
    assertTrue(untilDone("decrypt-model") > 0);
    leave(MOST_PAGES);
    String rows = Files.writeString(disk.resolve("new.csv"), "1,0,0,0\n0,1,0,0\n").toString();
    assertTrue(
        untilDone("encrypt", "--rows", rows, "--output", disk.resolve("new").toString()) > 0);
    leave(MOST_PAGES);
    owner.predict("new", "logits");
    String out = disk.resolve("out.csv").toString();
    assertTrue(
        untilDone(
                "decrypt-predictions",
                "--logits",
                disk.resolve("logits").toString(),
                "--output",
                out)
            > 0);
    leave(MOST_PAGES);
    assertEquals(0, owner.hetal("evaluate"), owner.output);
    Path passphrase = Files.createFile(disk.resolve("passphrase"), OwnerOnly.file());
    Files.writeString(passphrase, "correct horse battery");
    assertTrue(untilDone("change-passphrase", "--new-passphrase", passphrase.toString()) > 0);
  }
}
