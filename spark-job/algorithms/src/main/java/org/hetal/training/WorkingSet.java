package org.hetal.training;

import java.io.Serializable;

/**
 * Bytes of ciphertexts and plaintexts in the memory of an engine while it trains, with 64 bits per
 * residue. They are counted when the plan runs an iteration on the simulator.
 *
 * @param shared masks, constants, the state and its expanded form: once per engine
 * @param unit the ciphertexts of the largest unit's rows
 * @param working what one task needs beyond those while it computes a unit's gradient or a group's
 *     logits
 */
public record WorkingSet(long shared, long unit, long working) implements Serializable {
  static final WorkingSet NONE = new WorkingSet(0, 0, 0);

  /**
   * The memory that two kinds of work need when an engine does one after the other and keeps the
   * masks of both: the shared parts add up, of the others the larger counts.
   */
  WorkingSet and(WorkingSet other) {
    return new WorkingSet(
        shared + other.shared, Math.max(unit, other.unit), Math.max(working, other.working));
  }
}
