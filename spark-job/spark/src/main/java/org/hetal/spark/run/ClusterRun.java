package org.hetal.spark.run;

import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.JointDataset;
import org.hetal.dataset.PlanFile;
import org.hetal.dataset.PlanSettings;
import org.hetal.dataset.Storage;
import org.hetal.format.Digests;
import org.hetal.he.Evaluator;
import org.hetal.he.EvaluatorBackend;
import org.hetal.he.KeyBundleManifest;
import org.hetal.he.KeyPlan;
import org.hetal.he.Operation;
import org.hetal.he.RecordingEvaluator;
import org.hetal.oracle.RunIdentity;
import org.hetal.plan.TrainingPlan;
import org.hetal.spark.engine.Backends;
import org.hetal.spark.engine.EngineHolder;
import org.hetal.spark.engine.EngineSpec;
import org.hetal.spark.engine.KeyBundleCache;
import org.hetal.spark.executor.ComputeSpec;
import org.hetal.spark.executor.SparkGradientService;
import org.hetal.spark.executor.WorkerEngine;
import org.hetal.spark.storage.HadoopCheckpoints;
import org.hetal.spark.storage.HadoopStorage;
import org.hetal.spark.storage.LockedStorage;
import org.hetal.spark.storage.RunLock;
import org.hetal.training.CheckpointStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A data set with its plan, and the engine it belongs to: what every command of the cluster starts
 * with. Closing it closes the engines of this JVM.
 */
