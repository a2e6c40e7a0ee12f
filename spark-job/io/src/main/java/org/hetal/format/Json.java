package org.hetal.format;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The one JSON mapper of the project. Reading is strict: every component of a record must be there
 * and must not be null, unless it is annotated with {@code @JsonSetter(nulls = Nulls.SET)}; unknown
 * fields, null elements of lists and anything after the value are refused. Equal values give equal
 * bytes. Thread-safe.
 */
public final class Json {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .defaultSetterInfo(JsonSetter.Value.construct(Nulls.FAIL, Nulls.FAIL))
          .build();

  private Json() {}

  /** A new empty object. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** The value as a tree. */
  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** The value in UTF-8 on one line, without a line feed at its end. */
  public static byte[] bytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw notWritable(value, e);
    }
  }

  /** As {@link #bytes}, as text. */
  public static String line(Object value) {
    return new String(bytes(value), StandardCharsets.UTF_8);
  }

  /** The value on several indented lines, with a line feed at the end. */
  public static String indented(Object value) {
    try {
      return MAPPER.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value) + "\n";
    } catch (JsonProcessingException e) {
      throw notWritable(value, e);
    }
  }

  /**
   * @throws IOException when the bytes are not one JSON value; {@link #reason} says why
   */
  public static JsonNode parse(byte[] json) throws IOException {
    JsonNode tree = MAPPER.readTree(json);
    return tree == null ? MAPPER.missingNode() : tree;
  }

  /**
   * @throws IOException when the bytes are not a value of the type; {@link #reason} says why
   */
  public static <T> T read(byte[] json, Class<T> type) throws IOException {
    return read(json, 0, json.length, type);
  }

  /**
   * Reads a part of an array.
   *
   * @throws IOException when the bytes are not a value of the type; {@link #reason} says why
   */
  public static <T> T read(byte[] json, int offset, int length, Class<T> type) throws IOException {
    return required(MAPPER.readValue(json, offset, length, type));
  }

  private static <T> T required(T value) throws IOException {
    if (value == null) {
      throw new IOException("expected a value, actual null");
    }
    return value;
  }

  /**
   * @throws IOException when the tree is not a value of the type; {@link #reason} says why
   */
  public static <T> T read(JsonNode tree, Class<T> type) throws IOException {
    return required(MAPPER.treeToValue(tree, type));
  }

  /** Why a value could not be read, on one line and without a piece of the source. */
  public static String reason(IOException failure) {
    String message =
        failure instanceof JsonProcessingException json
            ? json.getOriginalMessage()
            : failure.getMessage();
    return String.valueOf(message).lines().findFirst().orElse("not JSON");
  }

  private static IllegalStateException notWritable(Object value, JsonProcessingException e) {
    return new IllegalStateException("writing a " + value.getClass().getName() + " as JSON", e);
  }
}
