package org.hetal.linalg;

import java.util.List;
import org.hetal.he.Ciphertext;

/**
 * The features of a group with the turned copies that the products need, made by {@link
 * Products#turn}. Owns its ciphertexts. Usable from several threads.
 */
public final class TurnedFeatures implements AutoCloseable {
  private final List<List<Ciphertext>> turned;
  private final int rowBlocks;

  /**
   * @param turned [rowBlock * columnBlocks + columnBlock][classes turned by]
   */
  TurnedFeatures(List<List<Ciphertext>> turned, int rowBlocks) {
    this.turned = turned;
    this.rowBlocks = rowBlocks;
  }

  List<Ciphertext> block(int block) {
    return turned.get(block);
  }

  int blocks() {
    return turned.size();
  }

  public int rowBlocks() {
    return rowBlocks;
  }

  public int level() {
    return turned.get(0).get(0).level();
  }

  /** All of them, for the accounting of memory. */
  public int ciphertexts() {
    return turned.stream().mapToInt(List::size).sum();
  }

  @Override
  public void close() {
    turned.forEach(copies -> copies.forEach(Ciphertext::close));
  }
}
