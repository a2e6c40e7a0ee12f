package org.hetal.owner;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.LocalStorage;
import org.hetal.owner.encryption.DecryptedModel;
import org.hetal.owner.encryption.Precision;
import org.hetal.owner.export.LinearModel;
import org.hetal.owner.export.OnnxFile;
import org.hetal.owner.export.SparkMlFolder;
import org.hetal.training.EarlyStopping;
import org.hetal.training.PlainTrainer;

/**
 * A trained softmax regression in the clear, for raw rows: the scaling of the training is folded
 * into the coefficients. The class of a row x is argmax over k of coefficients[k] · x +
 * intercepts[k].
 */
public final class PlainModel {
  private final DecryptedModel decrypted;
  private final Precision precision;

  PlainModel(DecryptedModel decrypted, Precision precision) {
    this.decrypted = decrypted;
    this.precision = precision;
  }

  /**
   * Reads what {@link #save} wrote.
   *
   * @param folder of the local file system
   * @return a model that gives the same predictions
   * @throws DatasetException when there is none or it is damaged
   */
  public static PlainModel load(Path folder) {
    return new PlainModel(DecryptedModel.read(LocalStorage.ownerOnly(folder)), Precision.EXACT);
  }

  /**
   * Writes {@code model.json} and {@code model.npz} (NumPy: {@code weights} for scaled rows, {@code
   * coefficients} and {@code intercepts} for raw ones), mode 0600. A model of the same run and data
   * set is replaced.
   *
   * @param folder local path or file: URI
   * @throws CommitException when the folder has the model of another run or data set
   */
  public void save(Path folder) {
    save(folder, EnumSet.of(ModelFormat.JSON, ModelFormat.NPZ));
  }

  /**
   * Writes the model in some formats, mode 0600; in each but {@code weights} of {@link
   * ModelFormat#NPZ} the weights are for raw rows. {@code model.json} is written in any case, and
   * last. A model of the same run and data set is replaced.
   *
   * @param folder local path or file: URI
   * @param formats of {@code model.json}, {@code model.npz}, {@code spark-ml/}, {@code model.onnx}
   * @throws CommitException when the folder has the model of another run or data set, or {@code
   *     spark-ml} has files of another program
   */
  public void save(Path folder, Set<ModelFormat> formats) {
    LocalStorage storage = LocalStorage.ownerOnly(folder);
    requireNoOther(storage);
    LinearModel linear =
        new LinearModel(runId(), datasetId(), decrypted.coefficients(), decrypted.intercepts());
    if (formats.contains(ModelFormat.SPARK_ML)) {
      SparkMlFolder.write(storage, "spark-ml", linear);
    }
    if (formats.contains(ModelFormat.ONNX)) {
      storage.writeAtomically("model.onnx", OnnxFile.bytes(linear));
    }
    if (formats.contains(ModelFormat.NPZ)) {
      decrypted.writeNpz(storage);
    }
    decrypted.write(storage);
  }

  /** As {@link #save(Path, Set)}, rounded unless all digits are wanted; removes leftovers. */
  void save(Path folder, Set<ModelFormat> formats, Digits digits) {
    LocalStorage.ownerOnly(folder).removeLeftovers();
    (digits == Digits.ALL ? this : rounded()).save(folder, formats);
  }

  private void requireNoOther(LocalStorage storage) {
    if (!DecryptedModel.isPresent(storage)) {
      return;
    }
    DecryptedModel there;
    try {
      there = DecryptedModel.read(storage);
    } catch (DatasetException e) {
      throw new CommitException(
          storage.describe()
              + ": expected no model or one that decrypt-model of this release wrote, actual"
              + " another file; kept. Move it away or set paths.model");
    }
    if (!there.runId().equals(runId()) || !there.datasetId().equals(datasetId())) {
      throw new CommitException(
          String.format(
              Locale.ROOT,
              "%s: expected no model or that of run %s, data set %s; actual that of run %s, data set"
                  + " %s; kept. Move it away or set paths.model",
              storage.describe(),
              runId(),
              datasetId(),
              there.runId(),
              there.datasetId()));
    }
  }

  /**
   * The model with as many digits as the training had: what may be given to others. A weight
   * changes by at most half of 10^-{@link #decimals}.
   *
   * @return this model when it was read from a file, or nothing was encrypted
   */
  public PlainModel rounded() {
    return precision.noise() == 0
        ? this
        : new PlainModel(decrypted.rounded(precision), Precision.EXACT);
  }

