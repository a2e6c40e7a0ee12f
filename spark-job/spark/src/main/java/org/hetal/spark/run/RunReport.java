package org.hetal.spark.run;

import java.nio.charset.StandardCharsets;
import org.apache.spark.api.java.JavaSparkContext;
import org.hetal.config.Settings;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.Storage;
import org.hetal.format.Json;
import org.hetal.plan.TrainingPlan;
import org.hetal.spark.metrics.Metrics;
import org.hetal.training.TrainingResult;

/**
 * Writes {@code report.json} of a run: parameters, machine, sizes and times. The components have
 * the names of the JSON fields.
 *
 * @param device of the driver's engine
 * @param executor_device cpu or cuda
 * @param seconds of all epochs, those of earlier parts of a continued run included
 * @param bootstraps of all steps; those of retried tasks are counted again
 * @param bootstraps_per_iteration of a full minibatch, as planned
 * @param bytes_moved weights broadcast and summed gradients received, each counted once
 */
public record RunReport(
    String run_id,
    String parameter_set,
    int security_bits,
    String backend,
    String device,
    String executor_device,
    String spark,
    String master,
    int rows,
    int batches,
    int features,
    int classes,
    int epochs,
    int steps,
    int best_epoch,
    String reason,
    double seconds,
    double seconds_per_iteration,
    long bootstraps,
    int bootstraps_per_iteration,
    long dataset_bytes,
    long bytes_moved) {
  static final String FILE = "report.json";

  public static RunReport of(
      Settings settings,
      ClusterRun run,
      TrainingPlan plan,
      JavaSparkContext spark,
      TrainingResult result,
      Metrics metrics) {
    EncryptedDataset dataset = run.dataset();
    return new RunReport(
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

  public void write(Storage storage) {
    storage.writeAtomically(FILE, Json.indented(this).getBytes(StandardCharsets.UTF_8));
  }
}
