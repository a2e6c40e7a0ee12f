package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChaosOrderTest {
  private static final List<ChaosFault> ALL = Arrays.asList(ChaosFault.values());

  @Test
  void next_takesEachFaultAsOftenAsTheOthers_whereItCanHappen() {
    ChaosOrder order = new ChaosOrder(ALL, true, 7);
    Map<ChaosFault, Integer> counts = new EnumMap<>(ChaosFault.class);
    int taken = 0;
    while (taken < 20 * ALL.size()) {
      ChaosOrder.Turn turn = order.next(5);
      assertFalse(turn.faults().isEmpty());
      for (ChaosFault fault : turn.faults()) {
        assertTrue(fault.canHappen(turn.onHdfs()), fault + " on HDFS: " + turn.onHdfs());
        counts.merge(fault, 1, Integer::sum);
        taken++;
      }
    }
    counts.forEach((fault, count) -> assertTrue(Math.abs(count - 20) <= 2, fault + ": " + count));
    assertEquals(ALL.size(), counts.size());
  }

  @Test
  void next_withoutHdfs_isOnLocalDisks() {
    List<ChaosFault> local = ALL.stream().filter(fault -> fault.canHappen(false)).toList();
    ChaosOrder order = new ChaosOrder(local, false, 7);
    for (int i = 0; i < 30; i++) {
      assertFalse(order.next(5).onHdfs());
    }
  }

  @Test
  void putBack_letsAFaultThatDidNotHappenComeFirst() {
    ChaosOrder order = new ChaosOrder(List.of(ChaosFault.DRIVER_KILLED), false, 7);
    ChaosOrder.Turn turn = order.next(1);
    order.putBack(turn.faults());
    assertEquals(List.of(ChaosFault.DRIVER_KILLED), order.next(1).faults());
  }
}
