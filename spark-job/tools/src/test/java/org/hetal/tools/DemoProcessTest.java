package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
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
import org.hetal.command.ProgressBar;
import org.hetal.he.FileWriteException;
import org.hetal.owner.cli.HetalOwner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The processes of the demo, with others in their place. */
@Timeout(180)
class DemoProcessTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  @TempDir Path folder;
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private final ProgressBar bar =
      new ProgressBar(
          new PrintStream(shown, true, StandardCharsets.UTF_8), "steps", false, () -> 0);

  private Path log() {
    return folder.resolve("demo.log");
  }

  /** A process that writes its number to a file first. */
  private List<String> shell(String script) {
    return List.of("sh", "-c", "echo $$ > " + folder + "/pid; " + script);
  }

  private static List<String> owner(String... arguments) {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            HetalOwner.class.getName());
    return Parties.with(command, List.of(arguments));
  }

  private DemoException startFails(List<String> command, Duration limit) {
    return assertThrows(
        DemoException.class,
        () -> {
          try (DemoProcess oracle = DemoProcess.silent("oracle", command, log())) {
            oracle.awaitFiles(List.of(folder.resolve("ready")), limit);
          }
        });
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
    DemoException failure = startFails(owner("oracle", "--set", "oracle.port=none"), LIMIT);
    assertEquals(ExitCode.CONFIGURATION.status(), failure.status(), failure.getMessage());
    assertTrue(
        failure
            .getMessage()
            .startsWith("oracle: expected it to listen, actual exit code 78; it said: hetal"),
        failure.getMessage());
    assertTrue(failure.getMessage().contains("oracle.port"), failure.getMessage());
  }

  @Test
  void oracleThatClosesItsOutputBeforeItEnds_passesOnItsExitCode() throws Exception {
    DemoException failure = startFails(shell("exec >&- 2>&-; sleep 1; exit 75"), LIMIT);
    assertEquals(75, failure.status(), failure.getMessage());
    assertEnded();
  }

  @Test
  void oracleThatEndsWithoutAFailure_isAFault() {
    DemoException failure = startFails(shell("exit 0"), LIMIT);
    assertEquals(ExitCode.INTERNAL.status(), failure.status(), failure.getMessage());
  }

  @Test
  void oracleThatIsNotReadyInTime_isStopped() throws Exception {
    DemoException failure = startFails(shell("exec sleep 600"), Duration.ofSeconds(1));
    assertEquals(ExitCode.RETRY.status(), failure.status());
    assertTrue(failure.getMessage().contains("within 1 s"), failure.getMessage());
    assertEnded();
  }

  @Test
  void oracleWhoseStarterIsInterrupted_isStopped() throws Exception {
    Set<ProcessHandle> before = ProcessHandle.current().children().collect(Collectors.toSet());
    Thread.currentThread().interrupt();
    startFails(shell("exec sleep 600"), LIMIT);
    assertTrue(Thread.interrupted());
    // It may end before it has written its number.
    for (int i = 0; i < 100 && !childrenOtherThan(before).isEmpty(); i++) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertEquals(List.of(), childrenOtherThan(before));
  }

  @Test
  void processWhoseLogCannotBeWritten_isStopped() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    FileWriteException failure =
        assertThrows(
            FileWriteException.class,
            () -> {
              List<String> command = shell("echo line; exec sleep 600");
              try (DemoProcess process =
                  DemoProcess.shown("owner", command, file.resolve("demo.log"), bar)) {
                process.await(() -> {});
              }
            });
    assertTrue(failure.getMessage().contains("cannot write " + file), failure.getMessage());
    assertEnded();
  }

  @Test
  void oracleThatIsReady_goesOnUntilItIsStopped() throws Exception {
    String lines = "i=0; while [ $i -lt 1000 ]; do echo $i; i=$((i+1)); done";
    List<String> command = shell(lines + "; touch " + folder + "/ready; exec sleep 600");
    try (DemoProcess oracle = DemoProcess.silent("oracle", command, log())) {
      oracle.awaitFiles(List.of(folder.resolve("ready")), LIMIT);
      oracle.requireRunning();
    }
    assertEnded();
    assertEquals(1000, Files.readAllLines(log()).size(), "lines that it printed before its end");
    assertEquals("", shown.toString(StandardCharsets.UTF_8));
  }

  @Test
  void oracleThatEndsWhileOthersWork_isNoticed() throws Exception {
    String wait = "while [ ! -e " + folder + "/end ]; do sleep 0.05; done";
    List<String> command = shell("touch " + folder + "/ready; " + wait + "; exit 70");
    try (DemoProcess oracle = DemoProcess.silent("oracle", command, log())) {
      oracle.awaitFiles(List.of(folder.resolve("ready")), LIMIT);
      Files.createFile(folder.resolve("end"));
      // Java notices the end of a process a little later than the system.
      DemoException failure =
          assertTimeoutPreemptively(
              LIMIT,
              () ->
                  assertThrows(
                      DemoException.class,
                      () -> {
                        while (true) {
                          oracle.requireRunning();
                          Thread.sleep(10);
                        }
                      }));
      assertEquals(70, failure.status());
    }
  }

  @Test
  void commandThatFails_passesOnItsExitCodeAndIsShown() {
    DemoException failure =
        assertThrows(
            DemoException.class,
            () -> {
              try (DemoProcess process =
                  DemoProcess.shown("owner", owner("keygen", "--frobnicate"), log(), bar)) {
                process.await(() -> {});
              }
            });
    assertEquals(ExitCode.USAGE.status(), failure.status(), failure.getMessage());
    assertTrue(failure.getMessage().contains("--frobnicate"), failure.getMessage());
    assertTrue(shown.toString(StandardCharsets.UTF_8).contains("  owner   | hetal"));
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
    assertTrue(demo.waitFor(120, TimeUnit.SECONDS), "still running");
    assertEquals(3, demo.exitValue(), Files.readString(folder.resolve("said")));
    assertEnded();
  }

  /** Starts a process that is ready, and ends. */
  static final class Ending {
    private Ending() {}

    public static void main(String[] arguments) {
      DemoProcessTest test = new DemoProcessTest();
      test.folder = Path.of(arguments[0]);
      List<String> command = test.shell("touch " + test.folder + "/ready; exec sleep 600");
      DemoProcess.silent("oracle", command, test.log())
          .awaitFiles(List.of(test.folder.resolve("ready")), LIMIT);
      System.exit(3);
    }
  }
}
