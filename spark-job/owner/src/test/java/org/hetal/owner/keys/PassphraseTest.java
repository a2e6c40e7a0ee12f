package org.hetal.owner.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.hetal.config.SettingsException;
import org.hetal.he.FileReadException;
import org.hetal.he.HeSecurityException;
import org.hetal.he.library.OwnerOnly;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PassphraseTest {
  private static final Path KEY = Path.of("secret.key");

  @TempDir private Path root;
  private final List<String> questions = new ArrayList<>();
  private final List<char[]> given = new ArrayList<>();

  private Passphrase typed(String... lines) {
    Deque<char[]> left = new ArrayDeque<>();
    for (String line : lines) {
      left.add(line.toCharArray());
    }
    return Passphrase.of(
        "terminal",
        question -> {
          questions.add(question);
          char[] line = left.poll();
          given.add(line);
          return line;
        });
  }

  private Passphrase inFile(String content) throws Exception {
    Path file = root.resolve("passphrase");
    Files.deleteIfExists(file);
    Files.createFile(file, OwnerOnly.file());
    Files.writeString(file, content);
    return Passphrase.of(file.toString(), question -> null);
  }

  private static void refused(String expected, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(SettingsException.class, call).getMessage();
    assertTrue(message.contains(expected), message);
  }

  @Test
  void noSetting_meansNoPassphrase() {
    assertFalse(Passphrase.of("", question -> null).isUsed());
    assertTrue(typed().isUsed());
  }

  /** In bytes of UTF-8, whatever the locale; the line of the console is overwritten. */
  @Test
  void terminal_isAskedOnceForAKeyThatExists_andTwiceForANewOne() {
    byte[] expected = "correct h\u00f6rse".getBytes(StandardCharsets.UTF_8);
    assertArrayEquals(expected, typed("correct h\u00f6rse").read(KEY));
    assertEquals(List.of("Passphrase of secret.key: "), questions);
    assertArrayEquals(new char[expected.length - 1], given.get(0));
    questions.clear();
    assertArrayEquals(expected, typed("correct h\u00f6rse", "correct h\u00f6rse").readNew(KEY));
    assertEquals(2, questions.size());
    refused(
        "the same passphrase twice", () -> typed("correct horse", "correct horsf").readNew(KEY));
    refused("at least 12 bytes", () -> typed("short").readNew(KEY));
    refused("the end of the input", () -> typed().read(KEY));
    refused("1 to 1024 bytes", () -> typed("").read(KEY));
  }

  @Test
  void withoutATerminal_theSettingIsRefused() {
    if (System.console() == null) {
      refused(
          "expected a terminal, actual none",
          () ->
              Passphrase.of(
                      org.hetal.config.SettingsLoader.load(
                          List.of(), java.util.Map.of("paths.passphrase", "terminal")))
                  .read(KEY));
    }
  }

  @Test
  void file_isItsFirstLine_andForItsOwnerAlone() throws Exception {
    byte[] expected = "from a file".getBytes(StandardCharsets.UTF_8);
    for (String content : new String[] {"from a file", "from a file\n", "from a file\r\nmore\n"}) {
      assertArrayEquals(expected, inFile(content).read(KEY));
    }
    refused("1 to 1024 bytes", () -> inFile("\nsecond line").read(KEY));
    assertEquals(1024, inFile("x".repeat(1024) + "\n").read(KEY).length);
    refused("1 to 1024 bytes", () -> inFile("x".repeat(1025)).read(KEY));
    refused("1 to 1024 bytes", () -> inFile("x".repeat(5000)).read(KEY));
    Passphrase open = inFile("from a file");
    Files.setPosixFilePermissions(
        root.resolve("passphrase"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThrows(HeSecurityException.class, () -> open.read(KEY));
    assertThrows(
        FileReadException.class,
        () -> Passphrase.of(root.resolve("none").toString(), question -> null).read(KEY));
  }
}
