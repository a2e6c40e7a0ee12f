package org.hetal.oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/**
 * JSON of the messages between cluster and validation oracle: every field is required, no more
 * bytes.
 */
final class Messages {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private Messages() {}

  static byte[] encode(Object message) {
    try {
      return JSON.writeValueAsBytes(message);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a message is always writable", e);
    }
  }

  static <T> T decode(byte[] json, Class<T> type, String expected) {
    return decode(json, 0, json.length, type, expected);
  }

  /**
   * @param expected what the message is to be, for the exception
   * @throws IllegalArgumentException when the bytes are no such message
   */
  static <T> T decode(byte[] bytes, int offset, int length, Class<T> type, String expected) {
    T message;
    try {
      message = JSON.readValue(bytes, offset, length, type);
    } catch (IOException e) {
      throw new IllegalArgumentException(expected, e);
    }
    if (message == null) {
      throw new IllegalArgumentException(expected + ", actual null");
    }
    return message;
  }
}
