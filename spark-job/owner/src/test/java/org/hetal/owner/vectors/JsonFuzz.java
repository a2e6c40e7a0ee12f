package org.hetal.owner.vectors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Seeded changes of a JSON file whose digest is recomputed, so that they reach the checks behind
 * the digest: values of other types and extremes, members and elements that are missing, repeated
 * or too many.
 */
final class JsonFuzz {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final byte[] good;
  private final SplittableRandom random;

  JsonFuzz(byte[] good, long seed) {
    this.good = good.clone();
    this.random = new SplittableRandom(seed);
  }

  /** The file with one to three changes of its content, under a right digest. */
  byte[] changed() {
    try {
      ObjectNode root = (ObjectNode) JSON.readTree(good);
      JsonNode content = root.get("content");
      for (int i = random.nextInt(3); i >= 0; i--) {
        List<JsonNode> containers = new ArrayList<>();
        collect(content, containers);
        change(containers.get(random.nextInt(containers.size())));
      }
      root.put("sha256", sha256(JSON.writeValueAsBytes(content)));
      return JSON.writeValueAsBytes(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void collect(JsonNode node, List<JsonNode> containers) {
    if (node.isContainerNode() && !node.isEmpty()) {
      containers.add(node);
    }
    node.forEach(child -> collect(child, containers));
  }

  private void change(JsonNode container) throws JsonProcessingException {
    if (container instanceof ObjectNode object) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      String name = names.get(random.nextInt(names.size()));
      switch (random.nextInt(6)) {
        case 0 -> object.remove(name);
        case 1 -> object.set(name + "x", object.remove(name));
        default -> object.set(name, value(object.get(name)));
      }
    } else {
      ArrayNode array = (ArrayNode) container;
      int at = random.nextInt(array.size());
      switch (random.nextInt(6)) {
        case 0 -> array.remove(at);
        case 1 -> array.add(array.get(at).deepCopy());
        case 2 -> array.removeAll();
        default -> array.set(at, value(array.get(at)));
      }
    }
  }

  private JsonNode value(JsonNode before) throws JsonProcessingException {
    return switch (random.nextInt(14)) {
      case 0 -> NODES.nullNode();
      case 1 -> NODES.numberNode(random.nextInt());
      case 2 -> NODES.numberNode(-1);
      case 3 -> NODES.numberNode(0);
      case 4 -> NODES.numberNode(Integer.MAX_VALUE);
      case 5 -> NODES.numberNode(Long.MIN_VALUE);
      case 6 -> NODES.numberNode(1e300);
      case 7 -> NODES.textNode("");
      case 8 -> NODES.textNode("../../../etc/passwd");
      case 9 -> NODES.textNode("x".repeat(1 + random.nextInt(100)));
      case 10 -> NODES.booleanNode(random.nextInt(2) == 0);
      case 11 -> NODES.arrayNode();
      case 12 -> NODES.objectNode();
      default ->
          before.isNumber()
              ? NODES.numberNode(before.asLong() + 1 - 2 * random.nextInt(2))
              : before;
    };
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
