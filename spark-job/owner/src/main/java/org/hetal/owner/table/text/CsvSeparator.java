package org.hetal.owner.table.text;

import java.util.Locale;
import org.hetal.format.Shown;
import org.hetal.owner.table.PlainNumber;

/** Guesses the separator of a line whose fields are not separated by the one that is set. */
final class CsvSeparator {
  private CsvSeparator() {}

  /**
   * The message for a line that another character seems to separate; null when none does.
   *
   * @param field a field that should be a number or a name and holds more
   * @param separator that the file was read with
   */
  static String advice(String field, char separator) {
    if (field.toLowerCase(Locale.ROOT).matches("sep=.")) {
      return "expected a row or names, actual "
          + Shown.quoted(field)
          + ", which is for Excel; delete the line";
    }
    for (char other : new char[] {';', '\t', '|', ',', ' '}) {
      if (other != separator && field.indexOf(other) >= 0 && isList(field, other)) {
        return advice(field, separator, other);
      }
    }
    return null;
  }

  private static String advice(String field, char separator, char other) {
    String advice =
        String.format(
            Locale.ROOT,
            "expected fields separated by %s, actual %s, which looks separated by %s; set"
                + " data.separator = \"%s\"",
            named(separator),
            Shown.quoted(field),
            named(other),
            setting(other));
    boolean decimalComma = other != ',' && (separator == ',' || field.matches(".*[0-9],[0-9].*"));
    return decimalComma && other == ';'
        ? advice + " and write decimal points if the numbers have decimal commas"
        : advice;
  }

  /** Numbers or words between the separators: not prose, and not one number with a comma. */
  private static boolean isList(String field, char other) {
    if (other == ',' && field.matches("[+-]?[0-9]*,[0-9]+")) {
      return false;
    }
    for (String part : field.split(java.util.regex.Pattern.quote(String.valueOf(other)), -1)) {
      if (part.strip().contains(" ")
          || (other == ' ' && !PlainNumber.is(part) && !part.isEmpty())) {
        return false;
      }
    }
    return true;
  }

  private static String named(char separator) {
    return switch (separator) {
      case ',' -> "commas";
      case ';' -> "semicolons";
      case '\t' -> "tabs";
      case ' ' -> "blanks";
      default -> "\"" + separator + "\"";
    };
  }

  private static String setting(char separator) {
    return switch (separator) {
      case '\t' -> "tab";
      case ' ' -> "blank";
      default -> String.valueOf(separator);
    };
  }
}
