package org.hetal.linalg;

import java.util.List;
import org.hetal.he.Ciphertext;

/**
 * Weights ready for products: one ciphertext per complex diagonal, the same in every row. Made by
 * {@link Products#expand}, shared by all groups of a step, usable from several threads. Owns its
 * ciphertexts.
 */
public final class ExpandedWeights implements AutoCloseable {
  private final List<Ciphertext> diagonals;

  ExpandedWeights(List<Ciphertext> diagonals) {
    this.diagonals = List.copyOf(diagonals);
  }

  List<Ciphertext> diagonals() {
    return diagonals;
  }

  public int level() {
    return diagonals.get(0).level();
  }

  @Override
  public void close() {
    diagonals.forEach(Ciphertext::close);
  }
}
