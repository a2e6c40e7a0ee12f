package org.hetal.he.owner;

import org.hetal.he.NativeLibraryLoader;

/** Loads the data owner's library, which the cluster never gets, on first use. */
public final class OwnerLibrary {
  static {
    NativeLibraryLoader.load(
        OwnerLibrary.class, "hetal_owner", OwnerLibrary::abiVersion, OwnerLibrary::commit);
  }

  private OwnerLibrary() {}

  static void require() {}

  public static native int abiVersion();

  public static native String commit();

  /** Clients, encryptors and writers that are not closed yet, in this JVM. */
  public static native long liveObjects();
}
