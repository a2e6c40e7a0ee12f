package org.hetal.owner.record;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.hetal.dataset.Shapes;
import org.hetal.format.Digests;
import org.hetal.plan.TrainingPlan;

/** SHA-256 in lower-case hex of values in the clear; all of them depend on the order. */
final class RecordDigests {
  private RecordDigests() {}

  /** Of the labels as big-endian 32-bit integers. */
  static String labels(int[] labels) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(Integer.BYTES, labels.length));
    bytes.asIntBuffer().put(labels);
    return Digests.sha256(bytes.array());
  }

  /** Of the rows, each its number of columns and its values as big-endian 64-bit doubles. */
  static String rows(double[][] rows) {
    MessageDigest digest = Digests.newSha256();
    for (double[] row : rows) {
      ByteBuffer bytes =
          ByteBuffer.allocate(Math.addExact(Integer.BYTES, Double.BYTES * row.length));
      bytes.putInt(row.length);
      bytes.asDoubleBuffer().put(row);
      digest.update(bytes.array());
    }
    return Digests.hex(digest.digest());
  }

  /**
   * Of what keys and ciphertexts are made by: parameters, layout, levels, keys. Another release may
   * plan the same training in another way.
   */
  static String plan(TrainingPlan plan) {
    String canonical =
        String.join(
            "\n",
            "hetal training plan 1",
            plan.parameters().hash(),
            Shapes.shape(plan.layout()).toString(),
            plan.levels().toString(),
            plan.keys().rotations().toString(),
            String.valueOf(plan.keys().relinearizationLevel()),
            String.valueOf(plan.keys().conjugationLevel()),
            String.valueOf(plan.keys().needsBootstrap()));
    return Digests.sha256(canonical);
  }
}
