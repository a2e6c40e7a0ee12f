package org.hetal.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.hetal.config.SettingsException;
import org.hetal.dataset.DatasetException;
import org.hetal.he.DeviceException;
import org.hetal.he.DeviceLostException;
import org.hetal.he.DeviceOutOfMemoryException;
import org.hetal.he.DeviceUnavailableException;
import org.hetal.he.FileReadException;
import org.hetal.he.FileWriteException;
import org.hetal.he.HeFormatException;
import org.hetal.he.HeLevelException;
import org.hetal.he.HeMissingKeyException;
import org.hetal.he.HeSecurityException;
import org.hetal.he.NativeFaultException;
import org.hetal.he.NativeLibraryException;
import org.hetal.he.ResourceUnavailableException;
import org.junit.jupiter.api.Test;

class FailureTableTest {
  private static final FailureTable TABLE = FailureTable.common();
  private static final IOException FULL =
      new FileSystemException("x", null, "No space left on device");

  @Test
  void everyTypedFailure_hasItsExitCodeAndSpeaksForItself() {
    Map<Throwable, ExitCode> expected = new LinkedHashMap<>();
    expected.put(new DatasetException("said"), ExitCode.INPUT);
    expected.put(new HeFormatException("said"), ExitCode.INPUT);
    expected.put(new FileReadException("said"), ExitCode.INPUT);
    expected.put(new FileWriteException("said"), ExitCode.COMMIT);
    expected.put(new DeviceException("said"), ExitCode.RETRY);
    expected.put(new DeviceLostException("said"), ExitCode.RETRY);
    expected.put(new DeviceOutOfMemoryException("said"), ExitCode.RETRY);
    expected.put(new ResourceUnavailableException("said"), ExitCode.RETRY);
    expected.put(new SettingsException("said"), ExitCode.CONFIGURATION);
    expected.put(new HeSecurityException("said"), ExitCode.CONFIGURATION);
    expected.put(new HeMissingKeyException("said"), ExitCode.CONFIGURATION);
    expected.put(new DeviceUnavailableException("said"), ExitCode.CONFIGURATION);
    expected.put(new NativeLibraryException("said"), ExitCode.CONFIGURATION);
    expected.forEach(
        (failure, code) -> {
          assertEquals(code, TABLE.code(failure), failure.toString());
          assertEquals("said", TABLE.line(failure));
        });
  }

  @Test
  void textOfAnotherParty_isEscaped() {
    assertEquals("manifest: \\u001b[2J", TABLE.line(new HeFormatException("manifest: \u001b[2J")));
    assertEquals("said", TABLE.line(new FileReadException("said\nmore")));
  }

  @Test
  void faultsOfTheProgram_areInternal() {
    for (Throwable failure :
        new Throwable[] {
          new NativeFaultException("said"),
          new HeLevelException("said"),
          new IllegalStateException("said\nmore"),
          new StackOverflowError("said"),
          new AssertionError("said"),
          new InternalError("said")
        }) {
      assertEquals(ExitCode.INTERNAL, TABLE.code(failure), failure.toString());
      assertEquals(
          "internal error: " + failure.getClass().getName() + ": said", TABLE.line(failure));
    }
    assertEquals(
        "internal error: java.lang.NullPointerException", TABLE.line(new NullPointerException()));
  }

  @Test
  void errorsOfTheMachine_sayWhatToDo() {
    Map<Error, ExitCode> expected = new LinkedHashMap<>();
    expected.put(new OutOfMemoryError("Java heap space"), ExitCode.CONFIGURATION);
    expected.put(
        new OutOfMemoryError("unable to create native thread: possibly …"), ExitCode.RETRY);
    expected.put(new NoClassDefFoundError("org/x/Y"), ExitCode.CONFIGURATION);
    expected.put(new UnsatisfiedLinkError("no x in path"), ExitCode.CONFIGURATION);
    expected.put(new UnsupportedClassVersionError("compiled by …"), ExitCode.CONFIGURATION);
    expected.forEach(
        (error, code) -> {
          assertEquals(code, TABLE.code(error), error.toString());
          String line = TABLE.line(error);
          assertTrue(line.contains(error.getMessage()), line);
          assertFalse(line.startsWith("internal"), line);
        });
    assertTrue(TABLE.line(new OutOfMemoryError("Java heap space")).contains("-Xmx"));
  }

