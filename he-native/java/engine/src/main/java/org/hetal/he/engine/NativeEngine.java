package org.hetal.he.engine;

import java.nio.file.Path;
import org.hetal.he.DeviceLostException;
import org.hetal.he.DeviceOutOfMemoryException;
import org.hetal.he.DeviceSpec;
import org.hetal.he.DeviceUnavailableException;
import org.hetal.he.FileReadException;
import org.hetal.he.HeFormatException;
import org.hetal.he.HeMissingKeyException;
import org.hetal.he.NativeLibraryException;
import org.hetal.he.ResourceUnavailableException;

/** Opens the native engine on a key bundle. */
public final class NativeEngine {
  private NativeEngine() {}

  /**
   * Opens an evaluator on the processor, for the parameter set and keys of a bundle. Keys come into
   * memory on first use; the manifest and the size of every file are checked now.
   *
   * @param keyBundle the folder with the evaluation keys
   * @param threads 0: one for each core; results do not depend on it
   * @return the evaluator, which the caller closes
   * @throws FileReadException when there is no bundle, or a file of it cannot be read
   * @throws HeFormatException when the bundle is damaged or of other parameters
   * @throws ResourceUnavailableException when the system gives fewer threads
   * @throws NativeLibraryException when the engine cannot be loaded
   */
  public static NativeEvaluator open(Path keyBundle, int threads) {
    return open(keyBundle, DeviceSpec.cpu(threads));
  }

  /**
   * Opens an evaluator on a device; otherwise as {@link #open(Path, int)}.
   *
   * @param keyBundle the folder with the evaluation keys
   * @param device results do not depend on it
   * @return the evaluator, which the caller closes
   * @throws FileReadException when there is no bundle, or a file of it cannot be read
   * @throws HeFormatException when the bundle is damaged or of other parameters
   * @throws ResourceUnavailableException when the system gives fewer threads
   * @throws NativeLibraryException when the engine cannot be loaded
   * @throws DeviceUnavailableException when the machine lacks the device, its driver or its library
   * @throws DeviceOutOfMemoryException when the device has not the memory to be reserved
   * @throws DeviceLostException when the device does not compute what the processor does
   */
  public static NativeEvaluator open(Path keyBundle, DeviceSpec device) {
    return open(keyBundle, null, device);
  }

  /**
   * Opens an evaluator on the bundle whose manifest is known; otherwise as {@link #open(Path,
   * DeviceSpec)}. The manifest has the digest of every key file, so the keys are those that the
   * caller knows, whoever else may write the folder.
   *
   * @param keyBundle the folder with the evaluation keys
   * @param manifestDigest SHA-256 of the bundle's manifest in hex; null for any
   * @param device results do not depend on it
   * @return the evaluator, which the caller closes
   * @throws HeFormatException when the manifest has another digest; the other exceptions are those
   *     of {@link #open(Path, DeviceSpec)}
   */
  public static NativeEvaluator open(Path keyBundle, String manifestDigest, DeviceSpec device) {
    return NativeEvaluator.open(keyBundle, manifestDigest, true, device);
  }

  /**
   * Opens an evaluator on the processor for the bytes, levels and sums of ciphertexts. What needs a
   * key throws {@link HeMissingKeyException}.
   *
   * @param manifestFolder a folder with the manifest of a bundle; its key files may be missing
   * @param manifestDigest SHA-256 of the manifest in hex; null for any
   * @param threads 0: one for each core; results do not depend on it
   * @return the evaluator, which the caller closes
   * @throws FileReadException when there is no manifest
   * @throws HeFormatException when it is damaged, of other parameters or of another digest
   * @throws ResourceUnavailableException when the system gives fewer threads
   * @throws NativeLibraryException when the engine cannot be loaded
   */
  public static NativeEvaluator openWithoutKeys(
      Path manifestFolder, String manifestDigest, int threads) {
    return NativeEvaluator.open(manifestFolder, manifestDigest, false, DeviceSpec.cpu(threads));
  }

  /**
   * Finds out early, before keys are fetched, whether what the device needs of this program is
   * there. {@link #open(Path, DeviceSpec)} looks for driver and GPU.
   *
   * @param device of kind {@code cpu} or {@code cuda}
   * @throws NativeLibraryException when the engine cannot be loaded
   * @throws DeviceUnavailableException when the library with the kernels is nowhere, or {@code
   *     HETAL_CPU_PATH} names instructions that this processor lacks
   */
  public static void requireLibrary(DeviceSpec device) {
    EngineLibrary.require();
    EngineLibrary.cpuPath();
    if (device.kind().equals("cuda")) {
      CudaLibrary.find().close();
    }
  }
}
