package org.hetal.planner;

import java.io.Serializable;

/**
 * Measured times of an engine, from which {@link TrainingEstimate} tells what a training will cost;
 * sizes come from the parameter set. Figures come from a benchmark of the machine in question, or
 * are estimated from such figures ({@link CostsByThreads}), and a plan then says so.
 *
 * @param source where the figures come from, for the report
 * @param keySwitchSeconds of one rotation or relinearization, averaged over the levels used
 * @param productSeconds of one product of a ciphertext with a ciphertext or plaintext, rescaling
 *     included
 * @param bootstrapSeconds of one ciphertext
 * @param bootstrapPairSeconds of two in one
 */
public record CostModel(
    String source,
    double keySwitchSeconds,
    double productSeconds,
    double bootstrapSeconds,
    double bootstrapPairSeconds)
    implements Serializable {

  public CostModel {
    if (!(keySwitchSeconds > 0)
        || !(productSeconds > 0)
        || !(bootstrapSeconds > 0)
        || !(bootstrapPairSeconds > 0)) {
      throw new IllegalArgumentException("cost model: expected positive times, actual " + source);
    }
  }
}
