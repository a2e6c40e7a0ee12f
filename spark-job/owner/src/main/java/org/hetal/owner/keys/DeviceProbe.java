package org.hetal.owner.keys;

import org.hetal.he.DeviceSpec;
import org.hetal.he.KeyPlan;
import org.hetal.he.engine.NativeEngine;
import org.hetal.he.owner.NativeClient;

/** Finds out whether a device works before minutes are spent on keys for it. */
public final class DeviceProbe {
  private static final String TOY = "insecure_n10_l12";

  private DeviceProbe() {}

  /**
   * Opens the device with toy keys, which lets it check itself against the processor. Under a
   * second; nothing for the processor.
   *
   * @throws org.hetal.he.DeviceUnavailableException when library, driver or GPU is missing
   * @throws org.hetal.he.DeviceLostException when it computes wrongly
   */
  public static void require(DeviceSpec device) {
    NativeEngine.requireLibrary(device);
    if (device.kind().equals("cpu")) {
      return;
    }
    try (TemporaryFolder keys = new TemporaryFolder("hetal-probe");
        NativeClient client = NativeClient.insecureGenerate(TOY, 1, 1)) {
      client.writeEvaluationKeys(
          keys.path(), new KeyPlan().relinearize(1), (done, of, bytes) -> {});
      NativeEngine.open(keys.path(), new DeviceSpec(device.kind(), 1, device.ordinal(), 0)).close();
    }
  }
}
