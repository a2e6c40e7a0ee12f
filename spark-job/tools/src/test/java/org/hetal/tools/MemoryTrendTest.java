package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryTrendTest {
  private static MemorySample sample(int step, long heap) {
    return new MemorySample(step, "driver", heap, 0, 0);
  }

  @Test
  void of_aLine_isItsSlopePer100StepsWithoutTheWarmUp() {
    List<MemorySample> samples =
        List.of(
            sample(1, 5000), sample(10, 9000), sample(20, 100), sample(30, 130), sample(40, 160));
    MemoryTrend trend = MemoryTrend.of(samples, 10, MemorySample::heap);
    assertEquals(300, trend.growth(), 1e-9);
    assertEquals(130, trend.mean(), 1e-9);
    assertEquals(20, trend.first());
    assertEquals(40, trend.last());
  }
}
