package org.hetal.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.hetal.he.DeviceSpec;
import org.hetal.plan.MissingValues;
import org.hetal.plan.Scaling;
import org.hetal.plan.Schedule;
import org.hetal.plan.ValidationMetric;

/**
 * All settings of a run, immutable and valid: {@link SettingsLoader} is the way to make them. What
 * each one means stands in {@code org/hetal/config/defaults.conf}.
 *
 * @param runId names the run: 1 to 64 letters, digits, dots, underscores and hyphens
 * @param backend computes on the ciphertexts
 * @param client never {@link Client#NATIVE} unless the backend is; {@link Client#BACKEND} is
 *     resolved to one of the other two, except with the simulator
 * @param parameterSet its name, a set of the backend; or {@link ParameterSets#AUTO}
 * @param threads of an engine, 0 to 1024; 0: one per processor
 * @param device {@link Device#CUDA} only with the native backend
 * @param deviceMemory bytes that one engine on a GPU takes at its start; 0: as it needs it
 * @param insecureSeed null: keys and encryption are seeded by the operating system
 * @param data the data owner's plaintext data
 * @param training the schedule
 * @param metric the setting {@code early-stopping.metric}: what the oracle decides by
 * @param paths of keys, data sets and results
 * @param oracle the validation oracle's service
 * @param cluster of the Spark job
 * @param report the merged settings as lines of {@code path = value}, secrets redacted
 * @param changes those lines of the report that differ from the defaults
 * @serial exclude
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
    ValidationMetric metric,
    Paths paths,
    Oracle oracle,
    Cluster cluster,
    List<String> report,
    List<String> changes)
    implements Serializable {

  /** Which implementation of the evaluator computes. */
  public enum Backend {
    /** The C++ engine of this project. */
    NATIVE,
    /** Doubles in the clear; nothing is encrypted. */
    SIMULATOR,
    /** OpenFHE alone, on the cluster and on the owner's side. */
    OPENFHE;

    /** {@return the name as written in the settings, in lower case} */
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

    /** {@return the name as written in the settings, in lower case} */
    public String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** What the engine computes on. */
  public enum Device {
    /** The processor. */
    CPU,
    /** An NVIDIA GPU. */
    CUDA;

    /** {@return the name as written in the settings, in lower case} */
    public String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * {@return the device for an engine of this machine; a GPU is the first of those that the process
   * sees}
   */
  public DeviceSpec deviceSpec() {
    return new DeviceSpec(device.label(), threads, 0, deviceMemory);
  }

  /**
   * {@return whether nothing that such a run makes is protected, by backend and name of the
   * parameter set}
   */
  public boolean isInsecure() {
    return parameterSet.startsWith("insecure_") || backend == Backend.SIMULATOR;
  }

  /**
   * {@return whether the parameter set is the plan's: chosen when the plan is made, and taken from
   * it by all that comes after}
   */
  public boolean isParameterSetAutomatic() {
    return parameterSet.equals(ParameterSets.AUTO);
  }

  /**
   * Whether a plan or data set with this parameter set belongs to these settings.
   *
   * @param planned name of a parameter set
   * @return true for the set that the settings name; with {@link ParameterSets#AUTO} for those of
   *     the backend, insecure sets of the engine excepted
   */
  public boolean allowsParameterSet(String planned) {
    return isParameterSetAutomatic()
        ? ParameterSets.isTaken(backend, planned)
        : parameterSet.equals(planned);
  }

  /**
   * These settings with another parameter set.
   *
   * @param name of a parameter set of the backend
   * @return settings that differ in nothing else
   */
  public Settings withParameterSet(String name) {
    return new Settings(
        runId,
        backend,
        client,
        name,
        threads,
        device,
        deviceMemory,
        insecureSeed,
        data,
        training,
        metric,
        paths,
        oracle,
        cluster,
        report,
        changes);
  }

  /** Whether the first line of a CSV file holds the names of the columns. */
  public enum Header {
    /** As the line looks; a line that may be either is refused. */
    AUTO,
    /** The first line holds names. */
    TRUE,
    /** The first line is a row. */
    FALSE
  }

  /**
   * Files of one split.
   *
   * @param features {@code .csv}, {@code .csv.gz}, {@code .npy}, {@code .npz#NAME} or {@code
   *     .libsvm}; empty: cut from the training rows
   * @param labels a file with one label per row; empty: in the file of the features
   * @serial exclude
   */
  public record Source(String features, String labels) implements Serializable {
    /** {@return whether the split has files of its own} */
    public boolean isPresent() {
      return !features.isEmpty();
    }
  }

  /**
   * The data owner's plaintext data.
   *
   * @param train rows to train on
   * @param validation rows that the oracle decides by
   * @param test rows that the trained model is evaluated on
   * @param validationFraction share of the training rows that is cut off when {@code validation}
   *     has no files, 0 to 0.9; below 1 together with {@code testFraction}
   * @param testFraction the same for {@code test}
   * @param shuffleSeed null: file order
   * @param header whether the first line of a CSV file holds names
   * @param separator of the fields in CSV
   * @param featureColumns names or numbers of the columns to use; empty: all but the labels
   * @param dropColumns names or numbers of columns that are not used
   * @param missingWords texts that stand for a missing value, besides the usual ones
   * @param labelColumn a name, a column number from 0, or {@code last}
   * @param classes 2 to 64; labels are 0 to classes - 1
   * @param bias the constant last feature, 0 to 1
   * @param centering whether each column's mean over the training rows is subtracted
   * @param scaling of all features
   * @param rowNormBound a scaled row beyond this norm is refused, 1e-6 to 1e6
   * @serial exclude
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
   * @param batchRows rows of a minibatch, 1 to 2^24
   * @param epochs passes over the training rows, 1 to 100000
   * @param patience epochs without a better validation loss after which the oracle answers stop, 1
   *     to 100000
   * @param learningRate of the mean gradient of a minibatch, 1e-9 to 1e6
   * @param logitRange one of {@code Softmax.logitRanges(data.classes)}
   * @param groupsPerMicrobatch ciphertexts of logits that one task refreshes together, 1 or 2
   * @param rowsPerBlock of the layout, a power of two up to 2^16; 0: the cheapest
   * @serial exclude
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

    /**
     * The schedule for a number of rows.
     *
     * @param rows to train on, at least 1
     * @return a schedule with these settings
     * @throws IllegalArgumentException for a number of rows out of range
     */
    public Schedule schedule(int rows) {
      return new Schedule(
          rows, batchRows, learningRate, epochs, patience, logitRange, groupsPerMicrobatch);
    }
  }

  /**
   * Paths as written: relative ones belong to the working directory.
   *
   * @param secretKey the owner's secret key file
   * @param passphrase where the passphrase of the secret key comes from: empty for a key without
   *     one, {@code terminal}, or a file
   * @param privateDirectory the owner's records, never on the cluster
   * @param model the folder of the decrypted model
   * @param plan beside the data set unless the settings say another
   * @param keyBundle the folder or URI of the evaluation keys
   * @param datasets the folder or URI of the encrypted data set, or of those of several owners
   * @param run the folder or URI of checkpoints, metrics and the encrypted model
   * @serial exclude
   */
  public record Paths(
      String secretKey,
      String passphrase,
      String privateDirectory,
      String model,
      String plan,
      String keyBundle,
      List<String> datasets,
      String run)
      implements Serializable {
    /**
     * The one data set, for what works on one.
     *
     * @return its folder or URI
     * @throws SettingsException when there are several
     */
    public String dataset() {
      if (datasets.size() != 1) {
        throw new SettingsException(
            "paths.dataset: expected one data set for this command, actual "
                + datasets.size()
                + ": "
                + datasets);
      }
      return datasets.get(0);
    }
  }

  /**
   * The validation oracle's service.
   *
   * @param host name or address, an IPv6 address without brackets
   * @param port 0 to 65535; 0, on the owner's side, is any free port
   * @param certificate PEM file of the only certificate that the cluster trusts
   * @param tokenFile file of the token that the cluster sends with each question
   * @param log the owner's record of each answer
   * @param queryBudget answers for one secret key, at least 1
   * @param retryTimeout how long the cluster keeps asking an oracle that does not answer, 1 s to 10
   *     days
   * @serial exclude
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
   * The Spark job.
   *
   * @param master Spark's master when Spark runs inside the process
   * @param partitions of the microbatches of a minibatch, up to 2^20; 0: one per microbatch; the
   *     result does not depend on it
   * @param cacheBytes ciphertexts that an executor keeps in memory, in bytes
   * @param split tasks that share a microbatch, 1 to 64; 0: as is faster; the result does not
   *     depend on it
   * @param checkpointEvery the setting {@code training.checkpoint-every}: iterations between
   *     checkpoints inside an epoch, up to 10^6; 0: only at the end of each epoch
   * @serial exclude
   * @param allowUnauthenticated whether the job starts on a cluster on which Spark neither
   *     authenticates nor encrypts
   */
  public record Cluster(
      String master,
      int partitions,
      long cacheBytes,
      int split,
      int checkpointEvery,
      boolean allowUnauthenticated)
      implements Serializable {}
}
