package org.hetal.spark.ml;

import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedLogits;
import org.hetal.dataset.Storage;
import org.hetal.dataset.StoredPredictions;
import org.hetal.spark.storage.HadoopStorage;

/** Encrypted logits of rows; only the data owner can read them. */
public final class EncryptedPredictions implements StoredPredictions {
  private final Storage storage;
  private final EncryptedLogits manifest;
  private final Configuration hadoop;

  EncryptedPredictions(Storage storage, Configuration hadoop) {
    this.storage = storage;
    this.manifest = EncryptedLogits.open(storage);
    this.hadoop = hadoop;
  }

  /**
   * Reads predictions that were saved.
   *
   * @param spark context whose Hadoop configuration names the file systems
   * @param uri path or URI of the folder
   * @return the predictions
   * @throws DatasetException when there are none, or the manifest is damaged
   */
  public static EncryptedPredictions load(JavaSparkContext spark, String uri) {
    return new EncryptedPredictions(
        new HadoopStorage(uri, spark.hadoopConfiguration()), spark.hadoopConfiguration());
  }

  /** {@return saves them: {@code write().save(uri)}} */
  public ArtifactWriter write() {
    return new ArtifactWriter(storage, manifest.logits(), hadoop);
  }

  @Override
  public EncryptedLogits manifest() {
    return manifest;
  }

  @Override
  public Storage storage() {
    return storage;
  }

  /** {@return rows, with those of zeros that fill the last group} */
  public int rows() {
    return manifest.rows().stream().mapToInt(Integer::intValue).sum();
  }
}
