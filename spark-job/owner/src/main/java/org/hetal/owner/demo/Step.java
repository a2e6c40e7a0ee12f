package org.hetal.owner.demo;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hetal.command.ExitCode;
import org.hetal.he.FileWriteException;

/**
 * The processes of the demo: each role's command in a JVM of its own, with only that role's class
 * path. Output of the short ones is shown with the role in front and kept in a log.
 */
final class Step {
  private static final Pattern PROGRESS = Pattern.compile("step ([0-9]{1,9})/([1-9][0-9]{0,8}) ");
  private static final Duration TIME_TO_LISTEN = Duration.ofMinutes(2);
  private static final int STOP_SECONDS = 10;
  private static final int BAR = 24;
  private static final String ERASE = "\r\u001b[K";
  private final boolean terminal =
      System.console() != null && !"dumb".equals(System.getenv("TERM"));
  private final PrintStream out;
  private final Path logs;
  private final String ownerClassPath;
  private final String clusterClassPath;
  private final String clusterJavaOptions;

  /**
   * @param clusterJavaOptions an argument file of the JVM
   */
  Step(
      PrintStream out,
      Path logs,
      String ownerClassPath,
      String clusterClassPath,
      String clusterJavaOptions) {
    this.out = out;
    this.logs = logs;
    this.ownerClassPath = ownerClassPath;
    this.clusterClassPath = clusterClassPath;
    this.clusterJavaOptions = clusterJavaOptions;
  }

  /** A command of the owner, run to its end; its seconds. */
  double owner(List<String> arguments) {
    return run("owner  ", ownerCommand(arguments));
  }

  /** A command of the cluster, run to its end; its seconds. */
  double cluster(List<String> arguments) {
    return run("cluster", clusterCommand(arguments));
  }

  /**
   * The owner's oracle; it goes on until {@link #stop}. Waits until it listens.
   *
   * @throws DemoException with the exit code of an oracle that ends before
   */
  Process startOracle(List<String> arguments) {
    return startOracle(ownerCommand(arguments), TIME_TO_LISTEN);
  }

  /**
   * @param limit after it, an oracle that does not listen yet is stopped
   */
  Process startOracle(List<String> command, Duration limit) {
    Process process = start(command);
    boolean listens = false;
    try {
      CompletableFuture<Boolean> listening = new CompletableFuture<>();
      AtomicReference<String> last = new AtomicReference<>("nothing");
      Thread pump = new Thread(() -> pumpOracle(process, listening, last), "oracle output");
      pump.setDaemon(true);
      pump.start();
      listens = listening.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (!listens) {
        throw failure("oracle: expected it to listen", endOf(process), last.get());
      }
      return process;
    } catch (TimeoutException e) {
      throw new DemoException(
          "oracle: expected it to listen within "
              + limit.toSeconds()
              + " s, actual not yet; stopped. Try again when the machine is less busy; "
              + logs
              + " has what it said",
          ExitCode.RETRY.status());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw (Error) e.getCause();
    } catch (InterruptedException e) {
      throw interrupted();
    } finally {
      if (!listens) {
        stop(process);
      }
    }
  }

  /** Its lines about epochs wait until the owner's turn: they are in its log. */
  private void pumpOracle(
      Process process, CompletableFuture<Boolean> listening, AtomicReference<String> last) {
    try {
      pump(
          process,
          line -> {
            last.set(line);
            if (!line.startsWith("oracle: epoch")) {
              show("oracle ", line);
            }
            if (line.contains("listening")) {
              listening.complete(true);
            }
          });
      listening.complete(false);
    } catch (RuntimeException | Error e) {
      // After the start nobody waits for it: the thread's handler ends the demo.
      if (!listening.completeExceptionally(e)) {
        throw e;
      }
    }
  }

  /** The exit code of a process that has closed its output. */
  private static int endOf(Process process) throws InterruptedException, TimeoutException {
    if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
      throw new TimeoutException();
    }
    return process.exitValue();
  }

  private static Process start(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      endWithThisProcess(process);
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException("running " + command.get(0), e);
    }
  }

  /** Also when the demo is stopped, or another of its threads ends it. */
  private static void endWithThisProcess(Process process) {
    Runtime runtime = Runtime.getRuntime();
    Thread hook = new Thread(process::destroy, "end of process " + process.pid());
    try {
      runtime.addShutdownHook(hook);
    } catch (IllegalStateException e) { // the demo is ending
      process.destroy();
      throw e;
    }
    process.onExit().thenRun(() -> runtime.removeShutdownHook(hook));
  }

  private static DemoException failure(String expected, int code, String said) {
    String line = expected + ", actual exit code " + code + "; it said: " + said;
    return code == 0 ? new DemoException(line) : new DemoException(line, code);
  }

  private static DemoException interrupted() {
    Thread.currentThread().interrupt();
    return new DemoException("interrupted");
  }

  static void stop(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private List<String> ownerCommand(List<String> arguments) {
    List<String> command = java("-cp", ownerClassPath, "org.hetal.owner.cli.HetalOwner");
    command.addAll(arguments);
    return command;
  }

  private List<String> clusterCommand(List<String> arguments) {
    List<String> command =
        java("@" + clusterJavaOptions, "-cp", clusterClassPath, "org.hetal.job.Main");
    command.addAll(arguments);
    return command;
  }

  private static List<String> java(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(List.of(arguments));
    return command;
  }

  /** The cluster's settings are the ones already seen; the oracle's lines come from its log. */
  private double run(String role, List<String> command) {
    long start = System.nanoTime();
    Process process = start(command);
    try {
      AtomicReference<String> last = new AtomicReference<>("nothing");
      pump(
          process,
          line -> {
            last.set(line);
            if (!line.matches("[a-z.-]+ = .*")) {
              show(role, line);
            }
          });
      int code = process.waitFor();
      if (code != 0) {
        throw failure(role.strip() + ": expected exit code 0", code, last.get());
      }
    } catch (InterruptedException e) {
      throw interrupted();
    } finally {
      stop(process); // of a step that failed; nothing after its end
    }
    return (System.nanoTime() - start) * 1e-9;
  }

  private void pump(Process process, Consumer<String> line) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String text = reader.readLine(); text != null; text = reader.readLine()) {
        log(text);
        line.accept(text);
      }
    } catch (IOException e) {
      // The process is gone; its exit code says the rest.
      log("output ended: " + e.getMessage());
    }
  }

  /** On a terminal a line of progress replaces the one before it. */
  synchronized void show(String role, String line) {
    Matcher progress = PROGRESS.matcher(line);
    if (!terminal || !progress.find()) {
      out.printf(Locale.ROOT, "%s  %s | %s%n", terminal ? ERASE : "", role, line);
      return;
    }
    int filled =
        (int)
            ((long) BAR
                * Integer.parseInt(progress.group(1))
                / Integer.parseInt(progress.group(2)));
    String bar = "#".repeat(filled) + ".".repeat(BAR - filled);
    out.printf(Locale.ROOT, "%s  %s | [%s] %s", ERASE, role, bar, line);
    out.flush();
  }

  private synchronized void log(String line) {
    try {
      Files.createDirectories(logs.toAbsolutePath().getParent());
      Files.writeString(logs, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw FileWriteException.of(logs, e);
    }
  }
}
