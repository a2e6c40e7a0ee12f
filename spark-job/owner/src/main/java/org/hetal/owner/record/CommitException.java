package org.hetal.owner.record;

/** A result that cannot be put where it belongs, mostly because one is there. Exits with 73. */
public final class CommitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CommitException(String message) {
    super(message);
  }
}
