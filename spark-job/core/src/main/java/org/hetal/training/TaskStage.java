package org.hetal.training;

import java.util.Locale;

/** The stages of the work on the microbatches of a step, in their order. */
public enum TaskStage {
  /** Reads and deserializes rows that are not cached. */
  READ,
  /** Expands the weights, once per step and engine. */
  EXPAND,
  /** Products of rows and weights. */
  LOGITS,
  /** The softmax with its bootstraps. */
  SOFTMAX,
  /** Residuals, and their product with the rows. */
  GRADIENT,
  /** Sums over microbatches, serialization included. */
  SUM;

  /** {@return the name in {@code metrics.jsonl}: {@code read}, {@code expand} and so on} */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
