package org.hetal.owner;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The formats in which {@link PlainModel#save(java.nio.file.Path, java.util.Set)} writes a model.
 */
public enum ModelFormat {
  /**
   * {@code model.json}, which {@link PlainModel#load} reads. Always written: the commands that
   * follow need it.
   */
  JSON("json"),

  /**
   * {@code model.npz} for NumPy. {@code weights}: for scaled rows, [classes][kept columns + 1].
   * {@code coefficients} [classes][columns] and {@code intercepts} [1][classes]: for raw rows.
   * {@code coef_} and {@code intercept_}: the same as attributes of scikit-learn's {@code
   * LogisticRegression}, which for two classes has one row, the second class less the first.
   */
  NPZ("npz"),

  /**
   * {@code spark-ml/}: the folder that Spark ML's {@code LogisticRegressionModel.load} reads, for
   * vectors of raw features in the column {@code features}.
   */
  SPARK_ML("spark-ml"),

  /**
   * {@code model.onnx}: operator set 13; input {@code features}, float32 [rows, columns], raw;
   * outputs {@code probabilities}, float32 [rows, classes], and {@code label}, int64 [rows].
   */
  ONNX("onnx");

  private final String label;

  ModelFormat(String label) {
    this.label = label;
  }

  /** {@return the name in {@code decrypt-model --format}} */
  public String label() {
    return label;
  }

  /**
   * The format with a name.
   *
   * @param label one of npz, json, spark-ml, onnx
   * @return the format
   * @throws IllegalArgumentException when there is none, naming those that there are
   */
  public static ModelFormat of(String label) {
    return Arrays.stream(values())
        .filter(format -> format.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected "
                        + Arrays.stream(values())
                            .map(ModelFormat::label)
                            .collect(Collectors.joining(", "))
                        + ", actual "
                        + label));
  }
}
