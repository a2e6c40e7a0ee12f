package org.hetal.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.HeRangeException;
import org.hetal.he.Scope;
import org.hetal.plan.RowCounts;
import org.hetal.plan.TrainingPlan;

/**
 * Trains on encrypted rows: minibatches in order, Nesterov update and refresh. After each epoch the
 * state is saved, then the validation oracle is asked, then its answer is saved: a validation
 * oracle that cannot be reached costs no work. The state is also saved inside an epoch, every so
 * many steps. A run that finds a checkpoint goes on from it and ends with the same bytes as an
 * undisturbed one; a finished one returns at once.
 */
public final class Trainer {
  static final String ALL_EPOCHS_DONE = "all epochs done";
  private static final double NANOS = 1e-9;

  private final Evaluator evaluator;
  private final TrainingPlan plan;
  private final GradientService workers;
  private final RowCounts rows;
  private final ValidationOracle validationOracle;
  private final CheckpointStore checkpoints;
  private final TrainingListener listener;
  private final String configurationHash;
  private final int checkpointEvery;

  /**
   * A trainer that saves the state only at the end of each epoch.
   *
   * @param evaluator for the bytes and levels of the state; needs no keys
   * @param plan of the training
   * @param workers have the encrypted rows and the keys
   * @param validationOracle asked once per epoch
   * @param checkpoints of this run
   * @param listener told about progress
   * @param configurationHash of everything that decides the bytes
   * @throws IllegalArgumentException when the plan is for other parameters than the evaluator's
   */
  public Trainer(
      Evaluator evaluator,
      TrainingPlan plan,
      GradientService workers,
      ValidationOracle validationOracle,
      CheckpointStore checkpoints,
      TrainingListener listener,
      String configurationHash) {
    this(evaluator, plan, workers, validationOracle, checkpoints, listener, configurationHash, 0);
  }

  /**
   * A trainer of one run. It closes none of its arguments.
   *
   * @param evaluator for the bytes and levels of the state; needs no keys
   * @param plan of the training
   * @param workers have the encrypted rows and the keys
   * @param validationOracle asked once per epoch
   * @param checkpoints of this run
   * @param listener told about progress
   * @param configurationHash of everything that decides the bytes: data set, schedule, parameters,
   *     key
   * @param checkpointEvery steps between checkpoints inside an epoch; 0: none there
   * @throws IllegalArgumentException when the plan is for other parameters than the evaluator's, or
   *     for a negative number of steps
   */
  public Trainer(
      Evaluator evaluator,
      TrainingPlan plan,
      GradientService workers,
      ValidationOracle validationOracle,
      CheckpointStore checkpoints,
      TrainingListener listener,
      String configurationHash,
      int checkpointEvery) {
    if (checkpointEvery < 0) {
      throw new IllegalArgumentException(
          "steps between checkpoints: expected at least 0, actual " + checkpointEvery);
    }
    plan.requireParameters(evaluator.parameters());
    this.evaluator = evaluator;
    this.plan = plan;
    this.workers = workers;
    this.rows = workers.rows();
    this.validationOracle = validationOracle;
    this.checkpoints = checkpoints;
    this.listener = listener;
    this.configurationHash = configurationHash;
    this.checkpointEvery = checkpointEvery;
  }

