package org.hetal.plan;

import java.io.Serializable;

/**
 * Bytes of ciphertexts and plaintexts in the memory of an engine while it trains, with 64 bits per
 * residue. They are counted when the planner runs an iteration on the simulator.
 *
 * @param shared masks, constants, the state and its expanded form: once per engine
 * @param microbatch the ciphertexts of the largest microbatch's rows
 * @param working what one task needs beyond those while it computes a microbatch's gradient or a
 *     group's logits
 * @serial exclude
 */
public record MemoryEstimate(long shared, long microbatch, long working) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** No memory: an estimate to add others to. */
  public static final MemoryEstimate NONE = new MemoryEstimate(0, 0, 0);

  private static final long MOST = 1L << 56;

  /**
   * Checks the ranges.
   *
   * @param shared bytes, 0 to 2^56
   * @param microbatch bytes, 0 to 2^56
   * @param working bytes, 0 to 2^56
   * @throws IllegalArgumentException for a number out of its range
   */
  public MemoryEstimate {
    Checks.range("memory.shared", shared, 0, MOST);
    Checks.range("memory.microbatch", microbatch, 0, MOST);
    Checks.range("memory.working", working, 0, MOST);
  }

  /**
   * The memory that two kinds of work need when an engine does one after the other and keeps the
   * masks of both: the shared parts add up, of the others the larger counts.
   *
   * @param other of the other kind of work
   * @return the memory of both
   */
  public MemoryEstimate and(MemoryEstimate other) {
    return new MemoryEstimate(
        shared + other.shared,
        Math.max(microbatch, other.microbatch),
        Math.max(working, other.working));
  }

  void appendTo(CanonicalText text) {
    text.add("memory.shared", shared)
        .add("memory.microbatch", microbatch)
        .add("memory.working", working);
  }
}
