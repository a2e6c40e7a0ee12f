package org.hetal.owner.oracle;

/** A refused request, with its HTTP status. */
final class OracleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  static final int BAD_REQUEST = 400;
  static final int UNAUTHORIZED = 401;
  static final int FORBIDDEN = 403;
  static final int NOT_FOUND = 404;
  static final int BAD_METHOD = 405;
  static final int CONFLICT = 409;
  static final int LENGTH_REQUIRED = 411;
  static final int TOO_LARGE = 413;
  static final int BUDGET_SPENT = 429;
  static final int BUSY = 503;

  private final int status;

  OracleException(int status, String message) {
    super(message);
    this.status = status;
  }

  int status() {
    return status;
  }
}
