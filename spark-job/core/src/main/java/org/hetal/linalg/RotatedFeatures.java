package org.hetal.linalg;

import java.util.List;
import org.hetal.he.Ciphertext;

/**
 * The features of a group with the rotated copies that the products need, made by {@link
 * Products#rotateAhead}. Owns its ciphertexts. Usable from several threads.
 */
public final class RotatedFeatures implements AutoCloseable {
  private final List<List<Ciphertext>> rotated;
  private final int rowBlocks;

  /**
   * @param rotated [rowBlock * columnBlocks + columnBlock][classes rotated by]; empty for a column
   *     block that is not there
   */
  RotatedFeatures(List<List<Ciphertext>> rotated, int rowBlocks) {
    this.rotated = rotated;
    this.rowBlocks = rowBlocks;
  }

  List<Ciphertext> block(int block) {
    List<Ciphertext> copies = rotated.get(block);
    if (copies.isEmpty()) {
      throw new IllegalArgumentException(
          "rotated features: expected block " + block + " among those given, actual not");
    }
    return copies;
  }

  int blocks() {
    return rotated.size();
  }

  public int rowBlocks() {
    return rowBlocks;
  }

  public int level() {
    return rotated.stream()
        .filter(copies -> !copies.isEmpty())
        .findFirst()
        .orElseThrow()
        .get(0)
        .level();
  }

  /** The number of ciphertexts, for the estimate of memory. */
  public int ciphertexts() {
    return rotated.stream().mapToInt(List::size).sum();
  }

  @Override
  public void close() {
    rotated.forEach(copies -> copies.forEach(Ciphertext::close));
  }
}
