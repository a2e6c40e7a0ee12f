package org.hetal.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.Storage;
import org.hetal.format.Json;

/**
 * {@code report.json} of a finished run: parameters, machine, sizes and times. The components have
 * the names of the JSON fields.
 *
 * @param device of the driver's engine
 * @param executor_device cpu or cuda
 * @param seconds of all epochs, those of earlier parts of a continued run included
 * @param bootstraps of all steps and validations; those of retried tasks are counted again
 * @param bootstraps_per_iteration of a full minibatch, as planned
 * @param bytes_moved weights broadcast and sums of gradients and validations received, each counted
 *     once
 */
public record RunSummary(
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
  private static final String FILE = "report.json";
  private static final long MOST_BYTES = 1 << 20;

  /** Writes or replaces the file. */
  public void write(Storage storage) {
    storage.writeAtomically(FILE, Json.indented(this).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads the file; empty when there is none, as in a run that has not finished.
   *
   * @param storage of the run directory
   * @throws DatasetException when it is damaged
   */
  public static Optional<RunSummary> read(Storage storage) {
    if (!storage.exists(FILE)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.read(storage.read(FILE, MOST_BYTES), RunSummary.class));
    } catch (IOException e) {
      throw new DatasetException(
          storage.describe() + "/" + FILE + ": expected what train wrote: " + Json.reason(e), e);
    }
  }
}
