package org.hetal.he.engine;

import org.hetal.he.DeviceUnavailableException;
import org.hetal.he.NativeLibraryException;
import org.hetal.he.library.NativeLibraryLoader;

/** Loads the evaluating library, which holds no secret-key code, on first use. */
public final class EngineLibrary {
  private static final NativeLibraryException FAILURE =
      NativeLibraryLoader.load(
          EngineLibrary.class, "hetal_engine", EngineLibrary::abiVersion, EngineLibrary::commit);

  private EngineLibrary() {}

  /**
   * Forces the library in.
   *
   * @throws NativeLibraryException each time, when it cannot be loaded
   */
  static void require() {
    if (FAILURE != null) {
      throw new NativeLibraryException(FAILURE.getMessage(), FAILURE);
    }
  }

  /** Raised with every change of the native methods. */
  public static native int abiVersion();

  /** The commit that the library was built from; "unknown" outside a repository. */
  public static native String commit();

  /**
   * The instruction set that the engine computes with on this processor: the one that {@code
   * HETAL_CPU_PATH} names, or the fastest.
   *
   * @throws DeviceUnavailableException when this processor or this build has no such path
   */
  public static native String cpuPath();

  /** Engines, ciphertexts and plaintexts that are not closed yet, in this JVM. */
  public static native long liveObjects();
}