  /** A failed initialiser is reported once with its cause, later with a name and nothing else. */
  @Test
  void failedInitialisers_areTheirCauses() {
    Throwable cause = new NativeLibraryException("said");
    Error first = new ExceptionInInitializerError(cause);
    NoClassDefFoundError later = new NoClassDefFoundError("Could not initialize class org.x.Y");
    later.initCause(first);
    for (Throwable failure : new Throwable[] {first, later, new RuntimeException(later)}) {
      assertEquals(ExitCode.CONFIGURATION, TABLE.code(failure));
      assertEquals("said", TABLE.line(failure));
    }
    Error unknown = new ExceptionInInitializerError(new IllegalStateException("x"));
    assertEquals(ExitCode.INTERNAL, TABLE.code(unknown));
  }

  @Test
  void theOutermostKnownException_decides() {
    Throwable chain =
        new Exception("Job aborted", new DatasetException("said", new SettingsException("not")));
    assertEquals(ExitCode.INPUT, TABLE.code(chain));
    assertEquals("said", TABLE.line(chain));
    Exception a = new Exception("a");
    Exception circle = new Exception("b", a);
    a.initCause(circle);
    assertEquals(ExitCode.INTERNAL, TABLE.code(a), "a chain that is a circle");
  }

  @Test
  void fileSystems_sayWhy() {
    Path file = Path.of("/x/y");
    Map<IOException, String> reasons = new LinkedHashMap<>();
    reasons.put(new NoSuchFileException("/x"), "no such file or folder");
    reasons.put(new AccessDeniedException("/x"), "permission denied");
    reasons.put(new FileSystemException("/x", null, "Read-only file system"), "Read-only file");
    reasons.put(FULL, "No space left on device");
    reasons.put(new IOException("No space left on device"), "No space left on device");
    reasons.forEach(
        (cause, why) -> {
          FileWriteException write = FileWriteException.of(file, cause);
          assertEquals(ExitCode.COMMIT, TABLE.code(write));
          assertTrue(TABLE.line(write).startsWith("cannot write /x/y: " + why), TABLE.line(write));
          FileReadException read = FileReadException.of(file, cause);
          assertEquals(ExitCode.INPUT, TABLE.code(read));
          assertTrue(TABLE.line(read).startsWith("cannot read /x/y: " + why), TABLE.line(read));
          FailureTable owner = TABLE.with(ExitCode.COMMIT, UncheckedIOException.class);
          String untyped = owner.line(new UncheckedIOException("writing /x/y", cause));
          assertTrue(untyped.startsWith("writing /x/y: " + why), untyped);
        });
    assertEquals(
        ExitCode.INPUT,
        TABLE.code(new UncheckedIOException("reading", new FileNotFoundException("x"))));
  }

  /** A walk through folders throws it bare: its message is the cause's class and path. */
  @Test
  void foldersThatCannotBeWalked_areOneLineWithThePath() {
    FailureTable owner = TABLE.with(ExitCode.COMMIT, UncheckedIOException.class);
    Map<IOException, String> lines = new LinkedHashMap<>();
    lines.put(new AccessDeniedException("/x/y"), "/x/y: permission denied");
    lines.put(new NoSuchFileException("/x/y"), "/x/y: no such file or folder");
    lines.put(new NotDirectoryException("/x/y"), "/x/y: not a folder");
    lines.put(new FileSystemLoopException("/x/y"), "/x/y: a loop of symbolic links");
    lines.put(
        new FileSystemException("/x/y", null, "Input/output error"), "/x/y: Input/output error");
    lines.put(new IOException("Connection reset"), "Connection reset");
    lines.put(new IOException(), "IOException");
    lines.forEach(
        (cause, line) -> {
          assertEquals(line, owner.line(new UncheckedIOException(cause)));
          assertEquals(line, owner.line(new RuntimeException(new UncheckedIOException(cause))));
        });
  }

  @Test
  void aProgramsOwnRules_comeAfterTheCommonOnes() {
    FailureTable more = TABLE.with(ExitCode.RETRY, RuntimeException.class);
    assertEquals(ExitCode.RETRY, more.code(new IllegalStateException("x")));
    assertEquals(ExitCode.INPUT, more.code(new DatasetException("x")));
    assertEquals(ExitCode.INTERNAL, TABLE.code(new IllegalStateException("x")), "unchanged");
  }
}
