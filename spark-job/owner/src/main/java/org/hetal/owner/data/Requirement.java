package org.hetal.owner.data;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.hetal.dataset.DatasetException;
import org.hetal.packing.Layout;

/** What files of other parties have in common: ranges, and names of columns and classes. */
public final class Requirement {
  /** More columns than a plan can have features, since constant ones are dropped. */
  public static final int MOST_COLUMNS = 1 << 16;

  private Requirement() {}

  /**
   * @throws DatasetException unless it holds
   */
  public static void that(boolean holds, String field, String expected, Object actual) {
    if (!holds) {
      throw new DatasetException(field + ": expected " + expected + ", actual " + actual);
    }
  }

  /** That a text has so many hexadecimal digits. */
  public static void hex(String field, String value, int digits) {
    that(
        value != null && value.matches("[0-9a-f]{" + digits + "}"),
        field,
        digits + " hexadecimal digits",
        value == null ? "none" : "\"" + value + "\"");
  }

  /** That there is a possible number of columns, and a name for each or for none. */
  public static void columns(int columns, List<String> names) {
    that(columns >= 1 && columns <= MOST_COLUMNS, "columns", "1 to " + MOST_COLUMNS, columns);
    names(columns, names);
  }

  /** That there is a name for each column, or for none. */
  public static void names(int columns, List<String> names) {
    that(
        names.isEmpty() || names.size() == columns,
        "names",
        "none or " + columns + ", one for each column",
        names.size());
  }

  /** That a row has so many numbers, and none is infinite or NaN. */
  public static void finite(String field, double[] values, int count) {
    that(values.length == count, field, count + " numbers", values.length);
    that(Arrays.stream(values).allMatch(Double::isFinite), field, "finite numbers", "others");
  }

  /** That a number is positive and finite. */
  public static void positive(String field, double value) {
    that(value > 0 && Double.isFinite(value), field, "a positive finite number", value);
  }

  /** That there is a possible number of classes, and not more names, which differ. */
  public static void classes(int classes, List<String> names) {
    that(
        classes >= 2 && classes <= Layout.MAX_CLASSES,
        "classes",
        "2 to " + Layout.MAX_CLASSES,
        classes);
    that(names.size() <= classes, "classNames", "at most " + classes, names.size());
    that(new HashSet<>(names).size() == names.size(), "classNames", "different ones", names.size());
  }
}
