package org.hetal.spark.engine;

import java.util.Map;
import org.apache.spark.resource.ResourceInformation;
import org.hetal.config.SettingsException;

/**
 * Which GPU Spark gave to a task or to the driver: the address that the discovery script found, a
 * number from 0 among those that the process sees.
 */
public final class GpuAddress {
  private static final String RESOURCE = "gpu";

  private GpuAddress() {}

  /**
   * Of a task.
   *
   * @param resources of the task; without a GPU among them Spark does not schedule GPUs, and the
   *     first one is everybody's
   * @throws SettingsException when there are several, or one that is no number
   */
  public static int ofTask(Map<String, ResourceInformation> resources) {
    ResourceInformation gpu = resources.get(RESOURCE);
    if (gpu != null && gpu.addresses().length != 1) {
      throw new SettingsException(
          "GPUs of a task: expected 1 (spark.task.resource.gpu.amount of at most 1), actual "
              + gpu.addresses().length);
    }
    return first(gpu);
  }

  /**
   * Of the driver: the first of those it has. In client mode Spark gives it all that its discovery
   * script finds, whatever the amount.
   *
   * @throws SettingsException when the address is no number
   */
  public static int ofDriver(Map<String, ResourceInformation> resources) {
    return first(resources.get(RESOURCE));
  }

  private static int first(ResourceInformation gpu) {
    if (gpu == null || gpu.addresses().length == 0) {
      return 0;
    }
    String address = gpu.addresses()[0];
    if (!address.matches("[0-9]{1,4}")) {
      throw new SettingsException(
          "address of a GPU: expected a number from 0, as conf/gpu_discovery.sh gives it, actual "
              + address);
    }
    return Integer.parseInt(address);
  }
}
