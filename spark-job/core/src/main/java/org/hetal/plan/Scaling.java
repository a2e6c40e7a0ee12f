package org.hetal.plan;

/** How features are scaled before they are encrypted. */
public enum Scaling {
  /** All features are divided by the largest norm of a row of training and validation. */
  MAX_ROW_NORM,
  /** Features are encrypted as they are. */
  NONE
}
