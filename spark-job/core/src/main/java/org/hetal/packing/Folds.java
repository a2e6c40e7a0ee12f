package org.hetal.packing;

/**
 * How values that do not repeat lie in slots that repeat with a period: the slots are cut into
 * {@code count} segments of {@code period} slots, and what would lie in segment h at row r lies in
 * every segment at row h * {@code rows} + r, for r below {@code rows}. So a bootstrap costs what
 * one of {@code period} slots costs.
 *
 * @param count of segments, a power of two; 1: nothing is folded
 * @param rows that the values of a segment take, a power of two
 * @param period slots of a segment
 */
public record Folds(int count, int rows, int period) {
  /** Nothing is folded. */
  public static final Folds NONE = new Folds(1, 0, 0);
}
