package org.hetal.owner.table;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Counts the missing values of a table by column, and refuses them. */
public final class MissingCells {
  private static final int MOST_COLUMNS = 8;

  private final int[] counts;
  private String first; // null: none is missing

  /**
   * @param columns of the table
   */
  public MissingCells(int columns) {
    counts = new int[columns];
  }

  /** Whether none is missing so far. */
  public boolean isEmpty() {
    return first == null;
  }

  /** Missing values of a column. */
  public int count(int column) {
    return counts[column];
  }

  /**
   * Counts one.
   *
   * @param column of the table
   * @param where file, row and column in the file; used for the first that is counted
   * @param text as the file has it
   */
  public void add(int column, String where, String text) {
    counts[column]++;
    if (first == null) {
      first = where + ": expected a finite number, actual " + text + " (a missing value)";
    }
  }

  /** Counts one that is not the first. */
  public void add(int column) {
    counts[column]++;
  }

  /**
   * The refusal.
   *
   * @param name a column in the file, for the message
   */
  public DataException refusal(IntFunction<String> name) {
    List<String> columns = new ArrayList<>();
    int more = 0;
    for (int column = 0; column < counts.length; column++) {
      if (counts[column] > 0 && columns.size() < MOST_COLUMNS) {
        columns.add(counts[column] + " in " + name.apply(column));
      } else if (counts[column] > 0) {
        more++;
      }
    }
    return new DataException(
        first
            + "; missing in all: "
            + String.join(", ", columns)
            + (more > 0 ? ", and values in " + more + " more columns" : "")
            + "; remove these rows, in pandas with dropna(), or set data.missing = mean or zero");
  }
}
