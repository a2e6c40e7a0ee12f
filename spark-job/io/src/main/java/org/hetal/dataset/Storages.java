package org.hetal.dataset;

import java.util.ServiceLoader;
import java.util.regex.Pattern;
import org.hetal.config.LocalPath;
import org.hetal.config.SettingsException;

/** Opens folders by path or URI. */
public final class Storages {
  /** Names of the temporary files that a killed write leaves beside its file. */
  private static final Pattern LEFTOVER =
      Pattern.compile("\\..+\\.[0-9a-f]{8}(-[0-9a-f]{4,12}){4}");

  private Storages() {}

  /**
   * Opens a folder, which need not exist.
   *
   * @param what it holds, for the message
   * @param folder local path, {@code file:} URI, or URI that a {@link StorageProvider} opens
   * @return the folder
   * @throws SettingsException when nothing opens it
   */
  public static Storage of(String what, String folder) {
    if (LocalPath.isRemote(folder)) {
      for (StorageProvider provider : ServiceLoader.load(StorageProvider.class)) {
        Storage storage = provider.open(folder);
        if (storage != null) {
          return storage;
        }
      }
    }
    return new LocalStorage(LocalPath.of(what, folder));
  }

  /**
   * Recognizes temporary files by their names.
   *
   * @param name of a file, without its folder
   * @return whether a killed {@link Storage#writeAtomically} leaves a file of such a name
   */
  public static boolean isLeftover(String name) {
    return LEFTOVER.matcher(name).matches();
  }
}
