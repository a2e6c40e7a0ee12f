package org.hetal.plan;

import java.io.Serializable;

/**
 * Bytes of ciphertexts and plaintexts while an engine trains, counted in the planner's dry run: as
 * the engine holds them, a residue of 64 bits.
 *
 * @param shared masks and constants, the state, its expanded form: once an engine
 * @param microbatch the rows of the largest microbatch
 * @param working beyond those, while one task computes a microbatch's gradient or a group's logits
 */
public record MemoryEstimate(long shared, long microbatch, long working) implements Serializable {
  private static final long serialVersionUID = 1L;
  public static final MemoryEstimate NONE = new MemoryEstimate(0, 0, 0);

  private static final long MOST = 1L << 56;

  public MemoryEstimate {
    Checks.range("memory.shared", shared, 0, MOST);
    Checks.range("memory.microbatch", microbatch, 0, MOST);
    Checks.range("memory.working", working, 0, MOST);
  }

  /** Of two kinds of work, one after the other, whose masks are kept. */
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
