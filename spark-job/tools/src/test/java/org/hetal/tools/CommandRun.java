package org.hetal.tools;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * A command of the tools, run in this process.
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
      status = Main.execute(arguments);
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    return new CommandRun(status, bytes.toString(StandardCharsets.UTF_8));
  }
}
