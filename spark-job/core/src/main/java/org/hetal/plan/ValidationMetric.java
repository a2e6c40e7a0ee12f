package org.hetal.plan;

import java.util.Locale;

/** What the validation oracle decides an epoch by. */
public enum ValidationMetric {
  /**
   * The cross-entropy of the validation rows, which the oracle computes from their decrypted
   * logits. No bootstrap. Only for one data owner: the oracle sees the logits of every row, and has
   * the labels.
   */
  LOGITS,
  /**
   * The mean squared error of the probabilities (the Brier score), which the cluster computes on
   * ciphertexts. The oracle sees two numbers per epoch and needs no data.
   */
  ENCRYPTED_LOSS;

  /** {@return the name as written in the settings, in lower case} */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
