package org.hetal.dataset;

import java.util.List;

/**
 * A folder of files, wherever it is: {@link LocalStorage} here, Hadoop's file systems in the Spark
 * job. Paths are relative, with {@code /} between names. I/O failures are thrown as {@link
 * java.io.UncheckedIOException}.
 */
public interface Storage {
  /** All bytes of a file; {@link DatasetException} when there is none. */
  byte[] read(String path);

  /** Creates or replaces a file: readers see the old bytes or the new, never a part. */
  void writeAtomically(String path, byte[] bytes);

  boolean exists(String path);

  /** Paths of the files directly in a folder, ascending; empty when there is no such folder. */
  List<String> list(String directory);

  /**
   * Paths of all files in this folder and the folders below it, also of files that an interrupted
   * write left, ascending; empty when there is no folder.
   *
   * @throws CommitException when a file is in the place of the folder
   */
  List<String> walk();

  /** Deletes a file, and the folders above it, below this one, that have no other file. */
  void delete(String path);

  /** Where this is, for messages. */
  String describe();
}
