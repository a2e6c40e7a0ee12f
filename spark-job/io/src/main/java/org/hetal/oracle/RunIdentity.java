package org.hetal.oracle;

import org.hetal.format.RunId;

/**
 * Identifies a training. The validation oracle answers one training and refuses every other.
 *
 * @param runId the setting {@code run-id}
 * @param keyId of the key pair under which the data are encrypted
 * @param dataset SHA-256 of the data set's manifest, which holds the digest of each ciphertext;
 *     lower-case hex
 * @param plan SHA-256 of the plan by which the data set was encrypted; lower-case hex
 */
public record RunIdentity(String runId, String keyId, String dataset, String plan) {
  private static final String KEY_ID = "[A-Za-z0-9]{1,64}";
  private static final String SHA256 = "[0-9a-f]{64}";

  /**
   * Checks the form of the components, which appear in messages on a terminal.
   *
   * @param runId 1 to 64 letters, digits, dots, underscores and hyphens
   * @param keyId 1 to 64 letters and digits
   * @param dataset 64 lower-case hexadecimal digits
   * @param plan 64 lower-case hexadecimal digits
   * @throws IllegalArgumentException when a component has another form
   */
  public RunIdentity {
    require(runId, RunId.PATTERN, "a run id of " + RunId.DESCRIPTION);
    require(keyId, KEY_ID, "a key id of 1 to 64 letters and digits");
    require(dataset, SHA256, "a SHA-256 of the data set");
    require(plan, SHA256, "a SHA-256 of the plan");
  }

  private static void require(String value, String pattern, String expected) {
    if (value == null || !value.matches(pattern)) {
      throw new IllegalArgumentException(
          "request: expected "
              + expected
              + ", actual "
              + (value == null ? "none" : value.length() + " characters"));
    }
  }
}
