package org.hetal.packing;

import java.util.ArrayList;
import java.util.List;

/**
 * The parts in which the compact gradient of a layout can be computed apart from each other: each
 * is one group of diagonals, packed into one ciphertext. Which parts there are depends on the
 * layout alone. The parts of one compact ciphertext are then packed into it.
 */
public final class GradientParts {
  private final List<Part> parts = new ArrayList<>();
  private final List<DiagonalReplicationPlan> plans = new ArrayList<>();

  /**
   * One part.
   *
   * @param ciphertext of the compact form that it belongs to
   * @param firstDiagonal complex diagonal, 0 to {@link Layout#diagonals()} - 1
   * @param packing of its diagonals
   * @param firstColumnBlock of the features that it needs
   * @param lastColumnBlock of the features that it needs, included
   */
  public record Part(
      int ciphertext,
      int firstDiagonal,
      ReplicationPlan packing,
      int firstColumnBlock,
      int lastColumnBlock) {}

  /**
   * The parts of a layout.
   *
   * @param layout of the weights
   */
  public GradientParts(Layout layout) {
    for (int i = 0; i < layout.compactCiphertexts(); i++) {
      DiagonalReplicationPlan plan =
          DiagonalReplicationPlan.packSums(layout, layout.diagonalsOf(i));
      plans.add(plan);
      int diagonal = i * layout.diagonalsPerCompact();
      for (ReplicationPlan inner : plan.inner()) {
        int last = diagonal + inner.count() - 1;
        parts.add(
            new Part(
                i, diagonal, inner, layout.columnBlockOf(diagonal), layout.columnBlockOf(last)));
        diagonal = last + 1;
      }
    }
  }

  /** {@return how many parts there are, at least 1} */
  public int size() {
    return parts.size();
  }

  /**
   * A part.
   *
   * @param index 0 to {@link #size()} - 1, in the order of the diagonals
   * @return the part
   */
  public Part part(int index) {
    return parts.get(index);
  }

  /** {@return the number of compact ciphertexts} */
  public int ciphertexts() {
    return plans.size();
  }

  /**
   * How the parts of a compact ciphertext are packed into it.
   *
   * @param ciphertext 0 to {@link #ciphertexts()} - 1
   * @return a packing of as many ciphertexts as it has parts
   */
  public ReplicationPlan outer(int ciphertext) {
    return plans.get(ciphertext).outer();
  }
}
