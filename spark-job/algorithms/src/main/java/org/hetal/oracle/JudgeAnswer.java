package org.hetal.oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/**
 * The key holder's answer, JSON with status 200. It is all that the cluster learns from the
 * validation: no loss, no accuracy.
 *
 * <p>Any other status carries {@code {"error": "..."}}: 400 not a request, 401 wrong token, 403
 * another key or parameters, 404 another path, 405 another method, 409 an epoch out of turn or
 * answered before for other ciphertexts, 413 too large, 429 the query budget is spent, 500 the
 * oracle's fault. Asking again for the last epoch with the same ciphertexts gives the same answer
 * and costs nothing: only connection failures and 503 are worth a retry.
 *
 * @param stop whether training ends here
 * @param best whether this epoch's model is the best so far: the cluster keeps it
 * @param reason why it stops, in words without figures of the loss; empty when it goes on
 * @param answersLeft of the query budget
 */
public record JudgeAnswer(boolean stop, boolean best, String reason, int answersLeft) {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

  private record Failure(String error) {}

  /** As JSON. */
  public byte[] encode() {
    return bytes(this);
  }

  /**
   * @throws IllegalArgumentException when the bytes are not an answer
   */
  public static JudgeAnswer decode(byte[] json) {
    String expected = "oracle: expected an answer with stop, best, reason, answersLeft";
    try {
      JudgeAnswer answer = JSON.readValue(json, JudgeAnswer.class);
      if (answer == null) {
        throw new IllegalArgumentException(expected + ", actual null");
      }
      return answer;
    } catch (IOException e) {
      throw new IllegalArgumentException(expected, e);
    }
  }

  /** The body of a status other than 200. */
  public static byte[] failure(String message) {
    return bytes(new Failure(message));
  }

  /** The message in the body of a status other than 200; for the log of whoever asked. */
  public static String failureMessage(byte[] json) {
    try {
      Failure failure = JSON.readValue(json, Failure.class);
      return failure == null || failure.error() == null ? "no message" : failure.error();
    } catch (IOException e) {
      return "no message";
    }
  }

  private static byte[] bytes(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an answer is always writable", e);
    }
  }
}
