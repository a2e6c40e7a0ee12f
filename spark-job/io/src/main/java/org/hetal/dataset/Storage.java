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

  /** Where this is, for messages. */
  String describe();
}
