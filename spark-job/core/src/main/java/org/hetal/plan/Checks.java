package org.hetal.plan;

/** Checks of a plan's fields. Each failure names the field, what is expected and what is there. */
final class Checks {
  private Checks() {}

  static void range(String field, long actual, long low, long high) {
    that(actual >= low && actual <= high, field, low + " to " + high, actual);
  }

  static void powerOfTwo(String field, int actual, int low, int high) {
    that(
        actual >= low && actual <= high && Integer.bitCount(actual) == 1,
        field,
        "a power of two from " + low + " to " + high,
        actual);
  }

  static void matches(String field, String actual, String pattern) {
    that(actual != null && actual.matches(pattern), field, "text of the form " + pattern, actual);
  }

  static void equal(String field, Object expected, Object actual) {
    that(expected.equals(actual), field, expected.toString(), actual);
  }

  static void present(String field, Object actual) {
    that(actual != null, field, "a value", "none");
  }

  static void that(boolean holds, String field, String expected, Object actual) {
    if (!holds) {
      throw new IllegalArgumentException(field + ": expected " + expected + ", actual " + actual);
    }
  }
}
