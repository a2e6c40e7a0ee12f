package org.hetal.cluster;

import java.util.Map;
import org.apache.spark.resource.ResourceInformation;
import org.hetal.config.SettingsException;

/**
 * Which GPU Spark gave to a task or to the driver: the address that the discovery script found, a
 * number from 0 among those that the process sees.
 */
final class GpuAddress {
  private static final String RESOURCE = "gpu";

  private GpuAddress() {}

  /**
   * @param resources of the task or of the driver; without a GPU among them Spark does not schedule
   *     GPUs, and the first one is everybody's
   * @throws SettingsException when there are several, or one that is no number
   */
  static int of(Map<String, ResourceInformation> resources) {
    ResourceInformation gpu = resources.get(RESOURCE);
    if (gpu == null) {
      return 0;
    }
    String[] addresses = gpu.addresses();
    if (addresses.length != 1) {
      throw new SettingsException(
          "GPUs of a task or of the driver: expected 1 (spark.task.resource.gpu.amount and"
              + " spark.driver.resource.gpu.amount of at most 1), actual "
              + addresses.length);
    }
    if (!addresses[0].matches("[0-9]{1,4}")) {
      throw new SettingsException(
          "address of a GPU: expected a number from 0, as conf/gpu_discovery.sh gives it, actual "
              + addresses[0]);
    }
    return Integer.parseInt(addresses[0]);
  }
}
