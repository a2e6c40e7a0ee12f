package org.hetal.owner;

/** A call needs an artifact that is not on the class path; the message names it. */
public final class MissingArtifactException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MissingArtifactException(String message, Throwable cause) {
    super(message, cause);
  }
}
