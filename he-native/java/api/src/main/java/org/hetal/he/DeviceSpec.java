package org.hetal.he;

import java.io.Serializable;

/**
 * Which device an engine computes on. Results do not depend on it.
 *
 * @param kind {@code cpu} or {@code cuda}
 * @param threads workers on the host; 0: one for each core
 * @param ordinal cuda: which GPU of those that the process sees, from 0
 * @param memoryBytes cuda: device memory taken at once and never exceeded; 0: grows as needed
 * @serial exclude
 */
public record DeviceSpec(String kind, int threads, int ordinal, long memoryBytes)
    implements Serializable {

  /**
   * Checks the ranges.
   *
   * @param kind {@code cpu} or {@code cuda}
   * @param threads workers on the host, at least 0; 0: one for each core
   * @param ordinal which GPU, from 0
   * @param memoryBytes device memory, at least 0; 0: grows as needed
   * @throws IllegalArgumentException for another kind, or a negative number
   */
  public DeviceSpec {
    if (!kind.equals("cpu") && !kind.equals("cuda")) {
      throw new IllegalArgumentException("device: expected cpu or cuda, actual " + kind);
    }
    if (threads < 0 || ordinal < 0 || memoryBytes < 0) {
      throw new IllegalArgumentException(
          "device: expected threads, ordinal and memory of at least 0, actual "
              + threads
              + ", "
              + ordinal
              + ", "
              + memoryBytes);
    }
  }

  /**
   * The processor.
   *
   * @param threads workers on the host; 0: one for each core
   * @return a device of kind {@code cpu}
   */
  public static DeviceSpec cpu(int threads) {
    return new DeviceSpec("cpu", threads, 0, 0);
  }

  /**
   * A GPU whose memory use grows as needed.
   *
   * @param ordinal which GPU of those that the process sees, from 0
   * @return a device of kind {@code cuda}, with one host thread for each core
   */
  public static DeviceSpec cuda(int ordinal) {
    return new DeviceSpec("cuda", 0, ordinal, 0);
  }

  /**
   * The same specification on another GPU.
   *
   * @param gpu which GPU of those that the process sees, from 0
   * @return this with the ordinal {@code gpu}; for kind {@code cpu} this itself
   */
  public DeviceSpec on(int gpu) {
    return kind.equals("cpu") ? this : new DeviceSpec(kind, threads, gpu, memoryBytes);
  }
}
