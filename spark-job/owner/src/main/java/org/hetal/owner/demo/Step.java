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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hetal.he.FileWriteException;

/**
 * The processes of the demo: each role's command in a JVM of its own, with only that role's class
 * path. Output of the short ones is shown with the role in front and kept in a log.
 */
final class Step {
  private static final Pattern PROGRESS = Pattern.compile("step ([0-9]{1,9})/([1-9][0-9]{0,8}) ");
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

  /** The owner's oracle; it goes on until {@link #stop}. Waits until it listens. */
  Process startOracle(List<String> arguments) {
    try {
      Process process =
          new ProcessBuilder(ownerCommand(arguments)).redirectErrorStream(true).start();
      CountDownLatch listening = new CountDownLatch(1);
      Thread pump = new Thread(() -> pumpOracle(process, listening), "oracle output");
      pump.setDaemon(true);
      pump.start();
      if (!listening.await(2, TimeUnit.MINUTES) || !process.isAlive()) {
        throw new DemoException("the oracle did not start");
      }
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException("starting the oracle", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted");
    }
  }

  /** Its lines about epochs wait until the owner's turn: they are in its log. */
  private void pumpOracle(Process process, CountDownLatch listening) {
    pump(
        process,
        line -> {
          if (line.contains("listening")) {
            listening.countDown();
          }
          if (!line.startsWith("oracle: epoch")) {
            show("oracle ", line);
          }
        });
    listening.countDown();
  }

  static void stop(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
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
        java("@" + clusterJavaOptions, "-cp", clusterClassPath, "org.hetal.spark.Main");
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
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      List<String> last = new ArrayList<>();
      pump(
          process,
          line -> {
            last.add(line);
            if (!line.matches("[a-z.-]+ = .*")) {
              show(role, line);
            }
          });
      int code = process.waitFor();
      if (code != 0) {
        String said = last.isEmpty() ? "nothing" : last.get(last.size() - 1);
        throw new DemoException(
            role.strip() + ": expected exit code 0, actual " + code + "; it said: " + said, code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("running " + command.get(0), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted");
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
