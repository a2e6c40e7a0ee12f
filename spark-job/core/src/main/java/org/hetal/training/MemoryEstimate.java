package org.hetal.training;

import java.io.Serializable;

/**
 * Bytes of ciphertexts and plaintexts in the memory of an engine while it trains, with 64 bits per
 * residue. They are counted when the plan runs an iteration on the simulator.
 *
 * @param shared masks, constants, the state and its expanded form: once per engine
 * @param microbatch the ciphertexts of the largest microbatch's rows
 * @param working what one task needs beyond those while it computes a microbatch's gradient or a
 *     group's logits
 */
public record MemoryEstimate(long shared, long microbatch, long working) implements Serializable {
  static final MemoryEstimate NONE = new MemoryEstimate(0, 0, 0);

  /**
   * The memory that two kinds of work need when an engine does one after the other and keeps the
   * masks of both: the shared parts add up, of the others the larger counts.
   */
  MemoryEstimate and(MemoryEstimate other) {
    return new MemoryEstimate(
        shared + other.shared,
        Math.max(microbatch, other.microbatch),
        Math.max(working, other.working));
  }
}
