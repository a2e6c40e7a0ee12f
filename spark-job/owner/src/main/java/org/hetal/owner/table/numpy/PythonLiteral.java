package org.hetal.owner.table.numpy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hetal.format.Shown;

/**
 * Reads the Python literal that heads a {@code .npy} file: dictionaries, tuples and lists (both as
 * {@link List}), strings in either quotes, whole numbers (Python 2's with an L, too), True, False
 * and None (as null).
 */
final class PythonLiteral {
  private static final int DEEPEST = 16;
  private static final int MOST_DIGITS = 18;

  private final String text;
  private int at;
  private int depth;

  private PythonLiteral(String text) {
    this.text = text;
  }

  /**
   * The value.
   *
   * @throws IllegalArgumentException when the text is another or is followed by more
   */
  static Object parse(String text) {
    PythonLiteral literal = new PythonLiteral(text);
    Object value = literal.value();
    literal.blanks();
    if (literal.at < text.length()) {
      throw literal.unexpected();
    }
    return value;
  }

  private Object value() {
    blanks();
    if (++depth > DEEPEST) {
      throw unexpected();
    }
    char c = peek();
    Object out =
        switch (c) {
          case '{' -> dictionary();
          case '(' -> tuple();
          case '[' -> items(']');
          case '\'', '"' -> string(c);
          default -> Character.isLetter(c) ? word() : number();
        };
    depth--;
    return out;
  }

  private Map<Object, Object> dictionary() {
    Map<Object, Object> out = new LinkedHashMap<>();
    at++;
    while (!isNext('}')) {
      Object key = value();
      require(':');
      out.put(key, value());
      separate('}');
    }
    at++;
    return out;
  }

  /** One value in brackets without a comma is that value. */
  private Object tuple() {
    int start = at;
    List<Object> out = items(')');
    boolean comma = text.substring(start, at - 1).stripTrailing().endsWith(",");
    return out.size() == 1 && !comma ? out.get(0) : out;
  }

  private List<Object> items(char end) {
    List<Object> out = new ArrayList<>();
    at++;
    while (!isNext(end)) {
      out.add(value());
      separate(end);
    }
    at++;
    return out;
  }

  private void separate(char end) {
    if (!isNext(end)) {
      require(',');
    }
  }

  private String string(char quote) {
    int end = text.indexOf(quote, at + 1);
    String out = end < 0 ? "\\" : text.substring(at + 1, end);
    if (out.indexOf('\\') >= 0) {
      throw unexpected();
    }
    at = end + 1;
    return out;
  }

  private Object word() {
    int start = at;
    while (at < text.length() && Character.isLetter(text.charAt(at))) {
      at++;
    }
    return switch (text.substring(start, at)) {
      case "True" -> Boolean.TRUE;
      case "False" -> Boolean.FALSE;
      case "None" -> null;
      default -> {
        at = start;
        throw unexpected();
      }
    };
  }

  private Long number() {
    int start = at;
    at += text.charAt(at) == '-' ? 1 : 0;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    String digits = text.substring(start, at);
    if (digits.isEmpty() || digits.equals("-")) {
      throw unexpected();
    }
    at += at < text.length() && text.charAt(at) == 'L' ? 1 : 0;
    if (digits.length() > MOST_DIGITS) {
      throw new IllegalArgumentException("a number of " + digits.length() + " digits");
    }
    return Long.valueOf(digits);
  }

  private boolean isNext(char c) {
    blanks();
    return peek() == c;
  }

  private void require(char c) {
    if (!isNext(c)) {
      throw unexpected();
    }
    at++;
  }

  private char peek() {
    if (at >= text.length()) {
      throw unexpected();
    }
    return text.charAt(at);
  }

  private void blanks() {
    while (at < text.length() && " \t\r\n\f".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private IllegalArgumentException unexpected() {
    String found = at < text.length() ? Shown.quoted(text.substring(at)) : "the end";
    return new IllegalArgumentException("at character " + at + " " + found);
  }
}
