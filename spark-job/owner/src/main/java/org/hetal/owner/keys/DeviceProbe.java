package org.hetal.owner.keys;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.hetal.he.DeviceChoice;
import org.hetal.he.NativeEngine;
import org.hetal.he.RotationPlan;
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
  public static void require(DeviceChoice device) {
    NativeEngine.requireLibrary(device);
    if (device.kind().equals("cpu")) {
      return;
    }
    Path keys = temporaryFolder();
    try (NativeClient client = NativeClient.insecureGenerate(TOY, 1, 1)) {
      client.writeEvaluationKeys(keys, new RotationPlan().relinearize(1), (done, of, bytes) -> {});
      NativeEngine.open(keys, new DeviceChoice(device.kind(), 1, device.ordinal(), 0)).close();
    } finally {
      delete(keys);
    }
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("hetal-probe");
    } catch (IOException e) {
      throw new UncheckedIOException("temporary folder", e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("deleting " + folder, e);
    }
  }
}
