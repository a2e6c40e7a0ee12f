package org.hetal.owner.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.hetal.owner.keys.CostProbe.Times;
import org.hetal.planner.CostModel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class CostProbeTest {
  @Test
  void bootstraps_areScaledByTheRotations() {
    Times toy = new Times(0.25, 0.5, 8, 12, 1e-9);
    CostProbe probe = CostProbe.scaled(toy, new Times(1, 1.5, 0, 0, 2e-9));
    CostModel costs = probe.costs();
    assertEquals(1, costs.keySwitchSeconds(), 1e-12);
    assertEquals(0.5, costs.productSeconds(), 1e-12);
    assertEquals(32, costs.bootstrapSeconds(), 1e-12);
    assertEquals(48, costs.bootstrapPairSeconds(), 1e-12);
    assertEquals(2e-9, probe.secondsPerKeyByte(), 1e-18);
  }

  @Test
  void multiplicationAsFastAsARotation_leavesAProductSomeCost() {
    Times times = new Times(1, 0.5, 8, 12, 1e-9);
    assertEquals(0.05, CostProbe.scaled(times, times).costs().productSeconds(), 1e-12);
  }

  /** Nothing is said of how they compare: the machine may be busy with something else. */
  @Test
  @Tag("slow")
  void measure_timesEveryOperation() {
    CostProbe probe = CostProbe.measure("insecure_n10_l12", 1);
    CostModel costs = probe.costs();
    assertTrue(costs.keySwitchSeconds() > 0, costs::toString);
    assertTrue(costs.productSeconds() > 0, costs::toString);
    assertTrue(costs.bootstrapSeconds() > 0, costs::toString);
    assertTrue(costs.bootstrapPairSeconds() > 0, costs::toString);
    assertTrue(probe.secondsPerKeyByte() > 0, probe::toString);
  }
}
