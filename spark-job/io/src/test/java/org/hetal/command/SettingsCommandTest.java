package org.hetal.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class SettingsCommandTest {
  /** Repeats what another party wrote. */
  @Command(name = "saying")
  static final class Saying extends SettingsCommand {
    @Override
    protected int execute() {
      say("run %s", "a\u001b[2J\nsaying: done");
      warn("b\u202e");
      return 0;
    }
  }

  @Test
  void textOfOthers_isOneLineWithoutControlCharacters() {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    ByteArrayOutputStream warned = new ByteArrayOutputStream();
    System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(warned, true, StandardCharsets.UTF_8));
    try {
      assertEquals(0, new CommandLine(new Saying()).execute("--quiet"));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    assertEquals(
        "saying: run a\\u001b[2J\\nsaying: done" + System.lineSeparator(),
        said.toString(StandardCharsets.UTF_8));
    assertEquals(
        "WARNING: b\\u202e" + System.lineSeparator(), warned.toString(StandardCharsets.UTF_8));
  }
}