public final class ClusterRun implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterRun.class);

  private final Settings settings;
  private final JavaSparkContext spark;
  private final Configuration hadoop;
  private final JointDataset joint;
  private final EncryptedDataset dataset;
  private final EngineSpec engine; // of the executors
  private final EngineSpec driverEngine;
  private final RecordingEvaluator evaluator;

  private ClusterRun(Settings settings, JavaSparkContext spark) {
    this.settings = settings;
    this.spark = spark;
    this.hadoop = spark.hadoopConfiguration();
    this.joint =
        JointDataset.open(
            settings.paths().datasets().stream()
                .map(uri -> new HadoopStorage(uri, hadoop))
                .toList());
    this.dataset = joint.dataset();
    String parameterSet = dataset.origin().parameterSet();
    PlanSettings.requireParameterSet(joint.storage().describe(), parameterSet, settings);
    EvaluatorBackend backend = Backends.named(settings.backend().label());
    String bundle = backend.needsKeys() ? settings.paths().keyBundle() : "";
    String digest = backend.needsKeys() ? KeyBundleCache.manifestDigest(bundle, hadoop) : "";
    this.engine =
        new EngineSpec(
            backend.name(),
            parameterSet,
            dataset.origin().parameterHash(),
            dataset.origin().keyId(),
            bundle,
            digest,
            true,
            settings.deviceSpec());
    this.driverEngine =
        ClusterSecurity.isOneProcess(spark.master()) ? engine : engine.withoutKeys();
    this.evaluator = EngineHolder.get(driverEngine, hadoop);
    PlanFile.requireParameters(
        joint.storages().get(0).describe(PlanFile.NAME), dataset.plan(), evaluator.parameters());
  }

  /**
   * Opens data set and engine, if Spark authenticates.
   *
   * @throws SettingsException when Spark runs on a cluster without authentication or encryption and
   *     the settings do not allow that
   * @throws DatasetException when data set, settings and keys do not belong together
   * @throws org.hetal.he.DeviceUnavailableException when this machine lacks the driver's device
   */
  public static ClusterRun open(Settings settings, JavaSparkContext spark) {
    ClusterSecurity.require(spark.getConf(), settings.cluster(), LOG::warn);
    return new ClusterRun(settings, spark);
  }

  public EncryptedDataset dataset() {
    return dataset;
  }

  /** The data sets of the owners, one for each. */
  public List<JointDataset.Part> parts() {
    return joint.parts();
  }

  /** The engine of the driver: without keys on a cluster, the executors' in one process. */
  public Evaluator evaluator() {
    return evaluator;
  }

  /** The plan by which the data set was encrypted. */
  public TrainingPlan plan() {
    return dataset.plan();
  }

  /**
   * @throws DatasetException when the data set was planned with other training settings, with both
   *     values
   */
  public void requireTrainingSettings() {
    PlanSettings.requireTraining(joint.storage().describe(), plan(), settings);
  }

  /**
   * Before any task: the bundle has the keys.
   *
   * @throws SettingsException naming keys that it lacks, with what to do
   */
  public void requireKeys(KeyPlan plan) {
    if (engine.keyBundle().isEmpty()) {
      return;
    }
    KeyBundleManifest manifest =
        KeyBundleManifest.parse(
            engine.keyBundle() + "/" + KeyBundleManifest.NAME,
            KeyBundleCache.manifest(engine.keyBundle(), hadoop));
    String missing = manifest.missing(plan, evaluator.parameters());
    if (!missing.isEmpty()) {
      throw new SettingsException(
          "key bundle "
              + engine.keyBundle()
              + ": expected the keys of this data set and these settings, actual none for "
              + missing
              + "; the data owner makes them in another paths.key-bundle: hetal keygen"
              + " --evaluation-keys-only -c FILE");
    }
  }

  /** Tasks of the largest stage of a training. */
  public int mostTasks() {
    int microbatches =
        dataset.batches().stream().mapToInt(batch -> batch.microbatches().size()).max().orElse(0);
    int questions = Math.max(dataset.validation().size(), dataset.unlabelledGroups().size());
    return Math.max(microbatches * Math.max(1, settings.cluster().split()), questions);
  }

  /**
   * SHA-256 of everything that decides the trained bytes: the ciphertexts by the digests in the
   * manifest, keys and plan.
   */
  public String configurationHash() {
    String canonical =
        String.join(
            "\n",
            "hetal training run 2",
            joint.digest(),
            engine.backend(),
            engine.parameterHash(),
            dataset.origin().keyId(),
            engine.keyManifestDigest(),
            plan().digest());
    return Digests.sha256(canonical);
  }

  /** GradientService on Spark's executors. */
  public SparkGradientService workers() {
    ComputeSpec spec =
        new ComputeSpec(
            UUID.randomUUID().toString(),
            engine,
            driverEngine,
            plan(),
            joint.storages().stream().map(Storage::describe).toList(),
            settings.cluster().cacheBytes());
    return new SparkGradientService(
        spark, spec, dataset, settings.cluster().partitions(), settings.cluster().split());
  }

  /**
   * A folder below the run directory; "" for itself. Each write checks the lock of the run.
   *
   * @param lock of this process
   */
  public Storage runStorage(String folder, RunLock lock) {
    String run = settings.paths().run();
    return new LockedStorage(
        new HadoopStorage(folder.isEmpty() ? run : run + "/" + folder, hadoop), lock);
  }

  /** Any folder that Hadoop knows. */
  public Storage storage(String folder) {
    return new HadoopStorage(folder, hadoop);
  }

  /**
   * Before the first step: every ciphertext is there, undamaged, of this key and of the planned
   * level. Cost: all bytes of the data set are read and hashed once, on all cores of the executors.
   *
   * @throws DatasetException naming the first file that is not
   */
  public void requireCiphertexts(SparkGradientService workers) {
    dataset.requirePlannedLevels(joint.storage());
    workers.requireUndamaged();
  }

  /** Bootstraps that this thread has done on the driver's engine so far. */
  public long bootstrapsOfThisThread() {
    return evaluator.countOfThisThread(Operation.BOOTSTRAP);
  }

  /**
   * Takes the run directory for this process.
   *
   * @param warnings told when the lock of another process is taken over, one line
   */
  public RunLock lockRun(Consumer<String> warnings) {
    return RunLock.acquire(settings.paths().run(), hadoop, warnings);
  }

  /** Which training this is, for the validation oracle. */
  public RunIdentity identity() {
    return new RunIdentity(
        settings.runId(), dataset.origin().keyId(), joint.digest(), plan().digest());
  }

  /**
   * Checkpoints in the run directory.
   *
   * @throws CommitException when the directory holds a run of another configuration
   */
  public CheckpointStore checkpoints(RunLock lock, String configurationHash) {
    HadoopStorage storage = new HadoopStorage(settings.paths().run(), hadoop);
    HadoopCheckpoints checkpoints = new HadoopCheckpoints(storage, lock);
    checkpoints.requireConfiguration(configurationHash);
    return checkpoints;
  }

  @Override
  public void close() {
    WorkerEngine.closeAll();
  }
}