  /**
   * Trains until the schedule ends or the validation oracle stops it.
   *
   * @throws IllegalStateException when the checkpoint found belongs to another configuration
   * @throws TrainingDivergedException when a value leaves the range that the evaluator can refresh:
   *     training has diverged. Only an evaluator that sees the values can throw this; the key
   *     holder sees the same in the validation logits and answers stop.
   * @return weights of the best epoch and why training ended
   */
  public TrainingResult run() {
    Optional<Checkpoint> found = checkpoints.latest();
    found.ifPresent(this::requireOwn);
    listener.started(
        plan.schedule().epochs(),
        rows.batches(),
        found.map(Checkpoint::epoch).orElse(0),
        found.map(Checkpoint::step).orElse(0));
    if (found.isPresent() && found.get().finished()) {
      return result(found.get());
    }
    validationOracle.greet(found.map(Checkpoint::epochsAnswered).orElse(0));
    ModelState state = found.map(this::resumed).orElseGet(this::started);
    Best best = found.map(Best::of).orElse(Best.NONE);
    boolean asked = found.isEmpty() || found.get().answered();
    try {
      while (true) {
        long start = System.nanoTime();
        if (asked) {
          state = epoch(state, best);
          save(checkpoint(state, best, null));
        }
        asked = true;
        Decided decided = decide(state, start);
        if (decided.decision().best()) {
          best = new Best(state.epoch(), decided.weights());
        }
        Checkpoint checkpoint = checkpoint(state, best, decided.decision());
        save(checkpoint);
        if (checkpoint.finished()) {
          return result(checkpoint);
        }
      }
    } finally {
      state.close();
    }
  }

  /** The best epoch so far and the bytes of its weights. */
  private record Best(int epoch, List<byte[]> weights) {
    static final Best NONE = new Best(0, List.of());

    static Best of(Checkpoint checkpoint) {
      return new Best(checkpoint.bestEpoch(), checkpoint.best());
    }
  }

  private ModelState started() {
    return NesterovUpdate.of(evaluator, plan).start();
  }

  private ModelState resumed(Checkpoint checkpoint) {
    List<Ciphertext> weights = new ArrayList<>();
    List<Ciphertext> lookahead = new ArrayList<>();
    checkpoint.weights().forEach(bytes -> weights.add(evaluator.deserialize(bytes)));
    checkpoint.lookahead().forEach(bytes -> lookahead.add(evaluator.deserialize(bytes)));
    return new ModelState(
        checkpoint.epoch(), checkpoint.step(), checkpoint.lambda(), weights, lookahead);
  }

  /** The minibatches of the epoch that are not done yet; closes the state given. */
  private ModelState epoch(ModelState from, Best best) {
    ModelState state = from;
    int epoch = from.epoch() + 1;
    int batches = rows.batches();
    for (int batch = batchesDone(from); batch < batches; batch++) {
      try {
        state = step(state, epoch, batch);
        if (batch + 1 < batches && checkpointEvery > 0 && state.step() % checkpointEvery == 0) {
          save(insideEpoch(state, best));
        }
      } catch (RuntimeException e) {
        state.close();
        throw divergence(e, epoch, batch).orElse(e);
      }
    }
    return state.withEpoch(epoch);
  }

  private int batchesDone(ModelState state) {
    return state.step() - state.epoch() * rows.batches();
  }

