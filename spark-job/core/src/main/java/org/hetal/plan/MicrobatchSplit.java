package org.hetal.plan;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.hetal.packing.GradientParts;
import org.hetal.packing.Layout;

/**
 * How the matrix products of one microbatch are divided between tasks: the logits by row blocks,
 * the gradient by groups of diagonals, which are blocks of features. Each range has at least one
 * element and the ranges differ by at most one.
 *
 * @param rows of the logits, one list per task
 * @param gradient of the gradient, one range of {@link GradientParts} per task
 * @serial exclude
 */
public record MicrobatchSplit(List<List<RowBlocks>> rows, List<Parts> gradient)
    implements Serializable {
  /**
   * Neighboring row blocks of one group.
   *
   * @param group 0 or 1
   * @param first row block of the group, from 0
   * @param count at least 1
   * @serial exclude
   */
  public record RowBlocks(int group, int first, int count) implements Serializable {}

  /**
   * Neighboring parts of the gradient.
   *
   * @param first from 0
   * @param count at least 1
   * @serial exclude
   */
  public record Parts(int first, int count) implements Serializable {}

  /** More tasks of a microbatch are not used, unless a setting names their number. */
  private static final int MOST_TASKS = 64;

  /**
   * How many tasks share a microbatch where all executors get one. A training times this number and
   * one undivided task, and keeps the faster; an estimate prices the same two.
   *
   * @param executors at least 1
   * @param microbatches of the minibatch, at least 1
   * @return 0 to 64; below 2 there are too few executors to divide a microbatch
   */
  public static int tasks(int executors, int microbatches) {
    return Math.min(MOST_TASKS, executors / microbatches);
  }

  /**
   * Copies the lists.
   *
   * @param rows of the logits, one list per task
   * @param gradient of the gradient, one range per task
   */
  public MicrobatchSplit {
    rows = rows.stream().map(List::copyOf).toList();
    gradient = List.copyOf(gradient);
  }

  /**
   * Divides a microbatch.
   *
   * @param layout of features and weights
   * @param groups the row blocks of each group
   * @param tasks at least 1; fewer are used where there is less to divide
   * @return ranges that together are the whole microbatch
   * @throws IllegalArgumentException for less than one task
   */
  public static MicrobatchSplit of(Layout layout, List<Integer> groups, int tasks) {
    Checks.range("tasks of a microbatch", tasks, 1, Integer.MAX_VALUE);
    int blocks = groups.stream().mapToInt(Integer::intValue).sum();
    List<List<RowBlocks>> rows = new ArrayList<>();
    for (Parts range : ranges(blocks, tasks)) {
      rows.add(rowBlocks(groups, range));
    }
    return new MicrobatchSplit(rows, ranges(new GradientParts(layout).size(), tasks));
  }

  private static List<RowBlocks> rowBlocks(List<Integer> groups, Parts range) {
    List<RowBlocks> out = new ArrayList<>();
    int start = 0;
    for (int group = 0; group < groups.size(); group++) {
      int first = Math.max(0, range.first() - start);
      int end = Math.min(groups.get(group), range.first() + range.count() - start);
      if (first < end) {
        out.add(new RowBlocks(group, first, end - first));
      }
      start += groups.get(group);
    }
    return out;
  }

  /**
   * Neighboring ranges of nearly equal size.
   *
   * @param size elements
   * @param tasks ranges at most, at least 1
   * @return ranges in order
   */
  public static List<Parts> ranges(int size, int tasks) {
    int count = Math.min(size, tasks);
    List<Parts> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int first = (int) ((long) i * size / count);
      int end = (int) ((i + 1L) * size / count);
      out.add(new Parts(first, end - first));
    }
    return out;
  }
}
