package org.hetal.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hetal.config.SettingsException;
import org.hetal.he.HeFormatException;
import org.hetal.he.NativeLibraryException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Whatever ends a command, in a process of its own: status, and one line on stderr. */
class CommandRunnerTest {
  /** A program whose only command fails in the way that its argument names. */
  @Command(name = "hetal-test", subcommands = Fail.class)
  public static final class Program {
    public static void main(String[] arguments) {
      CommandRunner.main(FailureTable.common(), Program::line, arguments);
    }

    private static CommandLine line() {
      if (Boolean.getBoolean("hetal.test.early")) {
        throw new NoClassDefFoundError("org/x/Y");
      }
      return new CommandLine(new Program());
    }
  }

  /** Its class cannot be initialised. */
  static final class Broken {
    static final int VALUE = fail();

    private static int fail() {
      throw new NativeLibraryException("no library");
    }
  }

  @Command(name = "fail")
  static final class Fail implements Callable<Integer> {
    @Parameters private String how;

    @Override
    public Integer call() throws Exception {
      switch (how) {
        case "exception" -> throw new SettingsException("said");
        case "checked" -> throw new IOException("said");
        case "escapes" -> throw new HeFormatException("manifest: \u001b]0;x\u0007 \u202e line");
        case "heap" -> fillHeap();
        case "stack" -> recurse(0);
        case "initialiser" -> System.out.println(Broken.VALUE);
        case "print" -> System.out.println("x".repeat(1 << 16));
        case "thread" -> inThread(() -> recurse(0));
        case "ending" -> failAtTheEnd();
        default -> System.out.println("done");
      }
      return ExitCode.OK.status();
    }

    private static void fillHeap() {
      List<long[]> all = new ArrayList<>();
      while (true) {
        all.add(new long[1 << 16]);
      }
    }

    private static int recurse(int depth) {
      return recurse(depth + 1) + recurse(depth + 2);
    }

    /** The main thread waits for another that fails. */
    private static void inThread(Runnable work) throws InterruptedException {
      new Thread(work, "worker").start();
      new CountDownLatch(1).await();
    }

    /** System.exit would wait for this thread, and this thread for System.exit. */
    private static void failAtTheEnd() {
      Thread hook = new Thread(() -> recurse(0));
      Runtime.getRuntime().addShutdownHook(hook);
    }
  }

  private record Outcome(int status, List<String> said) {}

  private static Outcome run(Redirect out, List<String> options, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Program.class.getName());
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectOutput(out).start();
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> "it hangs: " + err);
    return new Outcome(process.exitValue(), err.lines().toList());
  }

  private static void assertLine(int status, String part, Outcome outcome) {
    assertEquals(status, outcome.status(), outcome.said().toString());
    assertEquals(1, outcome.said().size(), outcome.said().toString());
    assertTrue(outcome.said().get(0).contains(part), outcome.said().get(0));
  }

  private static Outcome fail(String how) throws IOException, InterruptedException {
    return run(Redirect.DISCARD, List.of("-Xmx32m"), "fail", how);
  }

  @Test
  void exceptions_areOneLineWithTheCommandsName() throws Exception {
    assertLine(78, "hetal fail: said", fail("exception"));
    assertLine(70, "hetal fail: internal error: java.io.IOException: said", fail("checked"));
  }

  @Test
  void errors_areOneLineAsWell() throws Exception {
    assertLine(78, "Java heap space", fail("heap"));
    assertLine(70, "internal error: java.lang.StackOverflowError", fail("stack"));
    assertLine(78, "hetal fail: no library", fail("initialiser"));
  }

  @Test
  void errorsBeforeThereIsACommand_areOneLineAsWell() throws Exception {
    Outcome early = run(Redirect.DISCARD, List.of("-Dhetal.test.early=true"), "fail", "x");
    assertLine(78, "org/x/Y", early);
  }

  @Test
  void failuresOfOtherThreads_endTheProcess() throws Exception {
    assertLine(70, "java.lang.StackOverflowError", fail("thread"));
  }

  @Test
  void failuresWhileTheProcessEnds_areReportedAndDoNotHang() throws Exception {
    assertLine(0, "java.lang.StackOverflowError", fail("ending"));
  }

  @Test
  void outputThatGoesNowhere_isAFailure() throws Exception {
    Redirect full = Redirect.to(new File("/dev/full"));
    assertLine(73, "standard output", run(full, List.of(), "fail", "print"));
    assertLine(73, "standard output", run(full, List.of(), "fail", "nothing"));
    assertEquals(0, run(Redirect.DISCARD, List.of(), "fail", "nothing").status());
  }

  @Test
  void trace_printsTheStackAfterTheLine() throws Exception {
    for (String[] arguments :
        new String[][] {{"fail", "--trace", "stack"}, {"--trace", "fail", "stack"}}) {
      Outcome outcome = run(Redirect.DISCARD, List.of(), arguments);
      assertEquals(70, outcome.status(), outcome.said().toString());
      assertEquals(
          "hetal fail: internal error: java.lang.StackOverflowError", outcome.said().get(0));
      assertTrue(outcome.said().stream().anyMatch(line -> line.contains("Fail.recurse")));
    }
  }

  /** Such a message quotes a file of another party. */
  @Test
  void lineAndTrace_holdNothingThatControlsATerminal() throws Exception {
    Outcome outcome = run(Redirect.DISCARD, List.of(), "--trace", "fail", "escapes");
    assertEquals(65, outcome.status(), outcome.said().toString());
    String message = "manifest: \\u001b]0;x\\u0007 \\u202e line";
    assertEquals("hetal fail: " + message, outcome.said().get(0));
    assertEquals(HeFormatException.class.getName() + ": " + message, outcome.said().get(1));
    assertTrue(outcome.said().stream().allMatch(line -> line.matches("\\P{Cntrl}*")));
  }

  @Test
  void wrongUsage_isOneLine() throws Exception {
    assertLine(64, "--bogus", run(Redirect.DISCARD, List.of(), "fail", "--bogus", "x"));
  }
}
