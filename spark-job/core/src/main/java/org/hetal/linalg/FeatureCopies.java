package org.hetal.linalg;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.packing.Layout;

/** Where a product takes its features from: copies rotated by 0, 1, ... classes, T(i,B,j). */
interface FeatureCopies {

  /**
   * Copies of one block, rotated right by 0 to count - 1 classes.
   *
   * @param scope owns what is computed for this call; copies that exist already stay their owner's
   * @param block rowBlock * columnBlocks + columnBlock
   * @param level of the copies
   */
  List<Ciphertext> of(Scope scope, int block, int level, int count);

  /** Rotates the features anew in each call: one decomposition per block. */
  static FeatureCopies rotating(Evaluator evaluator, Layout layout, FeatureBlocks x) {
    return (scope, block, level, count) -> {
      Ciphertext first = dropped(evaluator, scope, x.blocks().get(block), level);
      List<Ciphertext> out = new ArrayList<>(List.of(first));
      if (count > 1) {
        int[] steps = IntStream.range(1, count).map(j -> -j * layout.classStride()).toArray();
        out.addAll(scope.ownAll(evaluator.rotateAll(first, steps)));
      }
      return out;
    };
  }

  /** Takes copies that {@link Products#rotateAhead} made. */
  static FeatureCopies of(Evaluator evaluator, RotatedFeatures x) {
    return (scope, block, level, count) -> {
      List<Ciphertext> out = new ArrayList<>();
      for (Ciphertext copy : x.block(block).subList(0, count)) {
        out.add(dropped(evaluator, scope, copy, level));
      }
      return out;
    };
  }

  /** The rotated copies that the diagonals of a column block need. */
  static int count(Layout layout, int columnBlock) {
    return Math.min(layout.babySteps(), layout.diagonals(columnBlock));
  }

  /** The ciphertext itself, still its owner's, where it is at that level already. */
  private static Ciphertext dropped(Evaluator evaluator, Scope scope, Ciphertext a, int level) {
    return a.level() == level ? a : scope.own(evaluator.dropToLevel(a, level));
  }
}
