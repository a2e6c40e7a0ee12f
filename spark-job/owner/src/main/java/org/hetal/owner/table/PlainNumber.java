package org.hetal.owner.table;

import java.util.Locale;
import java.util.Set;
import org.hetal.format.Shown;

/**
 * Numbers as data files write them: {@code 12}, {@code -0.5}, {@code .5}, {@code 1.5e-3}. What only
 * Java takes as a number ({@code 1f}, {@code 3d}, {@code 0x1p4}, {@code NaN}) is none.
 */
public final class PlainNumber {
  private static final Set<String> MISSING =
      Set.of(
          "", "na", "n/a", "#n/a", "#na", "<na>", "nan", "null", "none", "nil", "missing", "?", "-",
          "--", ".");
  private static final Set<String> INFINITE = Set.of("inf", "infinity", "∞");

  private PlainNumber() {}

  /** True for an optional sign, digits with an optional point, and an optional exponent. */
  public static boolean is(String text) {
    int at = sign(text, 0);
    int whole = digits(text, at);
    int end = whole;
    if (end < text.length() && text.charAt(end) == '.') {
      end = digits(text, end + 1);
      if (end - at < 2) {
        return false;
      }
    } else if (whole == at) {
      return false;
    }
    if (end < text.length() && (text.charAt(end) | 0x20) == 'e') {
      int exponent = sign(text, end + 1);
      end = digits(text, exponent);
      if (end == exponent) {
        return false;
      }
    }
    return end == text.length();
  }

  /** The value; NaN when the text is no plain number, or one that no double holds. */
  public static double valueOrNaN(String text) {
    double value = is(text) ? Double.parseDouble(text) : Double.NaN;
    return Double.isInfinite(value) ? Double.NaN : value;
  }

  /** A word that stands for a value that is not there, or an empty field. */
  public static boolean isMissing(String text) {
    return MISSING.contains(unsigned(text));
  }

  /** A word for a value that is not finite. */
  public static boolean isInfinite(String text) {
    return INFINITE.contains(unsigned(text));
  }

  /** What is wrong with a text whose value is NaN, and what to do about it. */
  public static String problem(String text) {
    String shown = Shown.quoted(text);
    if (is(text)) {
      return "expected a number of magnitude below 1.8e308, actual "
          + shown
          + "; correct the value or remove the row";
    }
    if (isMissing(text)) {
      return "expected a finite number, actual "
          + shown
          + " (a missing value); remove the row, in pandas with dropna()";
    }
    if (isInfinite(text)) {
      return "expected a finite number, actual " + shown + "; correct the value or remove the row";
    }
    if (text.startsWith("\ufeff")) {
      return "expected a number, actual "
          + shown
          + ", which starts with a byte order mark, as when files are put together; remove the mark";
    }
    if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
      return "expected a number, actual " + shown + "; write 1 and 0, in pandas with astype(int)";
    }
    if (text.matches("[+-]?[0-9.]+(,[0-9]+)+(\\.[0-9]*)?([eE][+-]?[0-9]+)?")) {
      return "expected a number, actual "
          + shown
          + " (a decimal comma or a thousands separator); write a decimal point and no thousands"
          + " separators, in pandas with read_csv(..., decimal=',') or (..., thousands=',')";
    }
    return "expected a number such as -1.5 or 2e-3, actual " + shown;
  }

  private static String unsigned(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return lower.length() > 1 && sign(lower, 0) == 1 && !MISSING.contains(lower)
        ? lower.substring(1)
        : lower;
  }

  private static int sign(String text, int at) {
    return at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+') ? at + 1 : at;
  }

  private static int digits(String text, int at) {
    int end = at;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return end;
  }
}
