package org.hetal.format;

/** The form of a run id, the setting {@code run-id}, which names files and appears in messages. */
public final class RunId {
  /** A regular expression for the whole text. */
  public static final String PATTERN = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

  /** For messages. */
  public static final String DESCRIPTION = "1 to 64 letters, digits, . _ -";

  private RunId() {}

  /**
   * Checks a text.
   *
   * @param text or null
   * @return whether it is a run id
   */
  public static boolean isValid(String text) {
    return text != null && text.matches(PATTERN);
  }
}
