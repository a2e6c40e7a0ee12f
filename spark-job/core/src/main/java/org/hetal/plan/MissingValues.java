package org.hetal.plan;

/** What becomes of a feature that has no value in a row. */
public enum MissingValues {
  /** The data are refused. */
  REFUSE,
  /** It becomes the mean of its column over the training rows that have a value. */
  MEAN,
  /** It becomes 0. */
  ZERO
}
