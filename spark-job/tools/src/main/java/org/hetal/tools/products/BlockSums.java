package org.hetal.tools.products;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.hetal.he.Ciphertext;

/** A running sum for each block of a result. */
final class BlockSums implements AutoCloseable {
  private final Workbench bench;
  private final List<Ciphertext> sums;

  BlockSums(Workbench bench, int blocks) {
    this.bench = bench;
    this.sums = new ArrayList<>(Collections.nCopies(blocks, null));
  }

  /** Adds to a block's sum and closes what is added. */
  void add(int block, Ciphertext term) {
    Ciphertext before = sums.get(block);
    if (before == null) {
      sums.set(block, term);
      return;
    }
    try (before;
        term) {
      sums.set(block, bench.evaluator().add(before, term));
    }
  }

  /** The sums, which are the caller's now. */
  List<Ciphertext> take() {
    List<Ciphertext> out = List.copyOf(sums);
    Collections.fill(sums, null);
    return out;
  }

  /** Closes what was not taken. */
  @Override
  public void close() {
    sums.stream().filter(Objects::nonNull).forEach(Ciphertext::close);
    Collections.fill(sums, null);
  }
}
