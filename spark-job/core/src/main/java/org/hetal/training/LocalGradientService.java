package org.hetal.training;

import java.util.ArrayList;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.linalg.ExpandedWeights;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.plan.Levels;
import org.hetal.plan.TrainingPlan;

/**
 * All the work in this process, microbatch after microbatch, on one evaluator: for tests,
 * benchmarks and small runs without Spark. The evaluator's own threads are the parallelism.
 */
public final class LocalGradientService implements GradientService, AutoCloseable {
  private final Evaluator evaluator;
  private final List<List<EncryptedMicrobatch>> batches;
  private final List<FeatureBlocks> validation;
  private final MicrobatchGradient microbatchGradient;
  private final ValidationLogits validationLogits;

  /**
   * A service on rows in memory. It closes none of its arguments.
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
    plan.requireParameters(evaluator.parameters());
    if (batches.size() != plan.schedule().batches()) {
      throw new IllegalArgumentException(
          "minibatches: expected " + plan.schedule().batches() + ", actual " + batches.size());
    }
    this.evaluator = evaluator;
    this.batches = List.copyOf(batches);
    this.validation = List.copyOf(validation);
    this.microbatchGradient =
        new MicrobatchGradient(evaluator, plan.layout(), plan.levels(), plan.softmax());
    this.validationLogits = new ValidationLogits(evaluator, plan.layout(), plan.levels());
  }

  @Override
  public List<Ciphertext> gradient(List<Ciphertext> compactLookahead, int batch, double factor) {
    List<Ciphertext> sum = null;
    try (ExpandedWeights lookahead = microbatchGradient.expand(compactLookahead)) {
      for (EncryptedMicrobatch microbatch : batches.get(batch)) {
        List<Ciphertext> gradient = microbatchGradient.compute(lookahead, microbatch, factor);
        if (sum == null) {
          sum = gradient;
          continue;
        }
        List<Ciphertext> before = sum;
        sum = MicrobatchGradient.sum(evaluator, before, gradient);
        before.forEach(Ciphertext::close);
        gradient.forEach(Ciphertext::close);
      }
    }
    return sum;
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
  public void close() {
    try (microbatchGradient) {
      validationLogits.close();
    }
  }
}
