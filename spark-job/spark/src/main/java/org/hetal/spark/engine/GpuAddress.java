package org.hetal.spark.engine;

import java.util.Map;
import org.apache.spark.resource.ResourceInformation;
import org.hetal.config.SettingsException;

/**
 * The GPU that Spark assigned to a task: the address that the discovery script printed, a number
 * from 0 among the GPUs that the process sees.
 */
public final class GpuAddress {
  private static final String RESOURCE = "gpu";

  private GpuAddress() {}

  /**
   * The GPU of a task; 0 where Spark does not schedule GPUs.
   *
   * @param resources of the task
   * @throws SettingsException when there are several GPUs, or an address is not a number
   */
  public static int ofTask(Map<String, ResourceInformation> resources) {
    ResourceInformation gpu = resources.get(RESOURCE);
    if (gpu == null) {
      return 0;
    }
    String[] addresses = gpu.addresses();
    if (addresses.length != 1) {
      throw new SettingsException(
          "GPUs of a task: expected 1 (spark.task.resource.gpu.amount of at most 1), actual "
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
