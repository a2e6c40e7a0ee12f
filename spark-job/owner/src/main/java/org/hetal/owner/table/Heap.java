package org.hetal.owner.table;

import java.util.Locale;

/** Refuses tables that this process has no memory for, before they are allocated. */
public final class Heap {
  /** Of the heap, for one table: rows are kept twice, as read and as prepared. */
  private static final double SHARE = 0.45;

  private Heap() {}

  /**
   * @param what the file, for the message
   * @throws DataException when so many doubles take more than the share of the heap
   */
  public static void require(String what, long rows, long columns) {
    double bytes = (double) rows * columns * Double.BYTES;
    double most = SHARE * Runtime.getRuntime().maxMemory();
    if (bytes > most) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: expected a table of at most %.0f MB for the memory of this process, actual %d x"
                  + " %d values of 8 bytes, %.0f MB; give Java more, e.g."
                  + " JAVA_TOOL_OPTIONS=-Xmx16g, or take fewer rows",
              what,
              most / 1e6,
              rows,
              columns,
              bytes / 1e6));
    }
  }
}
