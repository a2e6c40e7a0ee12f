package org.hetal.owner.table.text;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.hetal.format.Shown;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.PlainNumber;

/**
 * The first line of a CSV file: names or a row, as {@code data.header} says. A line that looks like
 * the other is refused: a row read as names would be lost, and names read as a row would shift
 * every prediction by one row.
 */
final class CsvHeader {
  /** From this many columns on, 0, 1, 2, ... is taken for the default names of pandas. */
  private static final int DEFAULT_NAMES = 3;

  private CsvHeader() {}

  /**
   * Whether the line holds names, for {@code data.header = auto}: a row has a number in every
   * column of features, and names are words.
   *
   * @param isFeature the columns that hold numbers in a row
   * @throws DataException when it may be either
   */
  static boolean isNames(String where, String[] fields, boolean[] isFeature) {
    int word = -1;
    int other = -1;
    boolean numbered = true;
    int feature = 0;
    for (int column = 0; column < fields.length; column++) {
      if (isFeature[column]) {
        boolean name = isName(fields[column]);
        word = name && word < 0 ? column : word;
        other = !name && !fields[column].isEmpty() && other < 0 ? column : other;
        numbered &= fields[column].equals(String.valueOf(feature++));
      }
    }
    String shown = Shown.quoted(Arrays.asList(fields));
    if (feature == 0 && isName(fields[0])) {
      throw new DataException(
          where
              + ": expected a label or the name of the column, actual "
              + shown
              + ", which may be either; set data.header = true or false");
    }
    if (word >= 0 && other >= 0) {
      throw new DataException(
          where
              + ": expected names of columns or a row of numbers, actual both: "
              + Shown.quoted(fields[word])
              + " in column "
              + word
              + " and "
              + Shown.quoted(fields[other])
              + " in column "
              + other
              + "; if these are names, set data.header = true; if a column holds words, leave it out"
              + " with data.drop-columns");
    }
    if (word < 0 && numbered && feature >= DEFAULT_NAMES) {
      throw new DataException(
          where
              + ": expected names of columns or a row, actual "
              + shown
              + ", which may be a row or the names that pandas gives columns; set data.header = false"
              + " or true");
    }
    return word >= 0;
  }

  /**
   * The line as names.
   *
   * @throws DataException when it is a row, or a name stands twice
   */
  static List<String> names(String where, String[] fields) {
    if (allNumbers(fields) && !isNumbered(fields, -1)) {
      throw new DataException(
          where
              + ": expected names of columns, as data.header = true; actual numbers, "
              + Shown.quoted(Arrays.asList(fields))
              + "; if this is a row, set data.header = false");
    }
    if (fields[fields.length - 1].isEmpty() && fields.length > 1) {
      throw new DataException(where + ": " + trailing("a name", fields.length - 1));
    }
    Map<String, Integer> seen = new HashMap<>();
    for (int column = 0; column < fields.length; column++) {
      Integer first = fields[column].isEmpty() ? null : seen.put(fields[column], column);
      if (first != null) {
        throw new DataException(
            String.format(
                Locale.ROOT,
                "%s: expected a different name for each column, actual %s for columns %d and %d;"
                    + " rename or remove one",
                where,
                Shown.quoted(fields[column]),
                first,
                column));
      }
    }
    return List.of(fields);
  }

  /**
   * Requires that the line is a row.
   *
   * @param label column of the labels; below 0: none
   * @throws DataException when it looks like names
   */
  static void requireRow(String where, String[] fields, int label) {
    boolean names = Arrays.stream(fields).allMatch(field -> field.isEmpty() || isName(field));
    if (names && Arrays.stream(fields).anyMatch(CsvHeader::isName)) {
      throw new DataException(
          where
              + ": expected numbers, as data.header = false; actual names, "
              + Shown.quoted(Arrays.asList(fields))
              + "; set data.header = true");
    }
    int features = fields.length - (label >= 0 ? 1 : 0);
    if (features >= DEFAULT_NAMES && isNumbered(fields, label)) {
      throw defaultNames(where, fields);
    }
  }

  /** The refusal of the default names of pandas in a file that is read without names. */
  static DataException defaultNames(String where, String[] fields) {
    return new DataException(
        where
            + ": expected a row, as data.header = false; actual "
            + Shown.quoted(Arrays.asList(fields))
            + ", the names that pandas gives columns; set data.header = true, or if this is a row"
            + " write its first value as 0.0");
  }

  /** The features are 0, 1, 2, ... as pandas names columns without a name. */
  static boolean isNumbered(String[] fields, int label) {
    boolean byFeature = true;
    boolean byPosition = true;
    int feature = 0;
    for (int column = 0; column < fields.length; column++) {
      if (column != label) {
        byFeature &= fields[column].equals(String.valueOf(feature++));
        byPosition &= fields[column].equals(String.valueOf(column));
      }
    }
    return byFeature || byPosition;
  }

  /** The message for an empty last field. */
  static String trailing(String expected, int column) {
    return "expected "
        + expected
        + " in column "
        + column
        + ", actual an empty field; if every line ends with a separator, remove it";
  }

  private static boolean allNumbers(String[] fields) {
    return Arrays.stream(fields).allMatch(PlainNumber::is);
  }

  /** A word, and none that stands for a value. */
  static boolean isName(String field) {
    return !PlainNumber.is(field)
        && !PlainNumber.isMissing(field)
        && !PlainNumber.isInfinite(field)
        && field.codePoints().anyMatch(Character::isLetter)
        && !field.matches("[0-9.]+[fFdDlL]|0[xX].*");
  }
}
