package org.hetal.training;

import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Scope;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.plan.Levels;

/**
 * The encrypted rows of one microbatch of work (see {@link org.hetal.plan.Partition}). Owns its
 * ciphertexts.
 *
 * @param groups one or two groups of one minibatch
 */
public record EncryptedMicrobatch(List<Group> groups) implements AutoCloseable {
  /**
   * The rows of one ciphertext of logits.
   *
   * @param features at {@link Levels#features()}
   * @param labels one-hot in logits layout at {@link Levels#labels()}; 0 in padded classes and in
   *     rows that are not there
   */
  public record Group(FeatureBlocks features, Ciphertext labels) implements AutoCloseable {
    @Override
    public void close() {
      try (features) {
        labels.close();
      }
    }
  }

  /**
   * Copies the list.
   *
   * @param groups one or two
   * @throws IllegalArgumentException for another number
   */
  public EncryptedMicrobatch {
    groups = List.copyOf(groups);
    if (groups.size() != 1 && groups.size() != 2) {
      throw new IllegalArgumentException(
          "microbatch: expected 1 or 2 groups, actual " + groups.size());
    }
  }

  @Override
  public void close() {
    try (Scope scope = new Scope()) {
      scope.ownAll(groups);
    }
  }
}
