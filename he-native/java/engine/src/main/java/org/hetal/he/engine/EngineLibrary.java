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

  /** {@return the version of the native methods, raised with every change of them} */
  public static native int abiVersion();

  /** {@return the commit that the library was built from; "unknown" outside a repository} */
  public static native String commit();

  /**
   * The instruction set that the engine computes with on this processor.
   *
   * @return the one that {@code HETAL_CPU_PATH} names, or the fastest; for example {@code
   *     avx512-ifma}
   * @throws DeviceUnavailableException when this processor or this build has no such path
   */
  public static native String cpuPath();

  /** {@return the engines, ciphertexts and plaintexts that are not closed yet, in this JVM} */
  public static native long liveObjects();
}
