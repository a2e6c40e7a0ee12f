package org.hetal.training;

import java.util.Optional;

/** Keeps the checkpoints of one run. */
public interface CheckpointStore {
  /** Commits atomically: a crash leaves either this checkpoint or the one before. */
  void save(Checkpoint checkpoint);

  /** The one saved last, if any. */
  Optional<Checkpoint> latest();

  /** Keeps the last checkpoint in memory only: for runs that need not survive their process. */
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
