package org.hetal.training;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.linalg.ExpandedWeights;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.packing.Layout;
import org.hetal.plan.Levels;
import org.hetal.plan.RowCounts;
import org.hetal.plan.TrainingPlan;

/**
 * All the work in this process, microbatch after microbatch, on one evaluator: for tests,
 * benchmarks and small runs without Spark. The evaluator's own threads are the parallelism.
 */
public final class LocalGradientService implements GradientService, AutoCloseable {
  private final Evaluator evaluator;
  private final RowCounts rows;
  private final List<List<EncryptedMicrobatch>> batches;
  private final List<FeatureBlocks> validation;
  private final List<EncryptedMicrobatch> labelledValidation;
  private final Layout layout;
  private final MicrobatchGradient microbatchGradient;
  private final NesterovUpdate update;
  private final ValidationLogits validationLogits;
  private final EncryptedLoss encryptedLoss; // null: the plan has none
  private final StageTimes times;

  /**
   * A service on rows in memory, with validation logits. It closes none of its arguments.
   *
   * @param evaluator of the plan's parameter set, with the plan's keys
   * @param plan layout, levels and bootstraps
   * @param batches the microbatches of each minibatch, in order; not owned
   * @param validation the groups of validation rows, in order, at {@link
   *     Levels#validationFeatures()}; not owned
   */
  public LocalGradientService(
      Evaluator evaluator,
      TrainingPlan plan,
      List<List<EncryptedMicrobatch>> batches,
      List<FeatureBlocks> validation) {
    this(evaluator, plan, batches, validation, StageTimes.NONE);
  }

  /**
   * As {@link #LocalGradientService(Evaluator, TrainingPlan, List, List)}.
   *
   * @param evaluator of the plan's parameter set, with the plan's keys
   * @param plan layout, levels and bootstraps
   * @param batches the microbatches of each minibatch, in order; not owned
   * @param validation the groups of validation rows, in order, at {@link
   *     Levels#validationFeatures()}; not owned
   * @param times told the stages of {@link #gradient} from {@link TaskStage#EXPAND} to {@link
   *     TaskStage#GRADIENT}
   */
  public LocalGradientService(
      Evaluator evaluator,
      TrainingPlan plan,
      List<List<EncryptedMicrobatch>> batches,
      List<FeatureBlocks> validation,
      StageTimes times) {
    this(evaluator, plan, plan.rowCounts(), batches, validation, List.of(), times);
  }

  /**
   * A service on rows in memory. It closes none of its arguments.
   *
   * @param evaluator of the plan's parameter set, with the plan's keys
   * @param plan layout, levels and bootstraps
   * @param rows of {@code batches} and of the validation
   * @param batches the microbatches of each minibatch, in order; not owned
   * @param validation the groups of validation rows, in order, at {@link
   *     Levels#validationFeatures()}; not owned
   * @param labelledValidation the microbatches of validation rows with labels, in order, where the
   *     plan has a loss on ciphertexts; not owned
   */
  public LocalGradientService(
      Evaluator evaluator,
      TrainingPlan plan,
      RowCounts rows,
      List<List<EncryptedMicrobatch>> batches,
      List<FeatureBlocks> validation,
      List<EncryptedMicrobatch> labelledValidation) {
    this(evaluator, plan, rows, batches, validation, labelledValidation, StageTimes.NONE);
  }

  private LocalGradientService(
      Evaluator evaluator,
      TrainingPlan plan,
      RowCounts rows,
      List<List<EncryptedMicrobatch>> batches,
      List<FeatureBlocks> validation,
      List<EncryptedMicrobatch> labelledValidation,
      StageTimes times) {
    plan.requireParameters(evaluator.parameters());
    if (batches.size() != rows.batches()) {
      throw new IllegalArgumentException(
          "minibatches: expected " + rows.batches() + ", actual " + batches.size());
    }
    this.evaluator = evaluator;
    this.rows = rows;
    this.batches = List.copyOf(batches);
    this.validation = List.copyOf(validation);
    this.layout = plan.layout();
    this.labelledValidation = List.copyOf(labelledValidation);
    this.microbatchGradient =
        new MicrobatchGradient(evaluator, plan.layout(), plan.levels(), plan.softmax());
    this.update = NesterovUpdate.of(evaluator, plan);
    this.validationLogits = new ValidationLogits(evaluator, plan.layout(), plan.levels());
    this.times = times;
    this.encryptedLoss = plan.loss() == null ? null : new EncryptedLoss(evaluator, plan);
  }

  @Override
  public RowCounts rows() {
    return rows;
  }

  @Override
  public List<Ciphertext> gradient(List<Ciphertext> compactLookahead, int batch, double factor) {
    long start = System.nanoTime();
    try (ExpandedWeights lookahead = microbatchGradient.expand(compactLookahead)) {
      times.end(TaskStage.EXPAND, start);
      return sum(
          batches.get(batch), each -> microbatchGradient.compute(lookahead, each, factor, times));
    }
  }

  private List<Ciphertext> sum(
      List<EncryptedMicrobatch> microbatches,
      Function<EncryptedMicrobatch, List<Ciphertext>> addend) {
    List<Ciphertext> sum = null;
    for (EncryptedMicrobatch microbatch : microbatches) {
      List<Ciphertext> next = addend.apply(microbatch);
      if (sum == null) {
        sum = next;
        continue;
      }
      List<Ciphertext> before = sum;
      sum = MicrobatchGradient.sum(evaluator, before, next);
      before.forEach(Ciphertext::close);
      next.forEach(Ciphertext::close);
    }
    return sum;
  }

  @Override
  public ModelState update(ModelState state, List<Ciphertext> gradient) {
    return update.step(state, gradient);
  }

  @Override
  public List<byte[]> validationLogits(List<Ciphertext> compactWeights) {
    List<byte[]> out = new ArrayList<>();
    try (ExpandedWeights weights = validationLogits.expand(compactWeights)) {
      for (FeatureBlocks group : validation) {
        try (Ciphertext logits = validationLogits.compute(weights, group)) {
          out.add(evaluator.serialize(logits));
        }
      }
    }
    return out;
  }

  @Override
  public byte[] validationLoss(List<Ciphertext> compactWeights) {
    try (Scope scope = new Scope()) {
      ExpandedWeights weights = scope.own(encryptedLoss.expand(compactWeights));
      List<Ciphertext> sums =
          scope.ownAll(sum(labelledValidation, each -> encryptedLoss.compute(weights, each)));
      Ciphertext loss = scope.own(EncryptedLoss.total(evaluator, layout, sums, rows.validation()));
      return evaluator.serialize(loss);
    }
  }

  @Override
  public void close() {
    try (microbatchGradient;
        validationLogits;
        encryptedLoss) {
      // closes them
    }
  }
}
