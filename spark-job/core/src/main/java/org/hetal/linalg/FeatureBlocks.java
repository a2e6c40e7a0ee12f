package org.hetal.linalg;

import java.util.List;
import java.util.Locale;
import org.hetal.he.Ciphertext;

/**
 * The encrypted features of one group of rows. Owns its ciphertexts.
 *
 * @param blocks in the order of {@link org.hetal.packing.Packing#packFeatures}: [rowBlock *
 *     columnBlocks + columnBlock]; all at one level
 * @param rowBlocks row blocks of the group
 */
public record FeatureBlocks(List<Ciphertext> blocks, int rowBlocks) implements AutoCloseable {
  public FeatureBlocks {
    blocks = List.copyOf(blocks);
    if (rowBlocks < 1 || blocks.isEmpty() || blocks.size() % rowBlocks != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "features: expected a multiple of %d row blocks, actual %d ciphertexts",
              rowBlocks,
              blocks.size()));
    }
    int level = blocks.get(0).level();
    for (Ciphertext block : blocks) {
      if (block.level() != level) {
        throw new IllegalArgumentException(
            "features: expected equal levels, actual " + level + " and " + block.level());
      }
    }
  }

  public int level() {
    return blocks.get(0).level();
  }

  public int columnBlocks() {
    return blocks.size() / rowBlocks;
  }

  @Override
  public void close() {
    blocks.forEach(Ciphertext::close);
  }
}
