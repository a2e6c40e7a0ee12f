package org.hetal.owner;

import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.ml.linalg.DenseMatrix;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.util.Identifiable;

/** What of {@link PlainModel} cannot be loaded without spark-mllib. */
final class SparkMl {
  private SparkMl() {}

  /**
   * @param coefficients [classes][columns]
   * @param intercepts one per class
   */
  static LogisticRegressionModel model(double[][] coefficients, double[] intercepts) {
    int classes = coefficients.length;
    int columns = coefficients[0].length;
    double[] byColumn = new double[classes * columns];
    for (int column = 0; column < columns; column++) {
      for (int label = 0; label < classes; label++) {
        byColumn[column * classes + label] = coefficients[label][column];
      }
    }
    return new LogisticRegressionModel(
        Identifiable.randomUID("hetal"),
        new DenseMatrix(classes, columns, byColumn),
        new DenseVector(intercepts),
        classes,
        true);
  }
}
