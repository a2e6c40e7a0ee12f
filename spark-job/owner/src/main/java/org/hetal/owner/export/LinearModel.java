package org.hetal.owner.export;

/**
 * A softmax regression for raw rows: the class of a row x is argmax over k of coefficients[k] · x +
 * intercepts[k], and softmax of the same values are the probabilities.
 *
 * @param runId of the run that trained it
 * @param datasetId of the data set that it was trained on
 * @param coefficients [classes][columns]
 * @param intercepts one per class
 */
public record LinearModel(
    String runId, String datasetId, double[][] coefficients, double[] intercepts) {
  int classes() {
    return coefficients.length;
  }

  int columns() {
    return coefficients[0].length;
  }
}
