package org.hetal.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
  private static final long TEN_SECONDS = 10_000_000_000L;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private long now;

  @Test
  void log_getsALineEveryTenSeconds_andNoTextTwiceInARow() {
    ProgressBar bar =
        new ProgressBar(
            new PrintStream(out, true, StandardCharsets.UTF_8), "keys", false, () -> now);
    for (String text : List.of("1/3", "too early", "1/3", "2/3", "too early", "1/3")) {
      now += TEN_SECONDS / (text.equals("too early") ? 2 : 1);
      bar.show(1, 3, text);
    }
    assertEquals(
        List.of("1/3", "2/3", "1/3"), out.toString(StandardCharsets.UTF_8).lines().toList());
  }

  /** The oracle's refusal is such a line on the cluster's side. */
  @Test
  void line_holdsNothingThatControlsATerminal() {
    PrintStream lines = new PrintStream(out, true, StandardCharsets.UTF_8);
    new ProgressBar(lines, "keys", false, () -> now).line("said\u001b[2J\nmore");
    assertEquals("said\\u001b[2J\\nmore\n", out.toString(StandardCharsets.UTF_8));
  }
}
