package org.hetal.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;

/**
 * Trains on encrypted rows: minibatches in order, Nesterov update and refresh, an answer from the
 * key holder and a checkpoint after each epoch. A run that finds a checkpoint goes on from it and
 * ends with the same bytes as an undisturbed one; a finished one returns at once.
 */
public final class Trainer {
  static final String ALL_EPOCHS_DONE = "all epochs done";
  private static final double NANOS = 1e-9;

  private final Evaluator evaluator;
  private final TrainingPlan plan;
  private final Workers workers;
  private final KeyHolder keyHolder;
  private final CheckpointStore checkpoints;
  private final TrainingListener listener;
  private final String configurationHash;
  private final NesterovUpdate update;

  /**
   * @param evaluator for the state: update, refresh, bytes
   * @param configurationHash of everything that decides the bytes: data set, schedule, parameters,
   *     key
   */
  public Trainer(
      Evaluator evaluator,
      TrainingPlan plan,
      Workers workers,
      KeyHolder keyHolder,
      CheckpointStore checkpoints,
      TrainingListener listener,
      String configurationHash) {
    plan.requireParameters(evaluator.parameters());
    this.evaluator = evaluator;
    this.plan = plan;
    this.workers = workers;
    this.keyHolder = keyHolder;
    this.checkpoints = checkpoints;
    this.listener = listener;
    this.configurationHash = configurationHash;
    this.update = new NesterovUpdate(evaluator, plan.levels());
  }

  /**
   * Trains until the schedule ends or the key holder stops it.
   *
   * @throws IllegalStateException when the checkpoint found belongs to another configuration
   */
  public TrainingResult run() {
    Optional<Checkpoint> found = checkpoints.latest();
    found.ifPresent(this::requireOwn);
    listener.started(plan.schedule(), found.map(Checkpoint::epoch).orElse(0));
    if (found.isPresent() && found.get().finished()) {
      return result(found.get());
    }
    Checkpoint checkpoint = null;
    ModelState state = found.map(this::resumed).orElseGet(this::started);
    List<byte[]> best = found.map(Checkpoint::best).orElse(List.of());
    int bestEpoch = found.map(Checkpoint::bestEpoch).orElse(0);
    try {
      while (checkpoint == null || !checkpoint.finished()) {
        long start = System.nanoTime();
        int epoch = state.epoch() + 1;
        for (int batch = 0; batch < plan.schedule().batches(); batch++) {
          state = step(state, epoch, batch);
        }
        state = state.withEpoch(epoch);
        Judged judged = judge(state, start);
        if (judged.verdict().best()) {
          best = judged.weights();
          bestEpoch = epoch;
        }
        checkpoint = commit(state, judged.verdict(), bestEpoch, best);
      }
      return result(checkpoint);
    } finally {
      state.close();
    }
  }

  private ModelState started() {
    return update.start(plan.layout().compactCiphertexts());
  }

  private ModelState resumed(Checkpoint checkpoint) {
    List<Ciphertext> weights = new ArrayList<>();
    List<Ciphertext> lookahead = new ArrayList<>();
    checkpoint.weights().forEach(bytes -> weights.add(evaluator.deserialize(bytes)));
    checkpoint.lookahead().forEach(bytes -> lookahead.add(evaluator.deserialize(bytes)));
    return new ModelState(
        checkpoint.epoch(), checkpoint.step(), checkpoint.lambda(), weights, lookahead);
  }

  /** One minibatch; closes the state given. */
  private ModelState step(ModelState state, int epoch, int batch) {
    long start = System.nanoTime();
    try (Scope scope = evaluator.scope()) {
      List<Ciphertext> lookahead =
          UnitGradient.dropped(scope, evaluator, state.lookahead(), plan.levels().forward());
      List<Ciphertext> gradient =
          scope.addAll(workers.gradient(lookahead, batch, plan.schedule().gradientFactor(batch)));
      long computed = System.nanoTime();
      ModelState next = update.step(state, gradient);
      state.close();
      listener.step(
          new TrainingListener.StepEvent(
              epoch,
              batch,
              plan.schedule().batches(),
              next.step(),
              seconds(start, computed),
              seconds(computed, System.nanoTime())));
      return next;
    }
  }

  /** The verdict on a state and the bytes of the weights that were judged. */
  private record Judged(Verdict verdict, List<byte[]> weights) {}

  private Judged judge(ModelState state, long epochStart) {
    long start = System.nanoTime();
    try (Scope scope = evaluator.scope()) {
      List<Ciphertext> weights =
          UnitGradient.dropped(
              scope, evaluator, state.weights(), plan.levels().validationWeights());
      List<byte[]> logits = workers.validationLogits(weights);
      long computed = System.nanoTime();
      Verdict verdict = keyHolder.judge(state.epoch(), logits);
      long answered = System.nanoTime();
      listener.epoch(
          new TrainingListener.EpochEvent(
              state.epoch(),
              seconds(epochStart, answered),
              seconds(start, computed),
              seconds(computed, answered),
              verdict));
      return new Judged(verdict, serialized(weights));
    }
  }

  private Checkpoint commit(ModelState state, Verdict verdict, int bestEpoch, List<byte[]> best) {
    long start = System.nanoTime();
    boolean last = state.epoch() >= plan.schedule().epochs();
    Checkpoint checkpoint =
        new Checkpoint(
            configurationHash,
            state.epoch(),
            state.step(),
            state.lambda(),
            serialized(state.weights()),
            serialized(state.lookahead()),
            bestEpoch,
            best,
            verdict.stops() || last,
            verdict.stops() ? verdict.reason() : last ? ALL_EPOCHS_DONE : "");
    checkpoints.save(checkpoint);
    listener.checkpointed(state.epoch(), seconds(start, System.nanoTime()));
    return checkpoint;
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
