package org.hetal.owner;

import org.hetal.config.Settings;
import org.hetal.he.HeSecurityException;
import org.hetal.he.NativeLibraryException;
import org.hetal.he.owner.OwnerLibrary;

/** Protects the memory of a process that explores a training and has a secret key meanwhile. */
public final class ProcessProtection {
  private ProcessProtection() {}

  /**
   * As {@link OwnerLibrary#protectProcess()}, which cannot be taken back, unless the backend is the
   * simulator, whose keys protect nothing. Does not fail where the library is missing or the system
   * refuses.
   *
   * @param settings with the backend
   * @return one line that says why the process is not protected; empty when it is, or need not be
   */
  public static String of(Settings settings) {
    if (settings.backend() == Settings.Backend.SIMULATOR) {
      return "";
    }
    try {
      OwnerLibrary.protectProcess();
      return "";
    } catch (NativeLibraryException | HeSecurityException e) {
      return "the memory of this process is not protected: " + e.getMessage();
    }
  }
}
