package org.hetal.owner.oracle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hetal.dataset.DatasetException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OracleLogTest {
  @TempDir Path folder;
  private final List<String> warnings = new ArrayList<>();

  private Path file() {
    return folder.resolve("oracle.jsonl");
  }

  private OracleLog open() {
    return OracleLog.open(file(), warnings::add);
  }

  private static OracleLog.Entry entry(int epoch) {
    return new OracleLog.Entry(
        "2026-01-01T00:00:00Z",
        "run",
        "ab",
        "c".repeat(64),
        epoch,
        "d".repeat(64),
        1.0 / epoch,
        0.5,
        3,
        1e-9,
        false,
        true,
        "caf\u00e9");
  }

  private byte[] threeLines() throws Exception {
    try (OracleLog log = open()) {
      for (int epoch = 1; epoch <= 3; epoch++) {
        log.append(entry(epoch));
      }
    }
    return Files.readAllBytes(file());
  }

  @Test
  void entries_comeBack_andTheFileIsPrivate() throws Exception {
    threeLines();
    try (OracleLog log = open()) {
      assertEquals(List.of(entry(1), entry(2), entry(3)), log.entries());
      log.append(entry(4));
    }
    assertEquals(4, OracleLog.read(file()).size());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
    assertEquals(List.of(), warnings);
  }

  @Test
  void aLogCutAtAnyByte_isContinuedWithItsWholeLines() throws Exception {
    byte[] whole = threeLines();
    Path torn = folder.resolve("oracle.jsonl.torn");
    for (int length = 0; length <= whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      Files.write(file(), cut);
      Files.deleteIfExists(torn);
      warnings.clear();
      int lines = (int) new String(cut, StandardCharsets.UTF_8).lines().count();
      boolean lastIsWhole = length == 0 || whole[length - 1] == '\n' || whole[length] == '\n';
      int expected = lastIsWhole ? lines : lines - 1;
      assertEquals(expected, OracleLog.read(file()).size(), "reading " + length);
      try (OracleLog log = open()) {
        assertEquals(expected, log.entries().size(), "length " + length);
        log.append(entry(expected + 1));
      }
      assertEquals(expected + 1, OracleLog.read(file()).size(), "length " + length);
      assertEquals(lastIsWhole, warnings.isEmpty(), warnings.toString());
      assertEquals(lastIsWhole, !Files.exists(torn));
      if (!lastIsWhole) {
        assertTrue(warnings.get(0).contains("oracle.jsonl line " + lines), warnings.get(0));
        assertTrue(warnings.get(0).contains(torn.toString()), warnings.get(0));
        byte[] aside = Files.readAllBytes(torn);
        assertArrayEquals(
            Arrays.copyOfRange(cut, length - aside.length + 1, length),
            Arrays.copyOf(aside, aside.length - 1));
      }
    }
  }

  /** A file system that had made room for the line, and had not written it yet. */
  @Test
  void aLastLineOfZeros_isSetAside() throws Exception {
    byte[] whole = threeLines();
    int last =
        new String(whole, StandardCharsets.UTF_8)
                .split("\n")[0].getBytes(StandardCharsets.UTF_8).length
            + 1;
    for (int end : new int[] {0, 1}) {
      byte[] zeros = whole.clone();
      Arrays.fill(zeros, zeros.length - last / 2, zeros.length - end, (byte) 0);
      Files.write(file(), zeros);
      try (OracleLog log = open()) {
        assertEquals(2, log.entries().size());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"epoch\":1}", "", "null", "x", "[]", "{\"runId\":\"run\"", "\u0000\u0000"})
  void damageBeforeTheLastLine_isRefusedWithItsLine(String damage) throws Exception {
    List<String> lines =
        new ArrayList<>(new String(threeLines(), StandardCharsets.UTF_8).lines().toList());
    lines.set(1, damage);
    byte[] before = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    Files.write(file(), before);
    String message = assertThrows(DatasetException.class, this::open).getMessage();
    assertTrue(message.startsWith(file() + " line 2: expected an answer"), message);
    assertTrue(message.contains("restore the file from a copy"), message);
    assertThrows(DatasetException.class, () -> OracleLog.read(file()));
    assertArrayEquals(before, Files.readAllBytes(file()));
  }

  @Test
  void aLineThatIsMissingOrOfAnotherRun_isRefused() throws Exception {
    List<String> lines = new String(threeLines(), StandardCharsets.UTF_8).lines().toList();
    Files.writeString(file(), lines.get(0) + "\n" + lines.get(2) + "\n");
    String message = assertThrows(DatasetException.class, this::open).getMessage();
    assertTrue(message.contains("line 2: expected the answer on epoch 2, actual epoch 3"), message);
    String other = lines.get(1).replace("\"run\"", "\"other\"");
    Files.writeString(file(), lines.get(0) + "\n" + other + "\n");
    message = assertThrows(DatasetException.class, this::open).getMessage();
    assertTrue(message.contains("line 2: expected run run, actual other"), message);
  }

  /** Whole when it was written, so somebody changed it. */
  @Test
  void aWholeLastLineThatIsNoAnswer_isRefused() throws Exception {
    Files.writeString(file(), "{\"epoch\":1}\n");
    assertThrows(DatasetException.class, this::open);
  }

  @Test
  void aLogWrittenBeforeLogsNamedTheDataSet_isRead() throws Exception {
    String old =
        new String(threeLines(), StandardCharsets.UTF_8)
            .replace("\"dataset\":\"" + "c".repeat(64) + "\",", "");
    assertFalse(old.contains("dataset"));
    Files.writeString(file(), old);
    try (OracleLog log = open()) {
      assertEquals("", log.entries().get(2).dataset());
    }
  }

  @Test
  void aSecondOracleOnTheLog_isRefusedAndNamesTheFirst() throws Exception {
    try (OracleLog log = open()) {
      String message = assertThrows(OracleLog.HeldException.class, this::open).getMessage();
      assertTrue(message.contains("process " + ProcessHandle.current().pid() + " on "), message);
      OracleLog.read(file()); // must not end the lock
      assertEquals(73, openInAnotherProcess());
      log.append(entry(1));
    }
    assertEquals(0, openInAnotherProcess());
    open().close();
  }

  private int openInAnotherProcess() throws Exception {
    File output = folder.resolve("child.log").toFile();
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Opener.class.getName(),
            file().toString())
        .redirectErrorStream(true)
        .redirectOutput(output)
        .start()
        .waitFor();
  }

  /** Opens the log given; exits with 73 when another process has it. */
  static final class Opener {
    private Opener() {}

    public static void main(String[] arguments) {
      try {
        OracleLog.open(Path.of(arguments[0]), System.out::println).close();
      } catch (OracleLog.HeldException e) {
        System.exit(73);
      }
    }
  }

  /**
   * What did not get onto the disk is not in the log, and the next line does not follow half a one.
   */
  @Test
  void aLineThatCannotBeWritten_leavesTheLogAsItWas() throws Exception {
    File output = folder.resolve("child.log").toFile();
    int status =
        new ProcessBuilder(
                "bash",
                "-c",
                "ulimit -f 2; exec \"$0\" \"$@\"",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                Filler.class.getName(),
                file().toString())
            .redirectErrorStream(true)
            .redirectOutput(output)
            .start()
            .waitFor();
    assertEquals(0, status, () -> readString(output));
    try (OracleLog log = open()) {
      assertTrue(log.entries().size() >= 2);
    }
    assertEquals(List.of(), warnings, "no half a line");
  }

  private static String readString(File file) {
    try {
      return Files.readString(file.toPath());
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }

  /** Writes until the limit of the file's size is met. */
  static final class Filler {
    private Filler() {}

    public static void main(String[] arguments) throws Exception {
      Path file = Path.of(arguments[0]);
      try (OracleLog log = OracleLog.open(file, System.out::println)) {
        for (int epoch = 1; ; epoch++) {
          try {
            log.append(entry(epoch));
          } catch (UncheckedIOException e) {
            boolean same = OracleLog.read(file).equals(log.entries());
            System.exit(same && log.entries().size() == epoch - 1 ? 0 : 1);
          }
        }
      }
    }
  }
}
