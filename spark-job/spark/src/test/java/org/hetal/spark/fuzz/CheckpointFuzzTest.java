package org.hetal.spark.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fuzzer's target for checkpoints accepts its seed and refuses damaged ones. */
class CheckpointFuzzTest {
  private static final int ROUNDS = 300;

  @TempDir Path root;

  @Test
  void seed_isAccepted_andDamagedOnesRefusedOrRead() throws Exception {
    JazzerEntry target = new JazzerEntry(root);
    byte[] seed = JazzerEntry.seed();
    assertTrue(target.accepts(seed));
    SplittableRandom random = new SplittableRandom(17);
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] changed = seed.clone();
      changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      refused += target.accepts(changed) ? 0 : 1;
    }
    assertTrue(refused > ROUNDS / 20, "refused " + refused);
    assertFalse(target.accepts("{}".getBytes(StandardCharsets.UTF_8)));
  }
}
