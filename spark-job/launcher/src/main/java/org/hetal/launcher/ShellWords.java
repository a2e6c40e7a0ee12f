package org.hetal.launcher;

import java.util.ArrayList;
import java.util.List;

/** Splits a text into words as a shell does, with quotes and backslashes and without expansions. */
final class ShellWords {
  private ShellWords() {}

  /**
   * @throws IllegalArgumentException when a quote is not closed
   */
  static List<String> split(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean started = false;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0 && c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
        started = true;
      } else if (c == '\\' && quote != '\'' && i + 1 < text.length()) {
        i++;
        if (quote == '"' && text.charAt(i) != '"' && text.charAt(i) != '\\') {
          word.append(c);
        }
        word.append(text.charAt(i));
        started = true;
      } else if (quote == 0 && Character.isWhitespace(c)) {
        if (started) {
          words.add(word.toString());
        }
        word.setLength(0);
        started = false;
      } else {
        word.append(c);
        started = true;
      }
    }
    if (quote != 0) {
      throw new IllegalArgumentException("expected options with matching quotes, actual " + text);
    }
    if (started) {
      words.add(word.toString());
    }
    return words;
  }
}
