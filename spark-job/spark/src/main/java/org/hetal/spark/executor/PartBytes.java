package org.hetal.spark.executor;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What one task hands on: serialized ciphertexts of one range of a microbatch.
 *
 * @param range its position among the ranges of the microbatch, from 0
 * @param ciphertexts in order
 */
record PartBytes(int range, ArrayList<byte[]> ciphertexts) implements Serializable {
  private static final long serialVersionUID = 1L;

  static PartBytes of(int range, List<byte[]> ciphertexts) {
    return new PartBytes(range, new ArrayList<>(ciphertexts));
  }

  /** The ciphertexts of all ranges in order, whatever the order in which they arrived. */
  static List<byte[]> inOrder(Iterable<PartBytes> arrived) {
    List<PartBytes> sorted = new ArrayList<>();
    arrived.forEach(sorted::add);
    sorted.sort(Comparator.comparingInt(PartBytes::range));
    List<byte[]> out = new ArrayList<>();
    sorted.forEach(part -> out.addAll(part.ciphertexts()));
    return out;
  }
}
