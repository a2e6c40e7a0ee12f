package org.hetal.format;

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
    return text.length() > LONGEST
        ? printable(text.substring(0, LONGEST)) + "..."
        : printable(text);
  }

  /**
   * The text in one line, as a terminal may show it: line ends, other control characters and what
   * changes the direction of writing are escaped.
   */
  public static String printable(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                  if (isPrintable(c)) {
                    out.appendCodePoint(c);
                  } else {
                    for (char unit : Character.toChars(c)) {
                      out.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                    }
                  }
                }
              }
            });
    return out.toString();
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
        .forEach(c -> out.appendCodePoint(isPrintable(c) ? c : ' '));
    return out.append(text.length() > LONGEST_MESSAGE ? "..." : "").toString().strip();
  }

  private static boolean isPrintable(int c) {
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
