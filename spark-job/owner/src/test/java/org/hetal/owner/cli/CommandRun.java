package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A command of the data owner, run in this process.
 *
 * @param output what it wrote to both streams
 */
record CommandRun(int status, String output) {
  static CommandRun of(String... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int status;
    try (PrintStream both = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      System.setOut(both);
      System.setErr(both);
      status = HetalOwner.execute(arguments);
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    return new CommandRun(status, bytes.toString(StandardCharsets.UTF_8));
  }

  /** The line that starts a command in a JVM of its own. */
  static List<String> line(List<String> arguments) {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                HetalOwner.class.getName()));
    line.addAll(arguments);
    return line;
  }

  /** A process with more variables in its environment. */
  static CommandRun process(List<String> line, Map<String, String> environment, Path log)
      throws Exception {
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.redirectOutput(log.toFile()).environment().putAll(environment);
    Process process = builder.start();
    assertTrue(process.waitFor(2, TimeUnit.MINUTES), "still running");
    return new CommandRun(process.exitValue(), Files.readString(log, StandardCharsets.ISO_8859_1));
  }
}
