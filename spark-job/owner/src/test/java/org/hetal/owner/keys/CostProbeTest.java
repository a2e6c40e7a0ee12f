package org.hetal.owner.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.hetal.planner.CostModel;
import org.junit.jupiter.api.Test;

class CostProbeTest {
  private static final CostProbe.KeyShape SHAPE = new CostProbe.KeyShape(8, 7, 1_000_000);

  /** Wide bounds: the machine may be busy. */
  @Test
  void aLargerRing_costsMore() {
    CostModel small = CostProbe.measure("insecure_n10_l12", SHAPE, 1).costs();
    CostProbe probe = CostProbe.measure("insecure_n12_l12", SHAPE, 1);
    CostModel large = probe.costs();
    assertTrue(large.keySwitchSeconds() > 2 * small.keySwitchSeconds(), small + " " + large);
    assertTrue(large.bootstrapSeconds() > 2 * small.bootstrapSeconds(), small + " " + large);
    assertTrue(large.bootstrapSeconds() > 5 * large.keySwitchSeconds(), large::toString);
    assertTrue(large.bootstrapPairSeconds() < 3 * large.bootstrapSeconds(), large::toString);
    assertTrue(large.productSeconds() > 0, large::toString);
    assertTrue(probe.secondsPerKeyByte() > 0 && probe.secondsPerKeyByte() < 1e-5, probe::toString);
    assertEquals(1_000_000, large.bootstrapKeyBytes());
  }
}
