package org.hetal.spark.executor;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The serialized form of a {@link PartialSum}, which travels from task to task: nodes of the sum
 * tree, each a list of serialized ciphertexts. Immutable once it is sent.
 */
final class SumTree implements Serializable {
  private static final long serialVersionUID = 2L;

  /** By {@link PartialSum#key}. */
  private final TreeMap<Long, List<byte[]>> nodes = new TreeMap<>();

  Map<Long, List<byte[]>> nodes() {
    return nodes;
  }

  /** Adds a node as it is; its key must be new. */
  void put(long key, List<byte[]> value) {
    nodes.put(key, value);
  }

  /** Bytes of all ciphertexts. */
  long bytes() {
    return nodes.values().stream().mapToLong(Ciphertexts::bytes).sum();
  }
}
