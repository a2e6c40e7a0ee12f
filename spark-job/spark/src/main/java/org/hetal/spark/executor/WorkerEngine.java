package org.hetal.spark.executor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.JointDataset;
import org.hetal.dataset.Storage;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Operation;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.Scope;
import org.hetal.linalg.ExpandedWeights;
import org.hetal.plan.TrainingPlan;
import org.hetal.spark.engine.EngineHolder;
import org.hetal.spark.engine.EngineSpec;
import org.hetal.spark.storage.HadoopStorage;
import org.hetal.training.EncryptedLoss;
import org.hetal.training.EncryptedMicrobatch;
import org.hetal.training.MicrobatchGradient;
import org.hetal.training.ModelState;
import org.hetal.training.NesterovUpdate;
import org.hetal.training.StageTimes;
import org.hetal.training.TaskStage;
import org.hetal.training.ValidationLogits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the tasks of one executor and device share for one {@link ComputeSpec}: the engine, encoded
 * masks, cached ciphertexts of microbatches, and the expanded weights of the current step.
 * Thread-safe.
 */
public final class WorkerEngine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerEngine.class);
  private static final Map<Key, WorkerEngine> WORKERS = new HashMap<>();

  private record Key(String run, EngineSpec engine) {}

  private final RecordingEvaluator evaluator;
  private final ComputeSpec spec;
  private final MicrobatchGradient microbatchGradient;
  private final NesterovUpdate update;
  private final ValidationLogits validationLogits;
  private final EncryptedLoss encryptedLoss; // null: the plan has none
  final CiphertextCache training;
  private final Prefetcher prefetcher;
  private final CiphertextCache validation;
  // Capacity for one step: its weights are not used again in the next step.
  private final LeaseCache<String, ExpandedWeights> expanded = new LeaseCache<>(1);

  private WorkerEngine(ComputeSpec spec, EngineSpec engine, Configuration hadoop) {
    this.spec = spec;
    this.evaluator = EngineHolder.get(engine, hadoop);
    TrainingPlan plan = spec.plan();
    Storage storage =
        JointDataset.storage(
            plan.isJoint(),
            spec.datasets().stream().map(uri -> new HadoopStorage(uri, hadoop)).toList());
    plan.requireParameters(evaluator.parameters());
    this.microbatchGradient =
        new MicrobatchGradient(evaluator, plan.layout(), plan.levels(), plan.softmax());
    this.update = NesterovUpdate.of(evaluator, plan);
    this.validationLogits = new ValidationLogits(evaluator, plan.layout(), plan.levels());
    this.encryptedLoss = plan.loss() == null ? null : new EncryptedLoss(evaluator, plan);
    this.training = new CiphertextCache(evaluator, storage, plan.layout(), spec.cacheBytes());
    this.prefetcher = new Prefetcher(training);
    // Validation rows are read once per epoch; caching them would evict training rows.
    this.validation = new CiphertextCache(evaluator, storage, plan.layout(), 0);
    LOG.info(
        "computing on data set {} with {}; at most {} bytes of ciphertexts are cached",
        String.join(", ", spec.datasets()),
        evaluator.device(),
        spec.cacheBytes());
  }

  /**
   * This JVM's, on the device of that engine; the caller does not close it.
   *
   * @throws org.hetal.he.DeviceLostException when that device was lost before
   */
  static WorkerEngine get(ComputeSpec spec, EngineSpec engine, Configuration hadoop) {
    EngineHolder.requireNotLost(engine);
    synchronized (WORKERS) {
      return WORKERS.computeIfAbsent(
          new Key(spec.id(), engine), key -> new WorkerEngine(spec, engine, hadoop));
    }
  }

  /** Frees everything that is cached and that no task uses now, on every device. */
  static void makeRoom() {
    synchronized (WORKERS) {
      WORKERS.values().forEach(WorkerEngine::closeCaches);
    }
  }

  /** Closes all that the tasks of this JVM shared, then its engines. */
  public static void closeAll() {
    synchronized (WORKERS) {
      WORKERS.values().forEach(WorkerEngine::close);
      WORKERS.clear();
    }
    EngineHolder.closeAll();
  }

  Evaluator evaluator() {
    return evaluator;
  }

  /** Bootstraps that the calling thread has computed on this engine so far. */
  long bootstrapsOfThisThread() {
    return evaluator.countOfThisThread(Operation.BOOTSTRAP);
  }

  /**
   * The gradient of one microbatch in compact form. While it is computed, the rows of the next
   * minibatch are read.
   *
   * @param times told the times of all stages but {@link TaskStage#SUM}; the time of {@link
   *     TaskStage#EXPAND} contains that of waiting for another task that expands
   * @return the caller closes the ciphertexts
   */
  List<Ciphertext> gradient(StepWeights step, MicrobatchTask task, StageTimes times) {
    long start = System.nanoTime();
    try (var weights = lease(step, microbatchGradient::expand)) {
      start = times.end(TaskStage.EXPAND, start);
      try (CiphertextCache.Loan loan = training.loan()) {
        EncryptedMicrobatch rows = loan.microbatch(task.microbatch());
        times.end(TaskStage.READ, start);
        if (task.next() != null) {
          prefetcher.start(task.next());
        }
        return microbatchGradient.compute(weights.value(), rows, step.factor(), times);
      }
    }
  }

  /** {@return the work on parts of microbatches} */
  PartsEngine parts() {
    return new PartsEngine(
        evaluator,
        spec.plan().layout(),
        microbatchGradient.parts(),
        training,
        step -> lease(step, microbatchGradient::expand));
  }

  /** The serialized logits of one group of validation rows or of rows to predict. */
  byte[] logits(StepWeights step, EncryptedDataset.Group group) {
    try (var weights = lease(step, validationLogits::expand);
        CiphertextCache.Loan loan = validation.loan();
        Ciphertext logits = validationLogits.compute(weights.value(), loan.features(group))) {
      return evaluator.serialize(logits);
    }
  }

  /** The sums of the validation loss of one microbatch; the caller closes the ciphertexts. */
  List<Ciphertext> validationSums(StepWeights step, EncryptedDataset.Microbatch microbatch) {
    try (var weights = lease(step, encryptedLoss::expand);
        CiphertextCache.Loan loan = validation.loan()) {
      return encryptedLoss.compute(weights.value(), loan.microbatch(microbatch));
    }
  }

  /** The state after a step. */
  StateBytes updated(StateTasks.Step step) {
    try (Scope scope = new Scope()) {
      ModelState state = scope.own(step.state().opened(evaluator));
      List<Ciphertext> gradient = Ciphertexts.opened(scope, evaluator, step.gradient());
      return StateBytes.of(evaluator, scope.own(update.step(state, gradient)));
    }
  }

  /**
   * The validation loss, serialized.
   *
   * @param sums over all validation rows, serialized
   * @param rows that were validated
   */
  byte[] validationLoss(List<byte[]> sums, int rows) {
    try (Scope scope = new Scope()) {
      List<Ciphertext> opened = Ciphertexts.opened(scope, evaluator, sums);
      return evaluator.serialize(
          scope.own(EncryptedLoss.total(evaluator, spec.plan().layout(), opened, rows)));
    }
  }

  private void closeCaches() {
    training.close();
    validation.close();
    expanded.close();
  }

  @Override
  public void close() {
    prefetcher.close();
    LOG.info("closed data set {}: {}", String.join(", ", spec.datasets()), training.describe());
    closeCaches();
    microbatchGradient.close();
    validationLogits.close();
    if (encryptedLoss != null) {
      encryptedLoss.close();
    }
  }

  private LeaseCache<String, ExpandedWeights>.Lease lease(
      StepWeights step, Function<List<Ciphertext>, ExpandedWeights> expand) {
    return expanded.lease(
        step.id(),
        1,
        () -> {
          try (Scope scope = new Scope()) {
            return expand.apply(
                Ciphertexts.opened(scope, evaluator, List.of(step.weights().value())));
          }
        });
  }
}
