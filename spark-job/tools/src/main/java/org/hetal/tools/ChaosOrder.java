package org.hetal.tools;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

/** Which faults come in which training: each as often as the others, in random order. */
final class ChaosOrder {
  private final List<ChaosFault> faults;
  private final boolean hasHdfs;
  private final Random random;
  private final List<ChaosFault> waiting = new ArrayList<>();

  /**
   * The faults of one training.
   *
   * @param onHdfs keys, data set and run
   */
  record Turn(boolean onHdfs, List<ChaosFault> faults) {}

  /**
   * @param hasHdfs whether trainings on HDFS are possible
   */
  ChaosOrder(List<ChaosFault> faults, boolean hasHdfs, long seed) {
    this.faults = List.copyOf(faults);
    this.hasHdfs = hasHdfs;
    this.random = new Random(seed);
  }

  /** At least one fault. */
  Turn next(int most) {
    if (waiting.size() < most) {
      List<ChaosFault> round = new ArrayList<>(faults);
      Collections.shuffle(round, random);
      waiting.addAll(round);
    }
    ChaosFault first = waiting.get(0);
    boolean onHdfs =
        !first.canHappen(false) || hasHdfs && first.canHappen(true) && random.nextBoolean();
    List<ChaosFault> taken = new ArrayList<>();
    for (Iterator<ChaosFault> all = waiting.iterator(); all.hasNext() && taken.size() < most; ) {
      ChaosFault each = all.next();
      if (each.canHappen(onHdfs)) {
        taken.add(each);
        all.remove();
      }
    }
    return new Turn(onHdfs, taken);
  }

  /** Faults that did not happen come again first. */
  void putBack(List<ChaosFault> notHappened) {
    waiting.addAll(0, notHappened);
  }
}
