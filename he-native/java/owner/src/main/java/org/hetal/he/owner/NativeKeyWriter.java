package org.hetal.he.owner;

import java.nio.file.Path;
import java.util.Map;
import org.hetal.he.KeyPlan;
import org.hetal.he.library.NativeHandle;

/**
 * Writes the evaluation keys of a plan through a native library: flattens the plan for JNI, writes
 * key by key, commits the manifest last. For {@link NativeClient} and the client that holds
 * OpenFHE's key, whose libraries have the same writer.
 */
public final class NativeKeyWriter {
  private NativeKeyWriter() {}

  /** The native methods of a library's writer; a writer is its handle. */
  public interface Library {
    /**
     * Starts a bundle.
     *
     * @param directory where the bundle will be
     * @param rotations steps and level by turns
     * @param relinearizationLevel -1 for none
     * @param conjugationLevel -1 for none
     * @param bootstrap whether the keys of bootstraps of all slots are needed
     * @param sparseBootstraps real slots of each kind of sparse bootstrap
     * @return the writer
     */
    long open(
        String directory,
        int[] rotations,
        int relinearizationLevel,
        int conjugationLevel,
        boolean bootstrap,
        int[] sparseBootstraps);

    /**
     * The number of keys of the bundle.
     *
     * @param writer from {@link #open}
     * @return keys that will be written in all
     */
    int total(long writer);

    /**
     * Generates and writes one key.
     *
     * @param writer from {@link #open}
     * @return bytes of the key's file
     */
    long writeNext(long writer);

    /**
     * Writes the manifest, after the last key.
     *
     * @param writer from {@link #open}
     */
    void commit(long writer);

    /**
     * Frees the writer; the files stay.
     *
     * @param writer from {@link #open}
     */
    void release(long writer);
  }

  /**
   * Writes a bundle as {@link Client#writeEvaluationKeys} specifies.
   *
   * @param client whose key is used; the caller keeps it reachable
   * @param library the native methods of the client's library
   * @param directory where the bundle will be
   * @param plan the keys, each with its highest level of use
   * @param progress called after each key
   * @throws org.hetal.he.FileWriteException when the directory has a bundle already, or a file
   *     cannot be written
   */
  public static void write(
      Object client, Library library, Path directory, KeyPlan plan, Client.KeyProgress progress) {
    int[] rotations = new int[2 * plan.rotations().size()];
    int at = 0;
    for (Map.Entry<Integer, Integer> rotation : plan.rotations().entrySet()) {
      rotations[at++] = rotation.getKey();
      rotations[at++] = rotation.getValue();
    }
    long opened =
        library.open(
            directory.toString(),
            rotations,
            plan.relinearizationLevel(),
            plan.conjugationLevel(),
            plan.needsFullBootstrap(),
            plan.sparseBootstraps().stream().mapToInt(Integer::intValue).toArray());
    try (NativeHandle writer = new NativeHandle(client, opened, "writer", library::release)) {
      int total = library.total(writer.get());
      for (int done = 1; done <= total; done++) {
        progress.wrote(done, total, library.writeNext(writer.get()));
      }
      library.commit(writer.get());
    }
  }
}
