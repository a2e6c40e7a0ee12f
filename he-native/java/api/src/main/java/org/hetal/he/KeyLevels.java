package org.hetal.he;

/**
 * The highest level at which each evaluation key may be used. A key switch at level l needs a key
 * of level l or above.
 */
public interface KeyLevels {
  /** What stands for a key that is absent. */
  int NONE = -1;

  /** Every key at every level: of evaluators that need none. */
  KeyLevels ALL =
      new KeyLevels() {
        @Override
        public int rotation(int steps) {
          return Integer.MAX_VALUE;
        }

        @Override
        public int relinearization() {
          return Integer.MAX_VALUE;
        }

        @Override
        public int conjugation() {
          return Integer.MAX_VALUE;
        }

        @Override
        public boolean bootstrap() {
          return true;
        }
      };

  /**
   * The level of the key for a rotation, or {@link #NONE}.
   *
   * @param steps to the left, 1 to slotCount - 1
   */
  int rotation(int steps);

  /** The level of the relinearization key, or {@link #NONE}. */
  int relinearization();

  /** The level of the conjugation key, or {@link #NONE}. */
  int conjugation();

  /** Whether the keys are there that only bootstraps use. */
  boolean bootstrap();

  /** The keys of a plan, each with the level that the plan gives. */
  static KeyLevels of(KeyPlan plan) {
    return new KeyLevels() {
      @Override
      public int rotation(int steps) {
        return plan.rotations().getOrDefault(steps, NONE);
      }

      @Override
      public int relinearization() {
        return plan.relinearizationLevel();
      }

      @Override
      public int conjugation() {
        return plan.conjugationLevel();
      }

      @Override
      public boolean bootstrap() {
        return plan.needsBootstrap();
      }
    };
  }
}
