package org.hetal.linalg;

import java.util.ArrayList;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.packing.DiagonalReplicationPlan;
import org.hetal.packing.Layout;

/** Compact weights to one ciphertext per complex diagonal: V(B,k) of the package overview. */
final class WeightExpansion {
  private final Evaluator evaluator;
  private final Layout layout;
  private final Masks ones;

  /**
   * @param ones masks of factor 1, which stay the caller's
   */
  WeightExpansion(Evaluator evaluator, Layout layout, Masks ones) {
    this.evaluator = evaluator;
    this.layout = layout;
    this.ones = ones;
  }

  /** See {@link Products#expand}. */
  ExpandedWeights apply(List<Ciphertext> compact) {
    Checks.requireCount("compact weights", compact.size(), layout.compactCiphertexts());
    Checks.requireLevel(
        "expand: weights", Checks.levelOf("compact weights", compact), Products.EXPAND_LEVELS);
    try (Scope scope = new Scope()) {
      List<Ciphertext> diagonals = new ArrayList<>();
      for (int i = 0; i < compact.size(); i++) {
        diagonals.addAll(scope.ownAll(expand(compact.get(i), layout.diagonalsOf(i))));
      }
      diagonals.forEach(scope::release);
      return new ExpandedWeights(diagonals);
    }
  }

  private List<Ciphertext> expand(Ciphertext compact, int count) {
    DiagonalReplicationPlan plan = DiagonalReplicationPlan.replicate(layout, count);
    try (Scope scope = new Scope()) {
      Ciphertext joined =
          PairedSlots.joined(evaluator, scope, compact, layout.diagonalsPerCompact());
      List<Ciphertext> groups =
          scope.ownAll(new Replicate(evaluator, plan.outer(), ones, layout.folds()).apply(joined));
      List<Ciphertext> out = new ArrayList<>();
      for (int g = 0; g < groups.size(); g++) {
        out.addAll(
            scope.ownAll(new Replicate(evaluator, plan.inner().get(g), ones).apply(groups.get(g))));
        groups.get(g).close();
      }
      out.forEach(scope::release);
      return out;
    }
  }
}
