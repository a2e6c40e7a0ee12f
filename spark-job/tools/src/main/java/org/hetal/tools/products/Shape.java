package org.hetal.tools.products;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The shape of a product: rows x features times features x classes.
 *
 * @param rows a, 2 to 2^16
 * @param features b, 1 to 4096
 * @param classes c, 2 to 64
 */
public record Shape(int rows, int features, int classes) {
  /** Those of HETAL's table. */
  public static final List<Shape> PUBLISHED =
      List.of(
          new Shape(128, 128, 4),
          new Shape(256, 256, 8),
          new Shape(512, 769, 4),
          new Shape(1024, 769, 8),
          new Shape(2048, 769, 16));

  private static final Pattern TEXT = Pattern.compile("([0-9]{1,6})x([0-9]{1,6})x([0-9]{1,6})");

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException for a number out of its range
   */
  public Shape {
    if (rows < 2
        || rows > 1 << 16
        || features < 1
        || features > 4096
        || classes < 2
        || classes > 64) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "shape: expected 2 to 65536 rows, 1 to 4096 features, 2 to 64 classes; actual"
                  + " %dx%dx%d",
              rows,
              features,
              classes));
    }
  }

  /**
   * The shape of a text.
   *
   * @param text {@code ROWSxFEATURESxCLASSES}
   * @throws IllegalArgumentException for any other text
   */
  public static Shape parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "shape: expected ROWSxFEATURESxCLASSES such as 128x128x4, actual " + text);
    }
    return new Shape(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)));
  }

  /** s0: the least power of two that holds the rows. */
  int paddedRows() {
    return powerOfTwoAtLeast(rows);
  }

  int paddedClasses() {
    return powerOfTwoAtLeast(classes);
  }

  /**
   * The blocks of the published methods.
   *
   * @throws IllegalArgumentException when the classes do not fit the rows or the columns of a block
   */
  Grid grid(int slots) {
    if (paddedRows() < paddedClasses()) {
      throw new IllegalArgumentException(
          "shape " + this + ": expected at least as many rows as classes");
    }
    if ((long) paddedRows() * paddedClasses() > slots) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "shape %s: expected padded rows * padded classes of at most %d slots, actual %d * %d",
              this,
              slots,
              paddedRows(),
              paddedClasses()));
    }
    return new Grid(paddedRows(), slots / paddedRows());
  }

  static int powerOfTwoAtLeast(int value) {
    return value <= 1 ? 1 : Integer.highestOneBit(value - 1) * 2;
  }

  static int log2(int powerOfTwo) {
    return Integer.numberOfTrailingZeros(powerOfTwo);
  }

  @Override
  public String toString() {
    return rows + "x" + features + "x" + classes;
  }
}
