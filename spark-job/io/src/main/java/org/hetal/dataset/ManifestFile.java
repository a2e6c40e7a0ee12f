package org.hetal.dataset;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;

/**
 * The JSON file that commits a folder: it is written last, so a folder with a manifest is complete.
 */
final class ManifestFile {
  static final String NAME = "manifest.json";
  private static final int VERSION = 3;

  private ManifestFile() {}

  static void write(Storage storage, String kind, Object content) {
    format(kind).write(storage, NAME, content);
  }

  static byte[] bytes(String kind, Object content) {
    return format(kind).bytes(content);
  }

  static <T> T read(Storage storage, String kind, Class<T> type) {
    return format(kind).read(storage, NAME, type);
  }

  /** The bytes, to be parsed. */
  static byte[] bytes(Storage storage) {
    return storage.read(NAME, DigestedJson.MAX_BYTES);
  }

  /** From bytes, for a type with components that a manifest may lack. */
  static <T> T parse(
      Storage storage, byte[] bytes, String kind, Class<T> type, Consumer<ObjectNode> completed) {
    return format(kind).parse(storage.describe() + "/" + NAME, bytes, type, completed);
  }

  private static DigestedJson format(String kind) {
    return new DigestedJson(
        kind, VERSION, "another release wrote it; run hetal encrypt and hetal train again");
  }
}
