package org.hetal.oracle;

import java.io.IOException;
import org.hetal.format.Json;

/**
 * JSON of the messages between cluster and validation oracle: every field is required, no more
 * bytes.
 */
final class Messages {
  private Messages() {}

  static byte[] encode(Object message) {
    return Json.bytes(message);
  }

  static <T> T decode(byte[] json, Class<T> type, String expected) {
    return decode(json, 0, json.length, type, expected);
  }

  /**
   * @param expected what the message is to be, for the exception
   * @throws IllegalArgumentException when the bytes are no such message
   */
  static <T> T decode(byte[] bytes, int offset, int length, Class<T> type, String expected) {
    try {
      return Json.read(bytes, offset, length, type);
    } catch (IOException e) {
      throw new IllegalArgumentException(expected, e);
    }
  }
}
