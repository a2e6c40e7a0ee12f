package org.hetal.owner.table;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Text of a file as a message shows it: quoted, on one line, not longer than a screen takes. */
public final class Shown {
  private static final int LONGEST = 40;
  private static final int MOST = 6;
  private static final int LONGEST_MESSAGE = 200;

  private Shown() {}

  /** The text in double quotes; what cannot be printed is escaped, what is too long is cut. */
  public static String quoted(String text) {
    return '"' + unquoted(text) + '"';
  }

  /** {@link #quoted(String)} without the quotes. */
  public static String unquoted(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), LONGEST); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default ->
            out.append(
                isPrintable(c)
                    ? String.valueOf(c)
                    : String.format(Locale.ROOT, "\\u%04x", (int) c));
      }
    }
    return out.append(text.length() > LONGEST ? "..." : "").toString();
  }

  /** The first few, quoted. */
  public static String quoted(List<String> texts) {
    return texts.stream().limit(MOST).map(Shown::quoted).collect(Collectors.joining(", "))
        + (texts.size() > MOST ? ", ..." : "");
  }

  /** A message of a library on one line, cut where it is very long. */
  public static String oneLine(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .limit(LONGEST_MESSAGE)
        .forEach(
            c ->
                out.appendCodePoint(
                    c < Character.MIN_SURROGATE && isPrintable((char) c) ? c : ' '));
    return out.append(text.length() > LONGEST_MESSAGE ? "..." : "").toString().strip();
  }

  private static boolean isPrintable(char c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
              Character.FORMAT,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR,
              Character.PRIVATE_USE,
              Character.SURROGATE,
              Character.UNASSIGNED ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }
}
