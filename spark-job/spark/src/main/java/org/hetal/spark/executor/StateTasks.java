package org.hetal.spark.executor;

import java.io.Serializable;
import java.util.ArrayList;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Work with evaluation keys and without rows, one task each: the driver of a cluster has no keys.
 * The element of the RDD is not used.
 */
final class StateTasks {
  private StateTasks() {}

  /**
   * A state and the gradient at its look-ahead point.
   *
   * @param gradient serialized ciphertexts
   */
  record Step(StateBytes state, ArrayList<byte[]> gradient) implements Serializable {
    private static final long serialVersionUID = 1L;

    long bytes() {
      return state.bytes() + Ciphertexts.bytes(gradient);
    }
  }

  /** From a step to the next state. */
  record Update(
      ComputeSpec spec,
      Broadcast<Step> step,
      Broadcast<SerializableConfiguration> hadoop,
      LongAccumulator bootstraps)
      implements Function<Integer, StateBytes> {
    @Override
    public StateBytes call(Integer unused) {
      return Tasks.working(
          spec,
          hadoop.value().value(),
          engine -> Tasks.counting(bootstraps, engine, () -> engine.updated(step.value())));
    }
  }

  /** From the sums over all validation rows to the validation loss, a serialized ciphertext. */
  record Loss(
      ComputeSpec spec,
      Broadcast<ArrayList<byte[]>> sums,
      int rows,
      Broadcast<SerializableConfiguration> hadoop)
      implements Function<Integer, byte[]> {
    @Override
    public byte[] call(Integer unused) {
      return Tasks.working(
          spec, hadoop.value().value(), engine -> engine.validationLoss(sums.value(), rows));
    }
  }
}
