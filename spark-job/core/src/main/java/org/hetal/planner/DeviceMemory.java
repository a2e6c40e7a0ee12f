package org.hetal.planner;

import java.io.Serializable;
import org.hetal.he.KeyPlan;
import org.hetal.he.Parameters;
import org.hetal.plan.MemoryEstimate;
import org.hetal.plan.Partition;
import org.hetal.plan.RowRange;
import org.hetal.plan.TrainingPlan;

/**
 * Bytes that the native engine takes on its device in a training, known before any key is made. All
 * keys are resident once they were used.
 *
 * @param keys evaluation keys, expanded, and the constants of bootstrapping
 * @param shared masks, state and its expanded form
 * @param kept rows that stay in memory between steps
 * @param task of each task that runs at a time: its rows and what it computes with
 */
public record DeviceMemory(long keys, long shared, long kept, long task) implements Serializable {
  /**
   * Keys and encoded matrices of bootstrapping, for each coefficient of the ring: 7.04 GB measured
   * at N = 2^16 after a bootstrap of each kind, and so much less a coefficient for each halving of
   * the ring (0.29 GB at 2^12), which has fewer of them.
   */
  private static final long BOOTSTRAP_BYTES = 107_500;

  private static final long BOOTSTRAP_BYTES_LESS = 9_000;
  private static final int LOG_DEGREE = 16;

  /** Beyond these, while two ciphertexts are bootstrapped at once: 0.70 GB measured at N = 2^16. */
  private static final long SCRATCH_BYTES = 10_700;

  /**
   * @param parameters those of the plan
   * @param cacheBytes of rows that an executor may keep
   * @throws IllegalArgumentException unless the plan is for these parameters
   */
  public static DeviceMemory of(TrainingPlan plan, Parameters parameters, long cacheBytes) {
    plan.requireParameters(parameters);
    int degree = parameters.ringDegree();
    KeyPlan planned = plan.keys();
    long keys =
        bootstrapBytes(degree)
            + planned.rotations().values().stream().mapToLong(parameters::keyBytes).sum()
            + parameters.keyBytes(planned.relinearizationLevel())
            + parameters.keyBytes(planned.conjugationLevel());
    long rows = 0;
    for (Partition.MicrobatchRows microbatch :
        Partition.microbatches(plan.schedule(), plan.layout())) {
      for (RowRange group : microbatch.groups()) {
        rows +=
            (long) plan.rowBlocks(group.rows())
                    * plan.layout().columnBlocks()
                    * parameters.ciphertextBytes(plan.levels().features())
                + parameters.ciphertextBytes(plan.levels().labels());
      }
    }
    MemoryEstimate set = plan.memory();
    return new DeviceMemory(
        keys,
        set.shared(),
        Math.min(rows, cacheBytes),
        set.microbatch() + set.working() + SCRATCH_BYTES * degree);
  }

  /** With so many tasks at a time. */
  public long total(int tasks) {
    return keys + shared + kept + tasks * task;
  }

  private static long bootstrapBytes(int degree) {
    int halvings = LOG_DEGREE - (31 - Integer.numberOfLeadingZeros(degree));
    return (BOOTSTRAP_BYTES - halvings * BOOTSTRAP_BYTES_LESS) * degree;
  }
}
