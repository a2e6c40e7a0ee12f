package org.hetal.dataset;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.hetal.format.Digests;
import org.hetal.format.Json;

/**
 * A JSON file with its kind, its version and the SHA-256 of its content, so that a damaged or
 * changed file is detected.
 *
 * @param kind of the file, for example {@code hetal-encrypted-dataset}
 * @param version of the content's format
 * @param remedy what to do about a file of another version, for the message
 */
public record DigestedJson(String kind, int version, String remedy) {
  static final int MAX_BYTES = 1 << 27;
  private static final String COPY_AGAIN =
      "the file is incomplete or was changed; copy it again from where it was written";

  /**
   * Writes or replaces the file; equal contents give equal bytes.
   *
   * @param storage the folder
   * @param path of the file, relative
   * @param content a record or a map that becomes a JSON object
   */
  public void write(Storage storage, String path, Object content) {
    storage.writeAtomically(path, bytes(content));
  }

  /** The bytes of the file; equal contents give equal bytes. */
  byte[] bytes(Object content) {
    ObjectNode root = Json.object();
    JsonNode tree = Json.tree(content);
    root.put("kind", kind);
    root.put("version", version);
    root.put("sha256", digest(tree));
    root.set("content", tree);
    return Json.indented(root).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads the content.
   *
   * @param <T> its type
   * @param storage the folder
   * @param path of the file, relative; at most 128 MiB
   * @param type a record
   * @return the content
   * @throws DatasetException when the file is missing, damaged, or of another kind or version
   */
  public <T> T read(Storage storage, String path, Class<T> type) {
    return parse(
        storage.describe() + "/" + path, storage.read(path, MAX_BYTES), type, content -> {});
  }

  /**
   * As {@link #read(Storage, String, Class)}, from bytes, and for a type with components that a
   * file may lack.
   *
   * @param <T> its type
   * @param where the bytes are from, for messages
   * @param bytes of the file
   * @param type a record
   * @param completed adds what the file lacks to its content
   * @return the content
   * @throws DatasetException when the bytes are damaged, or of another kind or version
   */
  <T> T parse(String where, byte[] bytes, Class<T> type, Consumer<ObjectNode> completed) {
    try {
      JsonNode root = Json.parse(bytes);
      if (!root.path("content").isObject()) {
        throw new DatasetException(where + ": expected an object with kind, version, content");
      }
      expect(where, "kind", kind, root.path("kind").asText(), "");
      expect(where, "version", String.valueOf(version), root.path("version").asText(), remedy);
      expect(
          where, "sha256", digest(root.get("content")), root.path("sha256").asText(), COPY_AGAIN);
      completed.accept((ObjectNode) root.get("content"));
      return Json.read(root.get("content"), type);
    } catch (IOException e) {
      if (e.getCause() instanceof DatasetException cause) {
        throw new DatasetException(where + ": " + cause.getMessage(), e);
      }
      boolean isSyntax = e instanceof JacksonException && !(e instanceof JsonMappingException);
      String remedy = isSyntax ? "; " + COPY_AGAIN : "";
      throw new DatasetException(where + ": " + Json.reason(e) + remedy, e);
    }
  }

  private static void expect(
      String where, String what, String expected, String actual, String remedy) {
    if (!expected.equals(actual)) {
      throw new DatasetException(
          where
              + ": "
              + what
              + ": expected "
              + expected
              + ", actual "
              + actual
              + (remedy.isEmpty() ? "" : "; " + remedy));
    }
  }

  private static String digest(JsonNode tree) {
    return Digests.sha256(Json.bytes(tree));
  }
}
