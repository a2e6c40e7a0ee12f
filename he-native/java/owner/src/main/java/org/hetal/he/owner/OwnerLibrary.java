package org.hetal.he.owner;

import org.hetal.he.NativeLibraryException;
import org.hetal.he.library.NativeLibraryLoader;

/** Loads the data owner's library, which the cluster never gets, on first use. */
public final class OwnerLibrary {
  private static final NativeLibraryException FAILURE =
      NativeLibraryLoader.load(
          OwnerLibrary.class, "hetal_owner", OwnerLibrary::abiVersion, OwnerLibrary::commit);

  private OwnerLibrary() {}

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
   * Protects the memory of this process, which holds or will hold a secret key: no core file, and
   * no other process of this user may read it, as a debugger does. It cannot be taken back. Tools
   * that attach to the JVM, such as {@code jcmd}, still work, unless it was started with {@code
   * -XX:+DisableAttachMechanism}.
   *
   * @throws NativeLibraryException when the library cannot be loaded
   * @throws org.hetal.he.HeSecurityException when the system refuses
   */
  public static void protectProcess() {
    require();
    protectProcessNative();
  }

  private static native void protectProcessNative();

  /**
   * The instruction set that the library computes with on this processor: the one that {@code
   * HETAL_CPU_PATH} names, or the fastest.
   *
   * @throws org.hetal.he.DeviceUnavailableException when this processor or this build has no such
   *     path
   */
  static native String cpuPath();

  /** {@return the clients, encryptors and writers that are not closed yet, in this JVM} */
  public static native long liveObjects();
}
