package org.hetal.dataset;

import java.util.List;

/**
 * A folder of files, wherever it is: {@link LocalStorage} here, Hadoop's file systems in the Spark
 * job. Paths are relative, with {@code /} between names. I/O failures are thrown as {@link
 * java.io.UncheckedIOException}.
 */
public interface Storage {
  /**
   * Reads a file.
   *
   * @param path of the file, relative
   * @return all its bytes
   * @throws DatasetException when there is no such file, or the path leaves the folder
   */
  byte[] read(String path);

  /**
   * Reads a file that somebody else wrote. A longer file costs no more memory than the limit.
   *
   * @param path of the file, relative
   * @param most bytes
   * @return all its bytes
   * @throws DatasetException when there is no such file, it is longer, or the path leaves the
   *     folder
   */
  default byte[] read(String path, long most) {
    byte[] bytes = read(path);
    if (bytes.length > most) {
      throw tooLong(describe() + "/" + path, most);
    }
    return bytes;
  }

  /**
   * The failure of {@link #read(String, long)}.
   *
   * @param where the file
   * @param most bytes
   * @return to be thrown
   */
  static DatasetException tooLong(String where, long most) {
    return new DatasetException(where + ": expected at most " + most + " bytes, actual more");
  }

  /**
   * Creates or replaces a file: readers see the old bytes or the new, never a part.
   *
   * @param path of the file, relative; missing folders are made
   * @param bytes the whole content
   */
  void writeAtomically(String path, byte[] bytes);

  /**
   * Looks for a file or a folder.
   *
   * @param path relative
   * @return whether it is there
   */
  boolean exists(String path);

  /**
   * Lists the files directly in a folder.
   *
   * @param directory relative; empty for this folder itself
   * @return paths, relative to this folder, ascending; empty when there is no such folder
   */
  List<String> list(String directory);

  /**
   * Lists all files in this folder and the folders below it, also those that an interrupted write
   * left.
   *
   * @return paths, relative to this folder, ascending; empty when there is no folder
   * @throws CommitException when a file is in the place of the folder
   */
  List<String> walk();

  /**
   * Deletes a file, and the folders above it, below this one, that have no other file.
   *
   * @param path of the file, relative
   */
  void delete(String path);

  /** {@return where this is, for messages: a path or a URI} */
  String describe();

  /**
   * Where a file is, for messages.
   *
   * @param path of the file, relative
   * @return a path or a URI
   */
  default String describe(String path) {
    return describe() + "/" + path;
  }
}