  private Optional<RuntimeException> divergence(RuntimeException failure, int epoch, int batch) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof HeRangeException) {
        return Optional.of(
            new TrainingDivergedException(
                String.format(
                    Locale.ROOT,
                    "training diverged in epoch %d, minibatch %d of %d (%s): lower"
                        + " training.learning-rate, actual %s, or raise training.logit-range, actual"
                        + " %d",
                    epoch,
                    batch + 1,
                    rows.batches(),
                    at.getMessage(),
                    plan.schedule().learningRate(),
                    plan.schedule().logitRange()),
                failure));
      }
    }
    return Optional.empty();
  }

  /** One minibatch; closes the state given unless it fails. */
  private ModelState step(ModelState state, int epoch, int batch) {
    long start = System.nanoTime();
    try (Scope scope = new Scope()) {
      List<Ciphertext> lookahead =
          MicrobatchGradient.dropped(scope, evaluator, state.lookahead(), plan.levels().forward());
      List<Ciphertext> gradient =
          scope.ownAll(workers.gradient(lookahead, batch, plan.gradientFactor(rows.rows(batch))));
      long computed = System.nanoTime();
      ModelState next = workers.update(state, gradient);
      state.close();
      listener.step(
          new TrainingListener.StepEvent(
              epoch,
              batch,
              rows.batches(),
              next.step(),
              seconds(start, computed),
              seconds(computed, System.nanoTime())));
      return next;
    }
  }

  /** The decision on a state and the bytes of the weights that were decided. */
  private record Decided(StopDecision decision, List<byte[]> weights) {}

  private Decided decide(ModelState state, long epochStart) {
    long start = System.nanoTime();
    try (Scope scope = new Scope()) {
      List<Ciphertext> weights =
          MicrobatchGradient.dropped(
              scope, evaluator, state.weights(), plan.levels().validationWeights());
      List<byte[]> question =
          plan.loss() == null ? workers.validationLogits(weights) : List.of(loss(state));
      long computed = System.nanoTime();
      StopDecision decision = validationOracle.decide(state.epoch(), question);
      long answered = System.nanoTime();
      listener.epoch(
          new TrainingListener.EpochEvent(
              state.epoch(),
              seconds(epochStart, answered),
              seconds(start, computed),
              seconds(computed, answered),
              decision));
      return new Decided(decision, serialized(weights));
    }
  }

  /** The validation loss of the state, one serialized ciphertext. */
  private byte[] loss(ModelState state) {
    try (Scope scope = new Scope()) {
      List<Ciphertext> weights =
          MicrobatchGradient.dropped(scope, evaluator, state.weights(), plan.loss().weights());
      return workers.validationLoss(weights);
    } catch (RuntimeException e) {
      throw divergence(e, state.epoch(), rows.batches() - 1).orElse(e);
    }
  }

  /**
   * @param decision null: not asked yet
   */
  private Checkpoint checkpoint(ModelState state, Best best, StopDecision decision) {
    boolean stops = decision != null && decision.stop();
    boolean last = decision != null && state.epoch() >= plan.schedule().epochs();
    return new Checkpoint(
        configurationHash,
        state.epoch(),
        decision != null,
        0,
        state.step(),
        state.lambda(),
        serialized(state.weights()),
        serialized(state.lookahead()),
        best.epoch(),
        best.weights(),
        stops || last,
        stops ? decision.reason() : last ? ALL_EPOCHS_DONE : "");
  }

  private Checkpoint insideEpoch(ModelState state, Best best) {
    return new Checkpoint(
        configurationHash,
        state.epoch(),
        true,
        batchesDone(state),
        state.step(),
        state.lambda(),
        serialized(state.weights()),
        serialized(state.lookahead()),
        best.epoch(),
        best.weights(),
        false,
        "");
  }

  private void save(Checkpoint checkpoint) {
    long start = System.nanoTime();
    checkpoints.save(checkpoint);
    listener.checkpointed(
        checkpoint.epoch(), checkpoint.answered(), seconds(start, System.nanoTime()));
  }

  private void requireOwn(Checkpoint checkpoint) {
    if (!checkpoint.configurationHash().equals(configurationHash)) {
      throw new IllegalStateException(
          "checkpoint: expected configuration "
              + configurationHash
              + ", actual "
              + checkpoint.configurationHash()
              + "; start a new run instead of resuming this one");
    }
    int steps = checkpoint.epoch() * rows.batches() + checkpoint.batch();
    if (checkpoint.step() != steps) {
      throw new IllegalStateException(
          "checkpoint of epoch "
              + checkpoint.epoch()
              + ", minibatch "
              + checkpoint.batch()
              + ": expected step "
              + steps
              + ", actual "
              + checkpoint.step()
              + "; go back to the checkpoint before by removing this one");
    }
  }

  private List<byte[]> serialized(List<Ciphertext> from) {
    return from.stream().map(evaluator::serialize).toList();
  }

  private static TrainingResult result(Checkpoint last) {
    return new TrainingResult(
        last.best(), last.bestEpoch(), last.epoch(), last.step(), last.reason());
  }

  private static double seconds(long from, long to) {
    return (to - from) * NANOS;
  }
}
