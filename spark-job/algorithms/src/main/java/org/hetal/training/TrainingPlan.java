package org.hetal.training;

import java.io.Serializable;
import java.util.Map;
import org.hetal.he.Parameters;
import org.hetal.he.RotationPlan;
import org.hetal.he.simulator.Operation;
import org.hetal.packing.Layout;

/**
 * Everything that key generation, encryption and training must agree on, found before any key is
 * made: the level of each thing, the keys that training uses, what an iteration costs.
 *
 * @param layout of features, logits and weights
 * @param levels placed by search: fewest bootstraps first, then lowest levels
 * @param rotations exactly the keys that training, validation and prediction use
 * @param bootstrapsPerIteration of a full minibatch, over all its units and the refresh of the
 *     state
 * @param iteration operations of one full minibatch
 * @param validation operations of one epoch's validation logits
 */
public record TrainingPlan(
    Parameters parameters,
    Layout layout,
    Schedule schedule,
    int validationRows,
    Levels levels,
    RotationPlan rotations,
    int bootstrapsPerIteration,
    Map<Operation, Long> iteration,
    Map<Operation, Long> validation)
    implements Serializable {

  public TrainingPlan {
    iteration = Map.copyOf(iteration);
    validation = Map.copyOf(validation);
  }

  /**
   * Plans by counted levels and by running one iteration of each shape of unit on the simulator
   * with the same ring and levels.
   *
   * @param layout {@link Layout#choose} of the slots, the minibatch and the model
   * @param validationRows at least 1
   * @throws IllegalArgumentException when the parameters leave too few levels, with the numbers
   */
  public static TrainingPlan of(
      Parameters parameters, Layout layout, Schedule schedule, int validationRows) {
    throw new UnsupportedOperationException("planning: not built yet");
  }

  /** Throws unless a part works with the parameters that were planned for. */
  void requireParameters(Parameters actual) {
    if (!actual.hash().equals(parameters.hash())) {
      throw new IllegalArgumentException(
          "parameters: expected "
              + parameters.name()
              + " ("
              + parameters.hash()
              + "), actual "
              + actual.name()
              + " ("
              + actual.hash()
              + ")");
    }
  }

  /** What a training will take on a machine with the given costs. */
  public Estimate estimate(CostModel costs) {
    throw new UnsupportedOperationException("estimates: not built yet");
  }

  /**
   * Estimates, to be shown before anything is made.
   *
   * @param keyBytes of the evaluation keys on disk, bootstrapping's included
   * @param featureBytes of all training features and labels on disk
   * @param stateBytes of the state that is broadcast each step
   * @param unitMemoryBytes of one unit's rows and the expanded weights in memory
   * @param secondsPerIteration on one worker
   * @param minutesPerEpoch on one worker, validation included
   */
  public record Estimate(
      long keyBytes,
      long featureBytes,
      long stateBytes,
      long unitMemoryBytes,
      double secondsPerIteration,
      double minutesPerEpoch)
      implements Serializable {}
}
