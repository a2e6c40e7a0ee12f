package org.hetal.plan;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.hetal.packing.Layout;

/**
 * How rows are cut for encryption. A <i>group</i> is what one ciphertext of logits holds ({@link
 * Layout#rowsPerGroup()} rows, the last group of a minibatch perhaps fewer); a <i>microbatch</i> is
 * one or two groups of one minibatch and the piece of work that yields one gradient. The cut is
 * made once, at encryption: whatever computes later, every microbatch is computed alone and the sum
 * over microbatches is exact, so the trained bytes depend neither on the number of workers nor on
 * their order.
 */
public final class Partition {
  private Partition() {}

  /**
   * One microbatch of work.
   *
   * @param batch the minibatch it belongs to
   * @param index its position in that minibatch, from 0
   * @param groups one or two ranges of training rows
   * @serial exclude
   */
  public record MicrobatchRows(int batch, int index, List<RowRange> groups)
      implements Serializable {
    /**
     * Copies the list.
     *
     * @param batch the minibatch, from 0
     * @param index the position in it, from 0
     * @param groups one or two ranges
     */
    public MicrobatchRows {
      groups = List.copyOf(groups);
    }

    /** {@return the rows of all groups} */
    public int rows() {
      return groups.stream().mapToInt(RowRange::rows).sum();
    }
  }

  /** The groups of a range of rows, in order. */
  static List<RowRange> groups(RowRange rows, Layout layout) {
    List<RowRange> out = new ArrayList<>();
    for (int first = rows.first(); first < rows.end(); first += layout.rowsPerGroup()) {
      out.add(new RowRange(first, Math.min(layout.rowsPerGroup(), rows.end() - first)));
    }
    return out;
  }

  /**
   * The groups of a whole split, as validation and prediction use them.
   *
   * @param rows of the split, at least 1
   * @param layout gives the rows of a group
   * @return ranges in order, the last perhaps shorter
   */
  public static List<RowRange> groups(int rows, Layout layout) {
    return groups(new RowRange(0, rows), layout);
  }

  /**
   * The microbatches in which the validation loss is computed.
   *
   * @param rows of the validation split, at least 1
   * @param groupsPerMicrobatch 1 or 2
   * @param layout gives the rows of a group
   * @return groups of each microbatch, in order
   */
  public static List<List<RowRange>> validationMicrobatches(
      int rows, int groupsPerMicrobatch, Layout layout) {
    return joined(groups(rows, layout), groupsPerMicrobatch);
  }

  /**
   * The microbatches in which the validation loss is computed where the rows are of several owners,
   * each of whom cuts rows of their own: the last microbatch of each may be short.
   *
   * @param rows of all validation splits, at least one of each owner
   * @param owners at least 1
   * @param groupsPerMicrobatch 1 or 2
   * @param layout gives the rows of a group
   * @return as many microbatches as any division of the rows among the owners gives at most, each
   *     as large as the largest of any division; together they may have more than {@code rows}
   * @throws IllegalArgumentException for a number of owners out of range
   */
  public static List<List<RowRange>> mostValidationMicrobatches(
      int rows, int owners, int groupsPerMicrobatch, Layout layout) {
    Checks.range("owners", owners, 1, rows);
    int full = groupsPerMicrobatch * layout.rowsPerGroup();
    List<RowRange> largest = groups(Math.min(full, rows - owners + 1), layout);
    return Collections.nCopies((rows - owners) / full + owners, largest);
  }

  /** Neighboring elements in lists of equal size, the last perhaps shorter. */
  private static <T> List<List<T>> joined(List<T> all, int size) {
    List<List<T>> out = new ArrayList<>();
    for (int i = 0; i < all.size(); i += size) {
      out.add(List.copyOf(all.subList(i, Math.min(all.size(), i + size))));
    }
    return out;
  }

  /**
   * The microbatches of one minibatch.
   *
   * @param schedule gives minibatches and groups per microbatch
   * @param batch 0 to {@code schedule.batches()} - 1
   * @param layout gives the rows of a group
   * @return microbatches in order, the last perhaps shorter
   * @throws IllegalArgumentException for a minibatch out of range
   */
  public static List<MicrobatchRows> microbatches(Schedule schedule, int batch, Layout layout) {
    List<RowRange> groups = groups(schedule.batch(batch), layout);
    List<MicrobatchRows> out = new ArrayList<>();
    for (List<RowRange> microbatch : joined(groups, schedule.groupsPerMicrobatch())) {
      out.add(new MicrobatchRows(batch, out.size(), microbatch));
    }
    return out;
  }

  /**
   * The microbatches of all minibatches.
   *
   * @param schedule gives minibatches and groups per microbatch
   * @param layout gives the rows of a group
   * @return microbatches in order, minibatch by minibatch
   */
  public static List<MicrobatchRows> microbatches(Schedule schedule, Layout layout) {
    List<MicrobatchRows> out = new ArrayList<>();
    for (int batch = 0; batch < schedule.batches(); batch++) {
      out.addAll(microbatches(schedule, batch, layout));
    }
    return out;
  }
}
