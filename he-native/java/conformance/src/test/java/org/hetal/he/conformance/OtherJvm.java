package org.hetal.he.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A main class run in a JVM of its own, with this one's class path.
 *
 * @param output what it wrote to both streams
 */
record OtherJvm(int status, String output) {
  static List<String> command(Class<?> main, List<String> options, List<String> arguments) {
    List<String> out = new ArrayList<>();
    out.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    out.addAll(options);
    out.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    out.addAll(arguments);
    return out;
  }

  static OtherJvm run(List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(120, TimeUnit.SECONDS), "the other JVM did not end");
    return new OtherJvm(process.exitValue(), out);
  }
}
