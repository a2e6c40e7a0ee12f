package org.hetal.owner.oracle;

/** A question that is not answered, with the status that says why. */
final class OracleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  static final int BAD_REQUEST = 400;
  static final int FORBIDDEN = 403;
  static final int CONFLICT = 409;
  static final int BUDGET_SPENT = 429;

  private final int status;

  OracleException(int status, String message) {
    super(message);
    this.status = status;
  }

  int status() {
    return status;
  }
}
