package org.hetal.oracle;

/**
 * The validation oracle's answer, JSON with status 200. It is all that the cluster learns from the
 * validation: no loss, no accuracy.
 *
 * <p>Any other status carries {@code {"error": "..."}}: 400 not a request, 401 wrong token, 403
 * another key or parameters, 404 another path, 405 another method, 409 another run, an epoch out of
 * turn or answered before for other ciphertexts, 413 too large, 429 the query budget is spent, 500
 * the oracle's fault. Asking again for the same epoch with the same ciphertexts gives the same
 * answer and costs nothing. Connection failures and 503 are worth a retry, and so is 401 once the
 * token was read again.
 *
 * @param stop whether training ends here
 * @param best whether this epoch's model is the best so far: the cluster keeps it
 * @param reason why it stops, in words without figures of the loss; empty when it goes on
 * @param answersLeft of the query budget
 */
public record ValidationAnswer(boolean stop, boolean best, String reason, int answersLeft) {
  private record Failure(String error) {}

  /** As JSON. */
  public byte[] encode() {
    return Messages.encode(this);
  }

  /**
   * @throws IllegalArgumentException when the bytes are not an answer
   */
  public static ValidationAnswer decode(byte[] json) {
    return Messages.decode(
        json,
        ValidationAnswer.class,
        "oracle: expected an answer with stop, best, reason, answersLeft");
  }

  /** The body of a status other than 200. */
  public static byte[] failure(String message) {
    return Messages.encode(new Failure(message));
  }

  /** The message in the body of a status other than 200; for the log of whoever asked. */
  public static String failureMessage(byte[] json) {
    try {
      return Messages.decode(json, Failure.class, "oracle: expected a failure").error();
    } catch (IllegalArgumentException e) {
      return "no message";
    }
  }
}
