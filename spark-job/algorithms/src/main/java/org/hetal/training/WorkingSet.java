package org.hetal.training;

import java.io.Serializable;

/**
 * Bytes of ciphertexts and plaintexts while an engine trains, counted in the rehearsal: as the
 * engine holds them, a residue of 64 bits.
 *
 * @param shared masks and constants, the state, its expanded form: once an engine
 * @param unit the rows of the largest unit
 * @param working beyond those, while one task computes a unit's gradient or a group's logits
 */
public record WorkingSet(long shared, long unit, long working) implements Serializable {
  static final WorkingSet NONE = new WorkingSet(0, 0, 0);

  /** Of two kinds of work, one after the other, whose masks are kept. */
  WorkingSet and(WorkingSet other) {
    return new WorkingSet(
        shared + other.shared, Math.max(unit, other.unit), Math.max(working, other.working));
  }
}