  /**
   * The noise of the weights, measured when they were decrypted: the largest value where exact
   * arithmetic gives 0.
   *
   * @return 0 for a model that was read from a file or is rounded
   */
  public double noise() {
    return precision.noise();
  }

  /** {@return the decimals of a weight that {@link #rounded} keeps} */
  public int decimals() {
    return precision.decimals();
  }

  /** {@return number of classes, K} */
  public int classes() {
    return decrypted.intercepts().length;
  }

  /** {@return names of the raw columns; empty when the training rows had none} */
  public List<String> featureNames() {
    return decrypted.preparation().names();
  }

  /** {@return the word of each class in the training rows; empty when their labels are numbers} */
  public List<String> classNames() {
    return decrypted.classNames();
  }

  /**
   * {@return coefficients for raw rows, [classes][columns]; 0 for columns that are constant} A
   * copy.
   */
  public double[][] coefficients() {
    return Arrays.stream(decrypted.coefficients()).map(double[]::clone).toArray(double[][]::new);
  }

  /** {@return intercepts for raw rows, one per class} A copy. */
  public double[] intercepts() {
    return decrypted.intercepts().clone();
  }

  /** {@return weights for scaled rows, [classes][kept columns + 1], the bias last} A copy. */
  public double[][] weights() {
    return Arrays.stream(decrypted.weights()).map(double[]::clone).toArray(double[][]::new);
  }

  /** {@return the run that trained it} */
  public String runId() {
    return decrypted.runId();
  }

  /** {@return the data set that it was trained on, 32 hexadecimal digits} */
  public String datasetId() {
    return decrypted.datasetId();
  }

  /** {@return epochs that were trained} */
  public int epochs() {
    return decrypted.epochs();
  }

  /** {@return the epoch of these weights, from 1} */
  public int bestEpoch() {
    return decrypted.bestEpoch();
  }

  /** {@return bootstraps per iteration of the training} */
  public int bootstrapsPerIteration() {
    return decrypted.bootstraps();
  }

  /**
   * The logits of a raw row, one per class.
   *
   * @param row raw features, as many as the training rows had columns; NaN: a missing value, filled
   *     in as {@code data.missing} said at encryption
   * @return logits, one per class
   * @throws IllegalArgumentException when it has another number of columns, or a value is missing
   *     and {@code data.missing} was {@code refuse}
   */
  public double[] logits(double[] row) {
    int columns = decrypted.preparation().columns();
    if (row.length != columns) {
      throw new IllegalArgumentException(
          "row: expected " + columns + " columns, actual " + row.length);
    }
    double[] complete = decrypted.preparation().filled(row);
    for (int column = 0; column < columns; column++) {
      if (Double.isNaN(complete[column])) {
        throw new IllegalArgumentException(
            "row: expected a number in column "
                + column
                + ", as data.missing was refuse at encryption; actual NaN");
      }
    }
    double[] out = intercepts();
    for (int label = 0; label < out.length; label++) {
      for (int column = 0; column < columns; column++) {
        out[label] += decrypted.coefficients()[label][column] * complete[column];
      }
    }
    return out;
  }

  /**
   * The class of a raw row, 0 to {@code classes() - 1}; errors as {@link #logits}.
   *
   * @param row raw features
   * @return the index of the largest logit
   */
  public int predict(double[] row) {
    return EarlyStopping.largestIndex(logits(row));
  }

  /**
   * The probability of each class for a raw row; errors as {@link #logits}.
   *
   * @param row raw features
   * @return probabilities, one per class
   */
  public double[] probabilities(double[] row) {
    return PlainTrainer.softmax(logits(row));
  }

  /**
   * The model as Spark ML's, multinomial, for vectors of raw features.
   *
   * @return predicts the same classes as {@link #predict}
   * @throws MissingArtifactException when {@code org.apache.spark:spark-mllib_2.13} is not on the
   *     class path
   */
  public LogisticRegressionModel toSparkMl() {
    try {
      return SparkMl.model(coefficients(), intercepts());
    } catch (NoClassDefFoundError e) {
      throw new MissingArtifactException(
          "toSparkMl: expected org.apache.spark:spark-mllib_2.13 on the class path, actual no class "
              + e.getMessage()
              + "; add the artifact in the version of your Spark",
          e);
    }
  }

  DecryptedModel decrypted() {
    return decrypted;
  }
}
