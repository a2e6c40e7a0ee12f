package org.hetal.spark.executor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.Storage;
import org.hetal.dataset.StoredFile;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.linalg.ExpandedWeights;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.plan.TrainingPlan;
import org.hetal.spark.engine.EngineHolder;
import org.hetal.spark.engine.EngineSpec;
import org.hetal.spark.storage.HadoopStorage;
import org.hetal.training.EncryptedMicrobatch;
import org.hetal.training.MicrobatchGradient;
import org.hetal.training.ValidationLogits;

/**
 * What the tasks of one executor and device share for one {@link ComputeSpec}: the engine, encoded
 * masks, ciphertexts of recent microbatches, and the weights of the current step, expanded once.
 * Thread-safe.
 */
public final class WorkerEngine implements AutoCloseable {
  private static final Map<Key, WorkerEngine> WORKERS = new HashMap<>();

  private record Key(String run, EngineSpec engine) {}

  private final Evaluator evaluator;
  private final ComputeSpec spec;
  private final Storage storage;
  private final MicrobatchGradient microbatchGradient;
  private final ValidationLogits validationLogits;
  final LeaseCache<String, EncryptedMicrobatch> microbatches;
  private final LeaseCache<String, FeatureBlocks> groups;
  // Room for one: the weights of a step are of no use in the next.
  private final LeaseCache<String, ExpandedWeights> expanded = new LeaseCache<>(1);

  private WorkerEngine(ComputeSpec spec, EngineSpec engine, Configuration hadoop) {
    this.spec = spec;
    this.evaluator = EngineHolder.get(engine, hadoop);
    this.storage = new HadoopStorage(spec.dataset(), hadoop);
    TrainingPlan plan = spec.plan();
    plan.requireParameters(evaluator.parameters());
    this.microbatchGradient =
        new MicrobatchGradient(evaluator, plan.layout(), plan.levels(), plan.softmax());
    this.validationLogits = new ValidationLogits(evaluator, plan.layout(), plan.levels());
    this.microbatches = new LeaseCache<>(spec.cacheBytes());
    // Validation rows are read once an epoch; keeping them would push training rows out.
    this.groups = new LeaseCache<>(0);
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

  /** Lets go of everything that is kept for later and that no task uses now, on every device. */
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

  /** The compact gradient of one microbatch, serialised. */
  List<byte[]> gradient(StepWeights step, EncryptedDataset.Microbatch microbatch) {
    try (var weights = lease(step, microbatchGradient::expand);
        var rows =
            microbatches.lease(
                microbatch.id(), memoryOf(microbatch.groups()), () -> readMicrobatch(microbatch));
        Scope scope = evaluator.scope()) {
      List<byte[]> out = new ArrayList<>();
      for (Ciphertext ciphertext :
          scope.addAll(microbatchGradient.compute(weights.value(), rows.value(), step.factor()))) {
        out.add(evaluator.serialize(ciphertext));
      }
      return out;
    }
  }

  /** The logits of one group of rows to judge or to predict, serialised. */
  byte[] logits(StepWeights step, EncryptedDataset.Group group) {
    String key = group.features().get(0).path();
    try (var weights = lease(step, validationLogits::expand);
        var rows = groups.lease(key, memoryOf(List.of(group)), () -> readFeatures(group));
        Ciphertext logits = validationLogits.compute(weights.value(), rows.value())) {
      return evaluator.serialize(logits);
    }
  }

  private void closeCaches() {
    microbatches.close();
    groups.close();
    expanded.close();
  }

  @Override
  public void close() {
    closeCaches();
    microbatchGradient.close();
    validationLogits.close();
  }

  private LeaseCache<String, ExpandedWeights>.Lease lease(
      StepWeights step, Function<List<Ciphertext>, ExpandedWeights> expand) {
    return expanded.lease(
        step.id(),
        1,
        () -> {
          try (Scope scope = evaluator.scope()) {
            List<Ciphertext> compact = new ArrayList<>();
            for (byte[] bytes : step.weights().value()) {
              compact.add(scope.add(evaluator.deserialize(bytes)));
            }
            return expand.apply(compact);
          }
        });
  }

  private EncryptedMicrobatch readMicrobatch(EncryptedDataset.Microbatch microbatch) {
    List<EncryptedMicrobatch.Group> read = new ArrayList<>();
    try {
      for (EncryptedDataset.Group group : microbatch.groups()) {
        FeatureBlocks features = readFeatures(group);
        try {
          read.add(new EncryptedMicrobatch.Group(features, readCiphertext(group.labels())));
        } catch (RuntimeException e) {
          features.close();
          throw e;
        }
      }
      return new EncryptedMicrobatch(read);
    } catch (RuntimeException e) {
      read.forEach(EncryptedMicrobatch.Group::close);
      throw e;
    }
  }

  private FeatureBlocks readFeatures(EncryptedDataset.Group group) {
    List<Ciphertext> blocks = new ArrayList<>();
    try {
      for (StoredFile file : group.features()) {
        blocks.add(readCiphertext(file));
      }
      return new FeatureBlocks(blocks, spec.plan().layout().rowBlocks(group.rows()));
    } catch (RuntimeException e) {
      blocks.forEach(Ciphertext::close);
      throw e;
    }
  }

  private Ciphertext readCiphertext(StoredFile file) {
    return evaluator.deserialize(file.read(storage));
  }

  /** Two parts of a residue of 64 bits a limb and coefficient. */
  private long memoryOf(List<EncryptedDataset.Group> read) {
    long perLimb = 2L * Long.BYTES * evaluator.parameters().ringDegree();
    long limbs = 0;
    for (EncryptedDataset.Group group : read) {
      for (StoredFile file : group.features()) {
        limbs += file.level() + 1;
      }
      limbs += group.labels() == null ? 0 : group.labels().level() + 1;
    }
    return limbs * perLimb;
  }
}
