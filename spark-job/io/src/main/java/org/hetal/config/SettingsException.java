package org.hetal.config;

/**
 * Settings that cannot be used; the message names each setting, what was expected and what was
 * found. Commands exit with 78.
 */
public final class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception without a cause.
   *
   * @param message one line: each setting with the expected and the actual value
   */
  public SettingsException(String message) {
    super(message);
  }

  /**
   * Makes an exception with a cause.
   *
   * @param message one line: each setting with the expected and the actual value
   * @param cause what was caught
   */
  public SettingsException(String message, Throwable cause) {
    super(message, cause);
  }
}
