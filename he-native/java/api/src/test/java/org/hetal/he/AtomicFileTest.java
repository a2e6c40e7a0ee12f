package org.hetal.he;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  private static final int WRITES = 3;

  @TempDir Path folder;

  /** The kernel tells which names were made. */
  @Test
  void temporaryNames_cannotBeForeseen() throws Exception {
    Path file = folder.resolve("manifest");
    Set<String> names = new TreeSet<>();
    try (WatchService watch = folder.getFileSystem().newWatchService()) {
      folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      for (int i = 0; i < WRITES; i++) {
        AtomicFile.write(file, new byte[] {(byte) i});
      }
      while (names.size() < WRITES + 1) {
        WatchKey key = watch.poll(10, TimeUnit.SECONDS);
        assertTrue(key != null, names.toString());
        for (WatchEvent<?> event : key.pollEvents()) {
          names.add(event.context().toString());
        }
        key.reset();
      }
    }
    assertTrue(names.remove("manifest"));
    String expected = "\\.manifest\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    assertTrue(names.stream().allMatch(name -> name.matches(expected)), names.toString());
    assertEquals(WRITES, names.size());
    assertArrayEquals(new byte[] {WRITES - 1}, Files.readAllBytes(file));
  }

  @Test
  void aFolderInThePlaceOfTheFile_isKept_andNothingIsLeft() throws Exception {
    Files.createDirectories(folder.resolve("taken/inside"));
    assertThrows(
        FileWriteException.class, () -> AtomicFile.write(folder.resolve("taken"), new byte[1]));
    assertEquals(1, folder.toFile().list().length);
    assertTrue(Files.isDirectory(folder.resolve("taken/inside")));
  }
}
