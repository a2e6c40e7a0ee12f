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
   * The level of the key for a rotation.
   *
   * @param steps to the left, 1 to slotCount - 1
   * @return the highest level of use, or {@link #NONE}
   */
  int rotation(int steps);

  /** {@return the level of the relinearization key, or {@link #NONE}} */
  int relinearization();

  /** {@return the level of the conjugation key, or {@link #NONE}} */
  int conjugation();

  /** {@return whether the keys that every bootstrap uses are there} */
  boolean bootstrap();

  /** {@return whether the keys of pairs of all slots may be there; the backend knows} */
  default boolean fullBootstrap() {
    return bootstrap();
  }

  /**
   * The keys of a plan, each with the level that the plan gives.
   *
   * @param plan read at each call, so that later additions count
   * @return the plan as levels
   */
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

      @Override
      public boolean fullBootstrap() {
        return plan.needsFullBootstrap();
      }
    };
  }
}
