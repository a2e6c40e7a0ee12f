package org.hetal.dataset;

/**
 * Opens folders of other file systems than this machine's. A library on the class path offers one
 * as a service, as {@code hetal-spark} does for Hadoop's file systems.
 */
public interface StorageProvider {
  /**
   * Opens a folder, which need not exist.
   *
   * @param uri with a scheme other than {@code file}
   * @return the folder, or null when this provider does not know the scheme
   */
  Storage open(String uri);
}
