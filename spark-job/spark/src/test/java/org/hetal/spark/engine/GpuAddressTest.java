package org.hetal.spark.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.apache.spark.resource.ResourceInformation;
import org.hetal.config.SettingsException;
import org.junit.jupiter.api.Test;

class GpuAddressTest {
  private static Map<String, ResourceInformation> gpus(String... addresses) {
    return Map.of("gpu", new ResourceInformation("gpu", addresses));
  }

  @Test
  void address_isTheNumberThatSparkGives() {
    assertEquals(3, GpuAddress.ofTask(gpus("3")));
  }

  @Test
  void withoutScheduling_isTheFirst() {
    assertEquals(0, GpuAddress.ofTask(Map.of()));
    assertEquals(
        0, GpuAddress.ofTask(Map.of("fpga", new ResourceInformation("fpga", new String[] {"5"}))));
  }

  @Test
  void severalOrNamed_isRefused() {
    var several = assertThrows(SettingsException.class, () -> GpuAddress.ofTask(gpus("0", "1")));
    assertTrue(several.getMessage().contains("expected 1"), several.getMessage());
    var named = assertThrows(SettingsException.class, () -> GpuAddress.ofTask(gpus("GPU-8a6f")));
    assertTrue(named.getMessage().contains("GPU-8a6f"), named.getMessage());
  }
}
