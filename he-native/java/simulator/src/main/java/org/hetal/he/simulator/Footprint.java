package org.hetal.he.simulator;

/**
 * The memory that an engine would need for what is open now: a residue of 64 bits a coefficient,
 * limb and part. Thread-safe.
 */
final class Footprint {
  private final long limbBytes;
  private long open;
  private long peak;

  Footprint(int ringDegree) {
    this.limbBytes = (long) ringDegree * Long.BYTES;
  }

  synchronized void opened(int level, int parts) {
    open += parts * (level + 1) * limbBytes;
    peak = Math.max(peak, open);
  }

  synchronized void closed(int level, int parts) {
    open -= parts * (level + 1) * limbBytes;
  }

  synchronized long open() {
    return open;
  }

  synchronized long peak() {
    return peak;
  }

  synchronized void resetPeak() {
    peak = open;
  }
}
