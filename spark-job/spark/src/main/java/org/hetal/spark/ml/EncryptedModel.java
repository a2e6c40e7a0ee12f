package org.hetal.spark.ml;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.config.SettingsLoader;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.Storage;
import org.hetal.dataset.StoredModel;
import org.hetal.spark.storage.HadoopStorage;

/**
 * Encrypted weights of a softmax regression; only the data owner can read them. Predicts encrypted
 * rows. Not thread-safe.
 */
public final class EncryptedModel extends ComputeParams<EncryptedModel> implements StoredModel {
  private final Storage storage;
  private final org.hetal.dataset.EncryptedModel manifest;
  private final Configuration hadoop;

  EncryptedModel(Storage storage, Configuration hadoop) {
    this.storage = storage;
    this.manifest = org.hetal.dataset.EncryptedModel.open(storage);
    this.hadoop = hadoop;
  }

  /**
   * Reads a model that was saved.
   *
   * @param spark context whose Hadoop configuration names the file systems
   * @param uri path or URI of the folder
   * @return the model
   * @throws DatasetException when there is none, or the manifest is damaged
   */
  public static EncryptedModel load(JavaSparkContext spark, String uri) {
    Configuration hadoop = spark.hadoopConfiguration();
    return new EncryptedModel(new HadoopStorage(uri, hadoop), hadoop);
  }

  /**
   * This model computing with the devices of settings.
   *
   * @param settings devices, threads, partitions and memory of the cluster
   * @return this
   */
  public EncryptedModel with(Settings settings) {
    return setSettings(settings);
  }

  @Override
  public List<Param<?>> params() {
    return OF_COMPUTING;
  }

  @Override
  EncryptedModel self() {
    return this;
  }

  @Override
  public EncryptedModel copy(ParamMap extra) {
    return new EncryptedModel(storage, hadoop).setAll(setValues()).setAll(extra);
  }

  /** {@return saves the model: {@code write().overwrite().save(uri)}} */
  public ArtifactWriter write() {
    return new ArtifactWriter(storage, manifest.weights(), hadoop);
  }

  @Override
  public org.hetal.dataset.EncryptedModel manifest() {
    return manifest;
  }

  @Override
  public Storage storage() {
    return storage;
  }

  /**
   * Computes the encrypted logits of the rows without labels of a data set. Cost: one product of
   * rows and weights per group, no bootstrap.
   *
   * @param spark whose executors can read rows and keys
   * @param rows encrypted for the data set that this model was trained on
   * @param keys of the data set's key pair
   * @return logits divided by half the logit range, at the level of the plan; the owner's {@code
   *     decryptPredictions} scales them back
   * @throws DatasetException when rows, model and keys do not belong together
   * @throws SettingsException when an argument is null, keys are missing, or Spark runs on a
   *     cluster without authentication that {@link #ALLOW_UNAUTHENTICATED} does not allow
   */
  public EncryptedPredictions predict(
      JavaSparkContext spark, EncryptedDataset rows, EvaluationKeys keys) {
    Problems problems = new Problems();
    problems.require(spark != null, "spark: expected a context, actual null");
    problems.require(rows != null, "rows: expected encrypted rows, actual null");
    problems.require(keys != null, "keys: expected evaluation keys, actual null");
    problems.throwAll();
    Map<String, String> all = new LinkedHashMap<>();
    all.put("backend", Backends.of(rows.parameterSet()));
    all.put("parameters", rows.parameterSet());
    all.put("paths.dataset", rows.uri());
    all.put("paths.key-bundle", keys.uri());
    addSettings(all);
    return new Predict(SettingsLoader.load(List.of(), all), spark).run(this);
  }

  /** {@return the run that trained it} */
  public String runId() {
    return manifest.runId();
  }

  /** {@return epochs that were trained} */
  public int epochs() {
    return manifest.epochs();
  }

  /** {@return the epoch of these weights, from 1} */
  public int bestEpoch() {
    return manifest.bestEpoch();
  }
}
