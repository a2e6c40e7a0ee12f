package org.hetal.plan;

import java.io.Serializable;

/**
 * How the data owner prepares rows, as chosen in the settings. What is computed from the data
 * (means, deviations, scale, kept columns) is not here: it stays in the owner's record.
 *
 * @param bias the constant last feature, 0 to 1
 * @param centering whether each column's mean over the training rows is subtracted
 * @param standardize whether each column is also divided by its standard deviation over the
 *     training rows; then the mean is subtracted, whatever {@code centering} says
 * @param missing what becomes of a feature without a value
 * @param scaling of all features
 * @param rowNormBound a scaled row beyond this norm is refused; positive
 * @serial exclude
 */
public record Preprocessing(
    double bias,
    boolean centering,
    boolean standardize,
    MissingValues missing,
    Scaling scaling,
    double rowNormBound)
    implements Serializable {
  private static final long serialVersionUID = 2L;

  /**
   * Checks the ranges.
   *
   * @param bias 0 to 1
   * @param centering whether means are subtracted
   * @param standardize whether columns are also divided by their deviations
   * @param missing not null
   * @param scaling not null
   * @param rowNormBound positive and finite
   * @throws IllegalArgumentException naming the field, with the expected and the actual value
   */
  public Preprocessing {
    Checks.that(bias >= 0 && bias <= 1, "preprocessing.bias", "0 to 1", bias);
    Checks.present("preprocessing.missing", missing);
    Checks.present("preprocessing.scaling", scaling);
    Checks.that(
        rowNormBound > 0 && Double.isFinite(rowNormBound),
        "preprocessing.rowNormBound",
        "a positive finite number",
        rowNormBound);
  }

  /**
   * {@return the preprocessing of rows that are used as they are, with a bias and a row norm of at
   * most 1}
   */
  public static Preprocessing none() {
    return new Preprocessing(1, false, false, MissingValues.REFUSE, Scaling.NONE, 1);
  }

  /**
   * Only what is not the default of {@code standardize} and {@code missing} is part of the text.
   */
  void appendTo(CanonicalText text) {
    text.add("preprocessing.bias", bias)
        .add("preprocessing.centering", centering)
        .add("preprocessing.scaling", scaling.name())
        .add("preprocessing.rowNormBound", rowNormBound);
    if (standardize) {
      text.add("preprocessing.standardize", true);
    }
    if (missing != MissingValues.REFUSE) {
      text.add("preprocessing.missing", missing.name());
    }
  }
}
