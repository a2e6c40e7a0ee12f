package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.hetal.dataset.LocalStorage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChaosDiskTest {
  private static final int PAGE = 4096;

  @TempDir Path root;
  private final LoggedProcesses processes = new LoggedProcesses();

  @AfterEach
  void endProcesses() {
    processes.close();
  }

  private ChaosDisk mount() {
    return required(ChaosDisk.mount(processes, folder(), root.resolve("disk.log")));
  }

  private static ChaosDisk required(Optional<ChaosDisk> disk) {
    assumeTrue(disk.isPresent(), "this machine does not let this user mount a file system");
    return disk.get();
  }

  private Path folder() {
    return root.resolve("disk");
  }

  /** What a process prints that sees the file system and writes a file of so many bytes. */
  private String write(ChaosDisk disk, String name, int bytes) throws Exception {
    List<String> command = new ArrayList<>(disk.enter(root));
    command.addAll(
        List.of("sh", "-c", "head -c " + bytes + " /dev/zero >\"$1\"", "sh", folder() + name));
    Path log = root.resolve("write.log");
    Files.deleteIfExists(log);
    processes.start(command, Map.of("LC_ALL", "C"), log).waitFor();
    return Files.readString(log);
  }

  /** Root needs no user namespace, but may make one. */
  @ParameterizedTest
  @ValueSource(strings = {"--mount", "--user --map-root-user --mount"})
  void fill_leavesNoByteForAnotherProcess_andEmptyMakesRoom(String way) throws Exception {
    List<List<String>> ways = List.of(List.of(way.split(" ")));
    try (ChaosDisk disk =
        required(ChaosDisk.mount(processes, folder(), root.resolve("disk.log"), ways))) {
      assertEquals("", write(disk, "/before", PAGE));
      disk.fill(0);
      assertEquals(0, disk.free());
      String said = write(disk, "/full", 1);
      assertTrue(said.contains("No space left on device"), said);
      disk.empty();
      assertEquals("", write(disk, "/after", 3 * PAGE));
      assertEquals(3 * PAGE, Files.size(disk.root().resolve("after")));
    }
  }

  @Test
  void fill_leavesSoManyBytes_andFillsAgainWhatIsDeleted() throws Exception {
    try (ChaosDisk disk = mount()) {
      assertEquals("", write(disk, "/checkpoint", 10 * PAGE));
      disk.fill(5 * PAGE);
      assertEquals(5 * PAGE, disk.free());
      assertEquals("", write(disk, "/metrics", PAGE));
      disk.fill(5 * PAGE);
      assertEquals(4 * PAGE, disk.free());
      Files.delete(disk.root().resolve("checkpoint"));
      disk.fill(5 * PAGE);
      assertEquals(5 * PAGE, disk.free());
    }
  }

  @Test
  void useUpNames_leavesNoFileForAnotherProcess_andEmptyMakesRoom() throws Exception {
    try (ChaosDisk disk = mount()) {
      for (int i = 0; i < 2; i++) {
        disk.useUpNames();
        disk.useUpNames();
        String said = write(disk, "/full", 1);
        assertTrue(said.contains("No space left on device"), said);
        disk.empty();
      }
      assertEquals("", write(disk, "/after", 1));
    }
  }

  @Test
  void mounted_isSeenByThoseAloneWhoEnter_andGoneAfterwards() throws Exception {
    Path outside;
    try (ChaosDisk disk = mount()) {
      assertEquals("", write(disk, "/file", 1));
      outside = disk.root();
      assertEquals(List.of("file"), new LocalStorage(outside).walk());
      try (Stream<Path> here = Files.list(folder())) {
        assertEquals(List.of(), here.toList());
      }
    }
    assertFalse(Files.exists(outside));
    assertFalse(Files.readString(Path.of("/proc/mounts")).contains(folder().toString()));
  }

  @Test
  void mount_whereNobodyMay_isEmpty() {
    Optional<ChaosDisk> disk =
        ChaosDisk.mount(
            processes, folder(), root.resolve("disk.log"), List.of(List.of("--no-such-option")));
    assertEquals(Optional.empty(), disk);
  }
}
