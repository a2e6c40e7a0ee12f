package org.hetal.owner.cli;

/** A result that cannot be put where it belongs, mostly because one is there. Exits with 73. */
final class CommitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CommitException(String message) {
    super(message);
  }
}
