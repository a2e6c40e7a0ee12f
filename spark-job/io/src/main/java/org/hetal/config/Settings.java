package org.hetal.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.hetal.he.DeviceSpec;
import org.hetal.plan.MissingValues;
import org.hetal.plan.Scaling;
import org.hetal.plan.Schedule;

/**
 * All settings of a run, immutable and valid: {@link SettingsLoader} is the way to make them. What
 * each one means stands in {@code org/hetal/config/defaults.conf}.
 *
 * @param client never {@link Client#NATIVE} unless the backend is; {@link Client#BACKEND} is
 *     resolved to one of the other two, except with the simulator
 * @param device {@link Device#CUDA} only with the native backend
 * @param deviceMemory bytes that one engine on a GPU takes at its start; 0: as it needs it
 * @param insecureSeed null: keys and encryption are seeded by the operating system
 * @param report the merged settings as lines of {@code path = value}, secrets redacted
 * @param changes those lines of the report that differ from the defaults
 */
public record Settings(
    String runId,
    Backend backend,
    Client client,
    String parameterSet,
    int threads,
    Device device,
    long deviceMemory,
    Long insecureSeed,
    Data data,
    Training training,
    Paths paths,
    Oracle oracle,
    Cluster cluster,
    List<String> report,
    List<String> changes)
    implements Serializable {

  /** Which implementation of the evaluator computes. */
  public enum Backend {
    NATIVE,
    SIMULATOR,
    OPENFHE;

    /** As written in the settings. */
    public String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** Whose code handles the data owner's secret key. */
  public enum Client {
    /** What belongs to the backend: the engine's own, OpenFHE's, the simulator's. */
    BACKEND,
    /** This project's engine. */
    NATIVE,
    /** OpenFHE's and no other. */
    OPENFHE;

    /** As written in the settings. */
    public String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** What the engine computes on. */
  public enum Device {
    CPU,
    CUDA;

    /** As written in the settings. */
    public String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** What the driver of a cluster computes on. */
  public enum DriverDevice {
    /** A device like the executors'. */
    SAME,
    CPU
  }

  /** For an engine of this machine; a GPU is the first of those that the process sees. */
  public DeviceSpec deviceSpec() {
    return new DeviceSpec(device.label(), threads, 0, deviceMemory);
  }

  /** {@link #deviceSpec} for the driver of a cluster. */
  public DeviceSpec driverDeviceSpec() {
    return cluster.driverDevice() == DriverDevice.CPU ? DeviceSpec.cpu(threads) : deviceSpec();
  }

  /** Nothing that such a run makes is protected. */
  public boolean isInsecure() {
    return parameterSet.startsWith("insecure_");
  }

  /** Whether the first line of a CSV file holds the names of the columns. */
  public enum Header {
    /** As the line looks; a line that may be either is refused. */
    AUTO,
    TRUE,
    FALSE
  }

  /** Files of one split; empty {@code features}: cut from the training rows. */
  public record Source(String features, String labels) implements Serializable {
    public boolean isPresent() {
      return !features.isEmpty();
    }
  }

  /**
   * The data owner's plaintext data.
   *
   * @param shuffleSeed null: file order
   * @param separator of the fields in CSV
   * @param featureColumns names or numbers of the columns to use; empty: all but the labels
   * @param dropColumns names or numbers of columns that are not used
   * @param missingWords texts that stand for a missing value, besides the usual ones
   */
  public record Data(
      Source train,
      Source validation,
      Source test,
      double validationFraction,
      double testFraction,
      Long shuffleSeed,
      Header header,
      char separator,
      String labelColumn,
      List<String> featureColumns,
      List<String> dropColumns,
      List<String> missingWords,
      int classes,
      double bias,
      MissingValues missing,
      boolean standardize,
      boolean centering,
      Scaling scaling,
      double rowNormBound)
      implements Serializable {}

  /**
   * The schedule.
   *
   * @param logitRange one of {@code Softmax.logitRanges(data.classes)}
   * @param rowsPerBlock 0: the cheapest
   */
  public record Training(
      int batchRows,
      int epochs,
      int patience,
      double learningRate,
      int logitRange,
      int groupsPerMicrobatch,
      int rowsPerBlock)
      implements Serializable {

    /** The schedule for so many rows to train on. */
    public Schedule schedule(int rows) {
      return new Schedule(
          rows, batchRows, learningRate, epochs, patience, logitRange, groupsPerMicrobatch);
    }
  }

  /**
   * Paths as written: relative ones belong to the working directory.
   *
   * @param plan beside the data set unless the settings say another
   */
  public record Paths(
      String secretKey,
      String privateDirectory,
      String model,
      String plan,
      String keyBundle,
      String dataset,
      String run)
      implements Serializable {}

  /**
   * The validation oracle's service.
   *
   * @param host name or address, an IPv6 address without brackets
   * @param queryBudget answers in its life, at least 1
   * @param retryTimeout how long the cluster keeps asking an oracle that does not answer
   */
  public record Oracle(
      String host,
      int port,
      String certificate,
      String tokenFile,
      String log,
      int queryBudget,
      Duration retryTimeout)
      implements Serializable {}

  /**
   * @param partitions 0: one a microbatch
   */
  public record Cluster(String master, int partitions, long cacheBytes, DriverDevice driverDevice)
      implements Serializable {}
}
