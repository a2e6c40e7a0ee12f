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
     * @param rotations steps and level by turns
     * @param relinearizationLevel -1 for none
     * @param conjugationLevel -1 for none
     */
    long open(
        String directory,
        int[] rotations,
        int relinearizationLevel,
        int conjugationLevel,
        boolean bootstrap);

    /** Keys that will be written. */
    int total(long writer);

    /** Generates and writes one key; its bytes. */
    long writeNext(long writer);

    void commit(long writer);

    void release(long writer);
  }

  /**
   * As {@link Client#writeEvaluationKeys}.
   *
   * @param client whose key is used; the caller keeps it reachable
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
            plan.needsBootstrap());
    try (NativeHandle writer = new NativeHandle(client, opened, "writer", library::release)) {
      int total = library.total(writer.get());
      for (int done = 1; done <= total; done++) {
        progress.wrote(done, total, library.writeNext(writer.get()));
      }
      library.commit(writer.get());
    }
  }
}
