package org.hetal.spark.ml;

import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.JointDataset;
import org.hetal.dataset.StoredFile;
import org.hetal.format.Json;
import org.hetal.spark.storage.HadoopStorage;

/**
 * Encrypted rows in a folder of any file system that Hadoop knows: minibatches to train on with
 * encrypted validation rows, or rows to predict. Holds names and digests only; executors read the
 * ciphertexts when they need them.
 */
public final class EncryptedDataset {
  private final List<String> uris;
  private final org.hetal.dataset.EncryptedDataset manifest;

  /**
   * The size of one minibatch.
   *
   * @param rows of the minibatch
   * @param microbatches units of work: a task of Spark computes the gradient of one
   * @param featureBlocks ciphertexts of features, one per unit block of the matrix
   * @param labelCiphertexts ciphertexts of labels
   * @param bytes of all its ciphertexts
   */
  public record MinibatchSize(
      int rows, int microbatches, int featureBlocks, int labelCiphertexts, long bytes) {}

  private EncryptedDataset(List<String> uris, org.hetal.dataset.EncryptedDataset manifest) {
    this.uris = List.copyOf(uris);
    this.manifest = manifest;
  }

  /**
   * Reads the manifest that the data owner's {@code encrypt} wrote last. Cost: one small file.
   *
   * @param spark context whose Hadoop configuration names the file systems
   * @param uri path or URI of the folder, visible to the driver and all executors
   * @return the data set
   * @throws DatasetException when there is none, or it is damaged
   */
  public static EncryptedDataset load(JavaSparkContext spark, String uri) {
    return load(spark, List.of(uri));
  }

  /**
   * As {@link #load(JavaSparkContext, String)} for the data sets of several owners, encrypted with
   * one public key by one plan, as one. The order of the URIs changes nothing.
   *
   * @param spark context whose Hadoop configuration names the file systems
   * @param uris paths or URIs of the folders, at least one
   * @return all rows
   * @throws DatasetException naming the data set that is missing, damaged, there twice, or of
   *     another plan, key or preparation than the first
   */
  public static EncryptedDataset load(JavaSparkContext spark, List<String> uris) {
    return new EncryptedDataset(
        uris,
        JointDataset.open(
                uris.stream()
                    .map(uri -> new HadoopStorage(uri, spark.hadoopConfiguration()))
                    .toList())
            .dataset());
  }

  /** {@return path or URI of the folder; of several, all in brackets} */
  public String uri() {
    return uris.size() == 1
        ? uris.get(0)
        : uris.stream().map(Json::line).collect(Collectors.joining(", ", "[", "]"));
  }

  /** {@return paths or URIs of the folders} */
  public List<String> uris() {
    return uris;
  }

  /** {@return identity of the rows, 32 hexadecimal digits} */
  public String id() {
    return manifest.id();
  }

  /** {@return identity of the key pair under which the rows are encrypted} */
  public String keyId() {
    return manifest.origin().keyId();
  }

  /** {@return name of the parameter set} */
  public String parameterSet() {
    return manifest.origin().parameterSet();
  }

  /** {@return number of classes} */
  public int classes() {
    return manifest.plan().layout().classes();
  }

  /** {@return columns of a row, the bias included} */
  public int features() {
    return manifest.plan().layout().features();
  }

  /** {@return rows in minibatches; 0 for rows to predict} */
  public int trainingRows() {
    return manifest.trainingRows();
  }

  /** {@return validation rows, or rows to predict with those of zeros that fill the last group} */
  public int evaluationRows() {
    return manifest.evaluationRows();
  }

  /** {@return minibatches per epoch; 0 for rows to predict} */
  public int minibatches() {
    return manifest.batches().size();
  }

  /** {@return the size of each minibatch, in the order of the training; empty: rows to predict} */
  public List<MinibatchSize> minibatchSizes() {
    return manifest.batches().stream().map(EncryptedDataset::size).toList();
  }

  private static MinibatchSize size(org.hetal.dataset.EncryptedDataset.Batch batch) {
    int blocks = 0;
    int labels = 0;
    long bytes = 0;
    for (org.hetal.dataset.EncryptedDataset.Microbatch microbatch : batch.microbatches()) {
      for (org.hetal.dataset.EncryptedDataset.Group group : microbatch.groups()) {
        blocks += group.features().size();
        labels++;
        bytes += group.files().stream().mapToLong(StoredFile::bytes).sum();
      }
    }
    return new MinibatchSize(batch.rows(), batch.microbatches().size(), blocks, labels, bytes);
  }

  /** {@return bytes of all ciphertexts} */
  public long bytes() {
    return manifest.bytes();
  }

  org.hetal.dataset.EncryptedDataset manifest() {
    return manifest;
  }
}
