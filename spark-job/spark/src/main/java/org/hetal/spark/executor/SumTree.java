package org.hetal.spark.executor;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;

/**
 * A sum over microbatches in progress. Addends are joined only along one binary tree over the
 * microbatches' numbers, whoever joins them and when: node (h, i) is the sum of microbatches i*2^h
 * to (i+1)*2^h - 1. So the bytes of the total depend neither on partitions nor on the order of
 * arrival, even on a backend whose addition is not associative to the last bit (the simulator's
 * doubles; ciphertexts are exact anyway). An executor holds at most about 2*log2(microbatches)
 * nodes of contiguous microbatches.
 *
 * <p>Values are lists of serialised ciphertexts of one length. Not thread-safe.
 */
final class SumTree implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Key: height in the high half, index in the low half. */
  private final TreeMap<Long, List<byte[]>> nodes = new TreeMap<>();

  static SumTree of(int microbatch, List<byte[]> value) {
    SumTree tree = new SumTree();
    tree.put(key(0, microbatch), value);
    return tree;
  }

  Map<Long, List<byte[]>> nodes() {
    return nodes;
  }

  boolean isEmpty() {
    return nodes.isEmpty();
  }

  /** For deserialisation and {@link #of}: sets a node as it is. */
  void put(long key, List<byte[]> value) {
    if (nodes.putIfAbsent(key, value) != null) {
      throw new IllegalStateException(
          "sum of microbatches: node "
              + (key & 0xffffffffL)
              + " of height "
              + (key >> 32)
              + " came twice");
    }
  }

  /** Takes over the nodes of {@code other} and joins siblings. */
  SumTree merge(SumTree other, Evaluator evaluator) {
    other.nodes.forEach((key, value) -> insert(key, value, evaluator));
    other.nodes.clear();
    return this;
  }

  /** The sum of all microbatches; the nodes left are joined from the highest microbatch down. */
  List<byte[]> total(Evaluator evaluator) {
    if (nodes.isEmpty()) {
      throw new IllegalStateException(
          "sum of microbatches: expected at least one microbatch, actual none");
    }
    List<byte[]> sum = null;
    // Ascending height is descending position when the microbatches are 0 to n-1.
    for (List<byte[]> value : nodes.values()) {
      sum = sum == null ? value : add(value, sum, evaluator);
    }
    return sum;
  }

  private void insert(long key, List<byte[]> value, Evaluator evaluator) {
    long height = key >> 32;
    long index = key & 0xffffffffL;
    List<byte[]> sibling = nodes.remove(key(height, index ^ 1));
    if (sibling == null) {
      put(key, value);
    } else {
      boolean left = (index & 1) == 0;
      List<byte[]> sum = left ? add(value, sibling, evaluator) : add(sibling, value, evaluator);
      insert(key(height + 1, index >> 1), sum, evaluator);
    }
  }

  private static long key(long height, long index) {
    return height << 32 | index;
  }

  private static List<byte[]> add(List<byte[]> a, List<byte[]> b, Evaluator evaluator) {
    if (a.size() != b.size()) {
      throw new IllegalStateException(
          "sum of microbatches: expected equal numbers of ciphertexts, actual "
              + a.size()
              + " and "
              + b.size());
    }
    List<byte[]> sums = new ArrayList<>(a.size());
    for (int i = 0; i < a.size(); i++) {
      try (Scope scope = evaluator.scope()) {
        Ciphertext x = scope.add(evaluator.deserialize(a.get(i)));
        Ciphertext y = scope.add(evaluator.deserialize(b.get(i)));
        sums.add(evaluator.serialize(scope.add(evaluator.add(x, y))));
      }
    }
    return sums;
  }
}
