package org.hetal.oracle;

import org.hetal.training.StopDecision;

/**
 * The validation oracle's answer as JSON with status 200: stop and best, two bits. It is all that
 * the cluster learns from the validation: no loss, no accuracy, no reason for a stop.
 *
 * <p>Any other status carries {@code {"error": "..."}}: 400 not a request, 401 wrong token, 403
 * another key or parameters, 404 another path, 405 another method, 409 another run, an epoch out of
 * turn or answered before for other ciphertexts, 413 too large, 429 the query budget is spent, 500
 * an internal error of the oracle. A request for the same epoch with the same ciphertexts gets the
 * same answer and costs nothing of the budget. Connection failures and 503 may be retried, and 401
 * once the token file was read again.
 */
public final class ValidationAnswer {
  private static final String STOPPED = "the validation oracle answered stop";

  private record Bits(boolean stop, boolean best) {}

  private record Failure(String error) {}

  private ValidationAnswer() {}

  /**
   * The body of an answer.
   *
   * @param decision the answer
   * @return JSON in UTF-8
   */
  public static byte[] encode(StopDecision decision) {
    return Messages.encode(new Bits(decision.stop(), decision.best()));
  }

  /**
   * Reads the body of an answer with status 200.
   *
   * @param json the body
   * @return the answer
   * @throws IllegalArgumentException when the bytes are not an answer
   */
  public static StopDecision decode(byte[] json) {
    return sent(Messages.decode(json, Bits.class, "oracle: expected an answer with stop, best"));
  }

  /**
   * What the cluster knows of an answer.
   *
   * @param decision as the owner's side has it, with the reason
   * @return stop and best, with the same reason for every stop
   */
  public static StopDecision withoutReason(StopDecision decision) {
    return sent(new Bits(decision.stop(), decision.best()));
  }

  private static StopDecision sent(Bits bits) {
    return new StopDecision(bits.stop(), bits.best(), bits.stop() ? STOPPED : "");
  }

  /**
   * The body of a status other than 200.
   *
   * @param message one line
   * @return JSON in UTF-8
   */
  public static byte[] failure(String message) {
    return Messages.encode(new Failure(message));
  }

  /**
   * The message in the body of a status other than 200.
   *
   * @param json the body
   * @return the message; "no message" when the body has none
   */
  public static String failureMessage(byte[] json) {
    try {
      return Messages.decode(json, Failure.class, "oracle: expected a failure").error();
    } catch (IllegalArgumentException e) {
      return "no message";
    }
  }
}
