package org.hetal.owner.contribution;

import java.util.HashSet;
import java.util.List;
import org.hetal.dataset.DatasetException;
import org.hetal.packing.Layout;

/** What the files of this package have in common: ranges, and names of columns and classes. */
final class Requirement {
  /** More columns than a plan can have features, since constant ones are dropped. */
  static final int MOST_COLUMNS = 1 << 16;

  private Requirement() {}

  static void that(boolean holds, String field, String expected, Object actual) {
    if (!holds) {
      throw new DatasetException(field + ": expected " + expected + ", actual " + actual);
    }
  }

  static void hex(String field, String value, int digits) {
    that(
        value != null && value.matches("[0-9a-f]{" + digits + "}"),
        field,
        digits + " hexadecimal digits",
        value == null ? "none" : "\"" + value + "\"");
  }

  static void columns(int columns, List<String> names) {
    that(columns >= 1 && columns <= MOST_COLUMNS, "columns", "1 to " + MOST_COLUMNS, columns);
    that(
        names.isEmpty() || names.size() == columns,
        "names",
        "none or " + columns + ", one for each column",
        names.size());
  }

  static void classes(int classes, List<String> names) {
    that(
        classes >= 2 && classes <= Layout.MAX_CLASSES,
        "classes",
        "2 to " + Layout.MAX_CLASSES,
        classes);
    that(names.size() <= classes, "classNames", "at most " + classes, names.size());
    that(new HashSet<>(names).size() == names.size(), "classNames", "different ones", names.size());
  }
}
