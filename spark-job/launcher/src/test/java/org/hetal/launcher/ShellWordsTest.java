package org.hetal.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShellWordsTest {
  @Test
  void words_areThoseOfAShellWithoutExpansions() {
    assertEquals(List.of(), ShellWords.split("  \t "));
    assertEquals(List.of("a", "b c", "d e", "f g"), ShellWords.split(" a 'b c'  \"d e\"\nf\\ g"));
    assertEquals(List.of("x=1 2$HOME*", ""), ShellWords.split("x='1 2'$HOME* ''"));
    assertEquals(List.of("a\"b", "c\\d", "\\"), ShellWords.split("\"a\\\"b\" 'c\\d' \\\\"));
  }

  @Test
  void quoteThatIsNotClosed_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> ShellWords.split("--name 'my job"));
    assertThrows(IllegalArgumentException.class, () -> ShellWords.split("\"\\\""));
  }
}
