package org.hetal.linalg;

import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Scope;

/**
 * The features of a group with the rotated copies that the products need, made by {@link
 * Products#rotateAhead}. Uses features that are at the level of the copies as they are, and owns
 * what was computed. Usable from several threads.
 */
public final class RotatedFeatures implements AutoCloseable {
  private final List<List<Ciphertext>> rotated;
  private final int rowBlocks;
  private final Scope computed;

  /**
   * @param rotated [rowBlock * columnBlocks + columnBlock][classes rotated by]; empty for a column
   *     block that is not there
   * @param computed owns those that the features' owner does not
   */
  RotatedFeatures(List<List<Ciphertext>> rotated, int rowBlocks, Scope computed) {
    this.rotated = rotated;
    this.rowBlocks = rowBlocks;
    this.computed = computed;
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

  @Override
  public void close() {
    computed.close();
  }
}
