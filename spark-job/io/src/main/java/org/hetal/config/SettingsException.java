package org.hetal.config;

/**
 * Settings that cannot be used; the message names each setting, what was expected and what was
 * found. Commands exit with 78.
 */
public final class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SettingsException(String message) {
    super(message);
  }

  public SettingsException(String message, Throwable cause) {
    super(message, cause);
  }
}
