package org.hetal.spark.run;

import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.config.Settings;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.plan.TrainingPlan;
import org.hetal.report.RunSummary;
import org.hetal.spark.metrics.Metrics;
import org.hetal.training.TrainingResult;

/** Sums up a run that has finished. */
public final class RunReport {
  private RunReport() {}

  public static RunSummary of(
      Settings settings,
      ClusterRun run,
      TrainingPlan plan,
      JavaSparkContext spark,
      TrainingResult result,
      Metrics metrics) {
    EncryptedDataset dataset = run.dataset();
    return new RunSummary(
        settings.runId(),
        plan.parameters().name(),
        plan.parameters().securityBits(),
        settings.backend().label(),
        run.evaluator().device(),
        settings.device().label(),
        spark.version(),
        spark.master(),
        dataset.trainingRows(),
        dataset.batches().size(),
        plan.layout().features(),
        plan.layout().classes(),
        result.epochs(),
        result.steps(),
        result.bestEpoch(),
        result.reason(),
        metrics.seconds(),
        metrics.secondsPerStep(),
        metrics.bootstrapsDone(),
        plan.bootstrapsPerIteration(),
        dataset.bytes(),
        metrics.bytesMoved());
  }
}
