package org.hetal.spark.executor;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;

/**
 * The sum of the gradients of some microbatches of one minibatch. Addends are joined along one
 * binary tree over the microbatches' numbers: node (h, i) is the sum of microbatches i * 2^h to (i
 * + 1) * 2^h - 1. The bytes of the total therefore depend neither on partitions nor on the order of
 * arrival, also on a backend whose addition is not associative to the last bit (the simulator's
 * doubles; ciphertexts are exact). A sum of contiguous microbatches has at most about 2 *
 * log2(microbatches) nodes.
 *
 * <p>A node stays a ciphertext of the engine, or stays serialized, until the other form is needed:
 * a task adds ciphertexts and serializes each node once, when the task ends. Not thread-safe; close
 * it before the evaluator.
 */
final class PartialSum implements AutoCloseable {
  private final Evaluator evaluator;
  private final TreeMap<Long, Node> nodes = new TreeMap<>(); // by key(height, index)

  /** Ciphertexts of one gradient in exactly one of two forms; the other is null. */
  private record Node(List<Ciphertext> ciphertexts, List<byte[]> bytes) {
    void close() {
      if (ciphertexts != null) {
        ciphertexts.forEach(Ciphertext::close);
      }
    }
  }

  PartialSum(Evaluator evaluator) {
    this.evaluator = evaluator;
  }

  /**
   * Adds the gradient of one microbatch. Cost: an addition per ciphertext and completed node.
   *
   * @param gradient closed with this sum, also when this method throws
   * @throws IllegalStateException when the microbatch was added before
   */
  void add(int microbatch, List<Ciphertext> gradient) {
    insert(key(0, microbatch), new Node(gradient, null));
  }

  /**
   * Adds all nodes of another sum.
   *
   * @throws IllegalStateException when a microbatch is in both sums
   */
  void add(SumTree other) {
    other.nodes().forEach((key, bytes) -> insert(key, new Node(null, bytes)));
  }

  /** This sum, serialized. Cost: a serialization per ciphertext that is not serialized yet. */
  SumTree serialized() {
    SumTree out = new SumTree();
    nodes.forEach(
        (key, node) ->
            out.put(
                key,
                node.bytes() != null
                    ? node.bytes()
                    : Ciphertexts.serialized(evaluator, node.ciphertexts())));
    return out;
  }

  /**
   * The sum over all microbatches: nodes that are left are joined from the highest microbatch down.
   * This sum is empty afterwards.
   *
   * @return the caller closes the ciphertexts
   * @throws IllegalStateException when no microbatch was added
   */
  List<Ciphertext> total() {
    if (nodes.isEmpty()) {
      throw new IllegalStateException(
          "sum of microbatches: expected at least one microbatch, actual none");
    }
    Node sum = null;
    // Ascending height is descending position when the microbatches are 0 to n-1.
    while (!nodes.isEmpty()) {
      Node next = nodes.pollFirstEntry().getValue();
      sum = sum == null ? next : add(next, sum);
    }
    return opened(sum);
  }

  @Override
  public void close() {
    nodes.values().forEach(Node::close);
    nodes.clear();
  }

  /** Height in the high half, index in the low half. */
  static long key(long height, long index) {
    return height << 32 | index;
  }

  private void insert(long key, Node node) {
    long height = key >> 32;
    long index = key & 0xffffffffL;
    if (nodes.containsKey(key)) {
      node.close();
      throw new IllegalStateException(
          "sum of microbatches: node " + index + " of height " + height + " was added twice");
    }
    Node sibling = nodes.remove(key(height, index ^ 1));
    if (sibling == null) {
      nodes.put(key, node);
    } else {
      boolean left = (index & 1) == 0;
      insert(key(height + 1, index >> 1), left ? add(node, sibling) : add(sibling, node));
    }
  }

  /** Closes both addends. */
  private Node add(Node left, Node right) {
    try (Scope scope = new Scope()) {
      List<Ciphertext> a = scope.ownAll(opened(left));
      List<Ciphertext> b = scope.ownAll(opened(right));
      if (a.size() != b.size()) {
        throw new IllegalStateException(
            "sum of microbatches: expected equal numbers of ciphertexts, actual "
                + a.size()
                + " and "
                + b.size());
      }
      List<Ciphertext> sums = new ArrayList<>();
      try {
        for (int i = 0; i < a.size(); i++) {
          sums.add(evaluator.add(a.get(i), b.get(i)));
        }
      } catch (RuntimeException e) {
        sums.forEach(Ciphertext::close);
        throw e;
      }
      return new Node(sums, null);
    }
  }

  private List<Ciphertext> opened(Node node) {
    if (node.ciphertexts() != null) {
      return node.ciphertexts();
    }
    try (Scope scope = new Scope()) {
      List<Ciphertext> out = Ciphertexts.opened(scope, evaluator, node.bytes());
      out.forEach(scope::release);
      return out;
    }
  }
}
