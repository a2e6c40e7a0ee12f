package org.hetal.owner.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.hetal.command.ExitCode;
import org.hetal.he.FileWriteException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The processes of the demo, with others in their place. */
@Timeout(60)
class StepTest {
  @TempDir Path folder;
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

  private Step step() {
    return step(folder.resolve("demo.log"));
  }

  private Step step(Path logs) {
    String classPath = System.getProperty("java.class.path");
    return new Step(
        new PrintStream(shown, true, StandardCharsets.UTF_8), logs, classPath, classPath, "none");
  }

  /** A process that writes its number to a file first. */
  private List<String> shell(String script) {
    return List.of("sh", "-c", "echo $$ > " + folder + "/pid; " + script);
  }

  private void assertEnded() throws Exception {
    long pid = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
    for (int i = 0; i < 100 && ProcessHandle.of(pid).isPresent(); i++) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertFalse(ProcessHandle.of(pid).isPresent(), "the process is still there");
  }

  private static List<ProcessHandle> childrenOtherThan(Set<ProcessHandle> known) {
    return ProcessHandle.current().children().filter(child -> !known.contains(child)).toList();
  }

  /** The real one, which finds settings that are wrong. */
  @Test
  void oracleThatEndsAtItsStart_passesOnItsExitCodeAndLastLine() {
    DemoException failure =
        assertThrows(
            DemoException.class,
            () -> step().startOracle(List.of("oracle", "--set", "oracle.port=none")));
    assertEquals(ExitCode.CONFIGURATION.status(), failure.status(), failure.getMessage());
    assertTrue(
        failure
            .getMessage()
            .startsWith("oracle: expected it to listen, actual exit code 78; it said: hetal"),
        failure.getMessage());
    assertTrue(failure.getMessage().contains("oracle.port"), failure.getMessage());
  }

  @Test
  void oracleThatClosesItsOutputBeforeItEnds_isNotTakenForOneThatListens() throws Exception {
    List<String> command = shell("exec >&- 2>&-; sleep 1; exit 75");
    DemoException failure =
        assertThrows(
            DemoException.class, () -> step().startOracle(command, Duration.ofSeconds(20)));
    assertEquals(75, failure.status(), failure.getMessage());
    assertEnded();
  }

  @Test
  void oracleThatEndsWithoutAFailure_isAFault() {
    DemoException failure =
        assertThrows(
            DemoException.class, () -> step().startOracle(shell("exit 0"), Duration.ofSeconds(20)));
    assertEquals(ExitCode.INTERNAL.status(), failure.status(), failure.getMessage());
  }

  @Test
  void oracleThatDoesNotListenInTime_isStopped() throws Exception {
    DemoException failure =
        assertThrows(
            DemoException.class,
            () -> step().startOracle(shell("exec sleep 600"), Duration.ofSeconds(1)));
    assertEquals(ExitCode.RETRY.status(), failure.status());
    assertTrue(failure.getMessage().contains("within 1 s"), failure.getMessage());
    assertEnded();
  }

  @Test
  void oracleWhoseStarterIsInterrupted_isStopped() throws Exception {
    Set<ProcessHandle> before = ProcessHandle.current().children().collect(Collectors.toSet());
    Thread.currentThread().interrupt();
    assertThrows(
        DemoException.class,
        () -> step().startOracle(shell("exec sleep 600"), Duration.ofSeconds(20)));
    assertTrue(Thread.interrupted());
    // It may end before it has written its number.
    for (int i = 0; i < 100 && !childrenOtherThan(before).isEmpty(); i++) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertEquals(List.of(), childrenOtherThan(before));
  }

  @Test
  void oracleWhoseLogCannotBeWritten_isStopped() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    FileWriteException failure =
        assertThrows(
            FileWriteException.class,
            () ->
                step(file.resolve("demo.log"))
                    .startOracle(shell("echo line; exec sleep 600"), Duration.ofSeconds(20)));
    assertTrue(failure.getMessage().contains("cannot write " + file), failure.getMessage());
    assertEnded();
  }

  @Test
  void oracleThatListens_goesOnUntilItIsStopped() throws Exception {
    Process oracle =
        step()
            .startOracle(
                shell("echo oracle: listening on x; exec sleep 600"), Duration.ofSeconds(20));
    assertTrue(oracle.isAlive());
    Step.stop(oracle);
    assertEnded();
    assertTrue(shown.toString(StandardCharsets.UTF_8).contains("oracle  | oracle: listening on x"));
  }

  @Test
  void commandThatFails_passesOnItsExitCode() {
    DemoException failure =
        assertThrows(DemoException.class, () -> step().owner(List.of("keygen", "--frobnicate")));
    assertEquals(ExitCode.USAGE.status(), failure.status(), failure.getMessage());
    assertTrue(failure.getMessage().contains("--frobnicate"), failure.getMessage());
  }

  @Test
  void commandWhoseLogCannotBeWritten_isNotLeftBehind() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    long before = ProcessHandle.current().children().count();
    assertThrows(
        FileWriteException.class,
        () -> step(file.resolve("demo.log")).owner(List.of("keygen", "--frobnicate")));
    assertEquals(before, ProcessHandle.current().children().count());
  }

  @Test
  void demoThatIsEndedByAnotherThread_leavesNoProcess() throws Exception {
    Process demo =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Ending.class.getName(),
                folder.toString())
            .redirectOutput(folder.resolve("said").toFile())
            .redirectErrorStream(true)
            .start();
    assertTrue(demo.waitFor(30, TimeUnit.SECONDS), "still running");
    assertEquals(3, demo.exitValue(), Files.readString(folder.resolve("said")));
    assertEnded();
  }

  /** Starts a process that listens, and ends. */
  static final class Ending {
    private Ending() {}

    public static void main(String[] arguments) {
      StepTest test = new StepTest();
      test.folder = Path.of(arguments[0]);
      test.step()
          .startOracle(
              test.shell("echo oracle: listening; exec sleep 600"), Duration.ofSeconds(20));
      System.exit(3);
    }
  }
}
