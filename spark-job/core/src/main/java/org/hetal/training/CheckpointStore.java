package org.hetal.training;

import java.util.Optional;

/** Keeps the checkpoints of one run. */
public interface CheckpointStore {
  /**
   * Commits a checkpoint atomically: a crash leaves either this checkpoint or the one before.
   *
   * @param checkpoint replaces the one before
   */
  void save(Checkpoint checkpoint);

  /** {@return the checkpoint saved last, if any} */
  Optional<Checkpoint> latest();

  /**
   * {@return a new store that keeps the last checkpoint in memory only, for runs that need not
   * survive their process}
   */
  static CheckpointStore inMemory() {
    return new CheckpointStore() {
      private Checkpoint last;

      @Override
      public synchronized void save(Checkpoint checkpoint) {
        last = checkpoint;
      }

      @Override
      public synchronized Optional<Checkpoint> latest() {
        return Optional.ofNullable(last);
      }
    };
  }
}
