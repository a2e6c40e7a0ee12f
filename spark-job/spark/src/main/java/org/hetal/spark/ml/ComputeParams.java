package org.hetal.spark.ml;

import java.util.List;
import java.util.Map;
import org.hetal.config.Settings;

/**
 * What training and prediction have in common: where ciphertexts are computed with, and on what
 * cluster. None of these parameters changes the result.
 *
 * @param <P> the class itself, so that setters chain
 */
public abstract class ComputeParams<P extends ComputeParams<P>> extends Params<P> {
  private static final int MOST_THREADS = 1024;
  private static final int MOST_PARTITIONS = 1 << 20;
  private static final int MOST_SPLIT = 64;
  private static final long DEFAULT_CACHE_BYTES = 2L << 30;

  /** What the executors' engines compute on. */
  public static final Param<String> DEVICE =
      new Param<>(
          "device",
          "what the engine of an executor computes on: the processor, or an NVIDIA GPU",
          "cpu or cuda",
          value -> value.equals("cpu") || value.equals("cuda"),
          "cpu");

  /** Device memory of one engine. */
  public static final Param<Long> DEVICE_MEMORY =
      new Param<>(
          "deviceMemory",
          "bytes of GPU memory that one engine takes at its start and never exceeds; 0: as it needs",
          "at least 0",
          value -> value >= 0,
          0L);

  /** Threads of one engine. */
  public static final Param<Integer> THREADS =
      new Param<>(
          "threads",
          "threads of one engine; 0: one per processor",
          "0 to " + MOST_THREADS,
          value -> value >= 0 && value <= MOST_THREADS,
          0);

  /** Partitions of a minibatch. */
  public static final Param<Integer> PARTITIONS =
      new Param<>(
          "partitions",
          "partitions of the RDD of a minibatch; 0: one per microbatch",
          "0 to " + MOST_PARTITIONS,
          value -> value >= 0 && value <= MOST_PARTITIONS,
          0);

  /** Tasks that share a microbatch. */
  public static final Param<Integer> SPLIT =
      new Param<>(
          "split",
          "tasks that share the matrix products of a microbatch; 0: as many as is faster",
          "0 to " + MOST_SPLIT,
          value -> value >= 0 && value <= MOST_SPLIT,
          0);

  /** Ciphertexts that an executor keeps. */
  public static final Param<Long> CACHE_BYTES =
      new Param<>(
          "cacheBytes",
          "bytes of ciphertexts that an executor keeps in memory between steps",
          "at least 0",
          value -> value >= 0,
          DEFAULT_CACHE_BYTES);

  /** Whether Spark may run on a cluster without authentication. */
  public static final Param<Boolean> ALLOW_UNAUTHENTICATED =
      new Param<>(
          "allowUnauthenticated",
          "whether Spark may run on a cluster without spark.authenticate and without encryption:"
              + " whoever reaches the driver's port can then take its place",
          "true or false",
          value -> true,
          false);

  static final List<Param<?>> OF_COMPUTING =
      List.of(
          DEVICE, DEVICE_MEMORY, THREADS, PARTITIONS, SPLIT, CACHE_BYTES, ALLOW_UNAUTHENTICATED);

  ComputeParams() {}

  /**
   * Sets {@link #DEVICE}, on which an executor computes. The result does not depend on it.
   *
   * @param value {@code cpu} or {@code cuda}
   * @return this
   * @throws org.hetal.config.SettingsException when the value is out of its range
   */
  public final P setDevice(String value) {
    return set(DEVICE, value);
  }

  /**
   * Sets {@link #DEVICE_MEMORY}, which one engine on a GPU takes at its start and never exceeds.
   *
   * @param value bytes, at least 0; 0: as it needs
   * @return this
   * @throws org.hetal.config.SettingsException when the value is out of its range
   */
  public final P setDeviceMemory(long value) {
    return set(DEVICE_MEMORY, value);
  }

  /**
   * Sets {@link #THREADS}, with which one engine computes. The result does not depend on it.
   *
   * @param value 0 to 1024; 0: one per processor
   * @return this
   * @throws org.hetal.config.SettingsException when the value is out of its range
   */
  public final P setThreads(int value) {
    return set(THREADS, value);
  }

  /**
   * Sets {@link #PARTITIONS}, into which the microbatches of a minibatch are distributed. The
   * result does not depend on it.
   *
   * @param value 0 to 2^20; 0: one per microbatch
   * @return this
   * @throws org.hetal.config.SettingsException when the value is out of its range
   */
  public final P setPartitions(int value) {
    return set(PARTITIONS, value);
  }

  /**
   * Sets {@link #SPLIT}, the tasks that share a microbatch. The result does not depend on it.
   *
   * @param value 0 to 64; 0: one, or as many as is faster where executors are left over
   * @return this
   * @throws org.hetal.config.SettingsException when the value is out of its range
   */
  public final P setSplit(int value) {
    return set(SPLIT, value);
  }

  /**
   * Sets {@link #CACHE_BYTES}, the ciphertexts that an executor keeps in memory between steps.
   *
   * @param value bytes, at least 0
   * @return this
   * @throws org.hetal.config.SettingsException when the value is out of its range
   */
  public final P setCacheBytes(long value) {
    return set(CACHE_BYTES, value);
  }

  /**
   * Sets {@link #ALLOW_UNAUTHENTICATED}. Without it a cluster needs {@code spark.authenticate} and
   * {@code spark.network.crypto.enabled} or {@code spark.ssl.rpc.enabled}. Sessions inside one
   * process ({@code local[N]}) do not need it.
   *
   * @param value whether a cluster without them is used, with a warning in the log
   * @return this
   */
  public final P setAllowUnauthenticated(boolean value) {
    return set(ALLOW_UNAUTHENTICATED, value);
  }

  /** Takes these parameters from settings. */
  final P setSettings(Settings settings) {
    return setDevice(settings.device().label())
        .setDeviceMemory(settings.deviceMemory())
        .setThreads(settings.threads())
        .setPartitions(settings.cluster().partitions())
        .setSplit(settings.cluster().split())
        .setCacheBytes(settings.cluster().cacheBytes())
        .setAllowUnauthenticated(settings.cluster().allowUnauthenticated());
  }

  /** Adds these parameters as settings. */
  final void addSettings(Map<String, String> to) {
    to.put("device", getOrDefault(DEVICE));
    to.put("device-memory", getOrDefault(DEVICE_MEMORY).toString());
    to.put("threads", getOrDefault(THREADS).toString());
    to.put("cluster.partitions", getOrDefault(PARTITIONS).toString());
    to.put("cluster.split", getOrDefault(SPLIT).toString());
    to.put("cluster.cache-bytes", getOrDefault(CACHE_BYTES).toString());
    to.put("cluster.allow-unauthenticated", getOrDefault(ALLOW_UNAUTHENTICATED).toString());
  }
}
