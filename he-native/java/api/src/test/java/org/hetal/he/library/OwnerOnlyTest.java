package org.hetal.he.library;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.hetal.he.HeSecurityException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnerOnlyTest {
  @TempDir Path root;

  private static void mode(Path file, String mode) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static String refusal(Path file) {
    return assertThrows(HeSecurityException.class, () -> OwnerOnly.require(file)).getMessage();
  }

  @Test
  void aFileThatOthersMayUse_isRefused() throws IOException {
    Path file = Files.createFile(root.resolve("secret"), OwnerOnly.file());
    assertEquals("rw-------", mode(file));
    for (String good : new String[] {"rw-------", "r--------", "rwx------"}) {
      mode(file, good);
      assertDoesNotThrow(() -> OwnerOnly.require(file), good);
    }
    for (String open : new String[] {"rw-r-----", "rw--w----", "rw------x", "rw----r--"}) {
      mode(file, open);
      assertEquals(
          file
              + ": expected a file that only its owner may read, mode rw-------, actual "
              + open
              + "; chmod 600 "
              + file,
          refusal(file));
    }
  }

  @Test
  void aFileOfAnotherUser_isRefused_andOneOfRootIsNot() throws IOException {
    Assumptions.assumeTrue(ProcessUser.id() == 0, "only root gives files away");
    Path file = Files.createFile(root.resolve("secret"), OwnerOnly.file());
    assertDoesNotThrow(() -> OwnerOnly.require(file));
    Files.setAttribute(file, "unix:uid", 12345);
    assertTrue(refusal(file).contains("expected a file of this user (uid 0), actual uid 12345"));
    Path link = Files.createSymbolicLink(root.resolve("link"), file);
    assertTrue(refusal(link).contains("actual uid 12345"));
  }

  @Test
  void aFileThatIsNotThere_isAReadError() {
    assertThrows(UncheckedIOException.class, () -> OwnerOnly.require(root.resolve("none")));
  }

  @Test
  void folders_getMode0700_andOneAmongOthersIsChecked() throws IOException {
    Path folder = root.resolve("a/b");
    OwnerOnly.makeFolder(folder);
    assertEquals("rwx------", mode(folder));
    Path shared = root.resolve("c/d");
    OwnerOnly.makeFolderAmongOthers(shared, "folder of keys", "name another");
    OwnerOnly.makeFolderAmongOthers(shared, "folder of keys", "name another");
    assertEquals("rwx------", mode(shared));
    mode(shared, "rwxr-x---");
    HeSecurityException refused =
        assertThrows(
            HeSecurityException.class,
            () -> OwnerOnly.makeFolderAmongOthers(shared, "folder of keys", "name another"));
    assertEquals(
        "folder of keys "
            + shared
            + ": expected mode rwx------, actual rwxr-x---; chmod 700 "
            + shared
            + ", or name another",
        refused.getMessage());
  }
}
