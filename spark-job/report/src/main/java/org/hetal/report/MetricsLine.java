package org.hetal.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.hetal.dataset.DatasetException;
import org.hetal.format.Json;

/**
 * One line of {@code metrics.jsonl}. Fields that this release does not know are left out. A field
 * is named by its path.
 */
final class MetricsLine {
  private final String where;
  private final JsonNode fields;

  MetricsLine(String where, String text) {
    this.where = where;
    try {
      fields = Json.parse(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new DatasetException(where + ": expected a JSON object, " + Json.reason(e), e);
    }
  }

  String text(String field) {
    return require(fields.path(field).isTextual(), "text", field).asText();
  }

  boolean truth(String field) {
    return require(fields.path(field).isBoolean(), "true or false", field).asBoolean();
  }

  double number(String... path) {
    return require(at(path).isNumber(), "a number", path).asDouble();
  }

  int integer(String field) {
    return require(fields.path(field).isInt(), "a whole number", field).asInt();
  }

  long count(String field) {
    return require(fields.path(field).canConvertToExactIntegral(), "a whole number", field)
        .asLong();
  }

  /** 0 where the line lacks the field. */
  long countOrNone(String field) {
    return fields.has(field) ? count(field) : 0;
  }

  DatasetException unlike(String field, String expected) {
    return unlike(expected, new String[] {field});
  }

  private DatasetException unlike(String expected, String[] path) {
    JsonNode value = at(path);
    return new DatasetException(
        where
            + ": expected "
            + String.join(".", path)
            + ": "
            + expected
            + ", actual "
            + (value.isMissingNode() ? "none" : value));
  }

  private JsonNode at(String... path) {
    JsonNode node = fields;
    for (String name : path) {
      node = node.path(name);
    }
    return node;
  }

  private JsonNode require(boolean holds, String expected, String... path) {
    if (!holds) {
      throw unlike(expected, path);
    }
    return at(path);
  }
}
