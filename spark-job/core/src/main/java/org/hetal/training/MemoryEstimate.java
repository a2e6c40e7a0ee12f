package org.hetal.training;

import java.io.Serializable;

/**
 * Bytes of ciphertexts and plaintexts while an engine trains, counted in the dryRun: as the engine
 * holds them, a residue of 64 bits.
 *
 * @param shared masks and constants, the state, its expanded form: once an engine
 * @param microbatch the rows of the largest microbatch
 * @param working beyond those, while one task computes a microbatch's gradient or a group's logits
 */
public record MemoryEstimate(long shared, long microbatch, long working) implements Serializable {
  static final MemoryEstimate NONE = new MemoryEstimate(0, 0, 0);

  /** Of two kinds of work, one after the other, whose masks are kept. */
  MemoryEstimate and(MemoryEstimate other) {
    return new MemoryEstimate(
        shared + other.shared,
        Math.max(microbatch, other.microbatch),
        Math.max(working, other.working));
  }
}
