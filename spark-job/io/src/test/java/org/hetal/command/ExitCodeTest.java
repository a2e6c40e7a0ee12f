package org.hetal.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The exit codes mean the same wherever they are told. */
class ExitCodeTest {
  @Command(name = "hetal-test", mixinStandardHelpOptions = true, subcommands = Sub.class)
  static final class Program {}

  @Command(name = "sub", mixinStandardHelpOptions = true)
  static final class Sub {}

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ");
  }

  private static void assertTells(String help) {
    String text = oneLine(help);
    for (ExitCode code : ExitCode.values()) {
      String line = " " + code.status() + " " + code.meaning() + " ";
      assertTrue(text.contains(line), () -> "expected" + line + "\nactual " + help);
    }
  }

  @Test
  void helpOfEachCommand_tellsThemAll() {
    for (String[] arguments : new String[][] {{"--help"}, {"sub", "--help"}}) {
      StringWriter out = new StringWriter();
      CommandRunner.run(
          FailureTable.common(),
          () -> new CommandLine(new Program()).setOut(new PrintWriter(out)),
          arguments);
      assertTells(out.toString());
    }
  }

  @Test
  void helpOfTheLauncher_tellsThemAll() throws Exception {
    assertTells(Files.readString(Path.of("../../hetal")));
  }

  @Test
  void resultThatCannotBeWritten_isToldInPlainWords() {
    assertEquals(73, ExitCode.COMMIT.status());
    assertTrue(ExitCode.COMMIT.meaning().startsWith("the result could not be written: no space"));
    assertTrue(ExitCode.COMMIT.meaning().contains("Nothing half-written counts as a result"));
  }
}
