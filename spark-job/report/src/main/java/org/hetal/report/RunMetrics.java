package org.hetal.report;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.Storage;
import org.hetal.training.TaskStage;

/**
 * What the cluster measured of a run: the lines of {@code metrics.jsonl} in the run directory. A
 * run that is going on has the lines so far. Loss and accuracy are not among them: only the data
 * owner knows them.
 *
 * @param steps that are done, in order: one per minibatch and epoch
 * @param epochs that the oracle has answered, in order
 */
public record RunMetrics(List<Step> steps, List<Epoch> epochs) {
  /** Name of the file in the run directory. */
  public static final String FILE = "metrics.jsonl";

  private static final int STEPS_OF_MEAN = 8;

  /** More than the lines of 200,000 steps. */
  private static final long MOST_BYTES = 1 << 27;

  /**
   * One minibatch.
   *
   * @param step from 1, counted over all epochs
   * @param epoch from 1
   * @param batch the minibatch of the epoch, from 0
   * @param gradientSeconds of waiting for the executors: logits, softmax, gradient, sum
   * @param updateSeconds update and refresh of the weights
   * @param bootstraps of executors and driver; those of retried tasks are counted again
   * @param broadcastBytes of encrypted weights, and gradients for the update, sent to the
   *     executors, counted once
   * @param gradientBytes of summed encrypted gradients and updated weights that the driver received
   * @param taskSeconds of each stage, added over the tasks
   */
  public record Step(
      int step,
      int epoch,
      int batch,
      double gradientSeconds,
      double updateSeconds,
      long bootstraps,
      long broadcastBytes,
      long gradientBytes,
      Map<TaskStage, Double> taskSeconds) {
    /** {@return seconds from the start of the step to its end} */
    public double seconds() {
      return gradientSeconds + updateSeconds;
    }

    /**
     * Divides the time of the executors among the stages.
     *
     * @return {@link #gradientSeconds}, divided in the proportions of the tasks' times; has every
     *     stage
     */
    public Map<TaskStage, Double> stages() {
      double sum = taskSeconds.values().stream().mapToDouble(Double::doubleValue).sum();
      Map<TaskStage, Double> out = new EnumMap<>(TaskStage.class);
      taskSeconds.forEach(
          (stage, own) -> out.put(stage, sum == 0 ? 0 : gradientSeconds * own / sum));
      return out;
    }
  }

  /**
   * The end of one epoch.
   *
   * @param epoch from 1
   * @param seconds of the epoch, validation and answer included
   * @param validationSeconds of waiting for the validation: logits of the validation rows, or their
   *     encrypted loss, which the driver finishes
   * @param oracleSeconds between question and answer
   * @param stop whether the oracle ended the training
   * @param best whether the oracle called the epoch the best so far
   * @param reason of the oracle, one line; may be empty
   * @param bootstraps of the validation, on executors and driver; 0 where logits are the
   *     validation, and where the file lacks the field
   * @param broadcastBytes of encrypted weights sent to the executors for the validation
   * @param gradientBytes of encrypted sums that the driver received for the validation; 0 where
   *     logits are the validation, and where the file lacks the field
   */
  public record Epoch(
      int epoch,
      double seconds,
      double validationSeconds,
      double oracleSeconds,
      boolean stop,
      boolean best,
      String reason,
      long bootstraps,
      long broadcastBytes,
      long gradientBytes) {}

  /**
   * Copies the lists.
   *
   * @param steps in order
   * @param epochs in order
   */
  public RunMetrics {
    steps = List.copyOf(steps);
    epochs = List.copyOf(epochs);
  }

  /**
   * Reads the metrics of a run. Cost: one small file.
   *
   * @param run the run directory
   * @return the metrics; none before the first step
   * @throws DatasetException when a line is not a step or an epoch, or the file has more than 128
   *     MiB
   */
  public static RunMetrics read(Storage run) {
    List<Step> steps = new ArrayList<>();
    List<Epoch> epochs = new ArrayList<>();
    if (run.exists(FILE)) {
      String where = run.describe() + "/" + FILE;
      List<String> lines =
          new String(run.read(FILE, MOST_BYTES), StandardCharsets.UTF_8).lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        MetricsLine line = new MetricsLine(where + " line " + (i + 1), lines.get(i));
        switch (line.text("event")) {
          case "step" -> steps.add(step(line));
          case "epoch" -> epochs.add(epoch(line));
          default -> throw line.unlike("event", "step or epoch");
        }
      }
    }
    return new RunMetrics(steps, epochs);
  }

  private static Step step(MetricsLine line) {
    Map<TaskStage, Double> stages = new EnumMap<>(TaskStage.class);
    for (TaskStage stage : TaskStage.values()) {
      stages.put(stage, line.number("task_seconds", stage.label()));
    }
    return new Step(
        line.integer("step"),
        line.integer("epoch"),
        line.integer("batch"),
        line.number("gradient_seconds"),
        line.number("update_seconds"),
        line.count("bootstraps"),
        line.count("broadcast_bytes"),
        line.count("gradient_bytes"),
        stages);
  }

  private static Epoch epoch(MetricsLine line) {
    String decision = line.text("decision");
    if (!decision.equals("stop") && !decision.equals("continue")) {
      throw line.unlike("decision", "stop or continue");
    }
    return new Epoch(
        line.integer("epoch"),
        line.number("seconds"),
        line.number("validation_seconds"),
        line.number("oracle_seconds"),
        decision.equals("stop"),
        line.truth("best"),
        line.text("reason"),
        line.countOrNone("bootstraps"),
        line.count("broadcast_bytes"),
        line.countOrNone("gradient_bytes"));
  }

  /**
   * Seconds of a step: the mean of the last {@value #STEPS_OF_MEAN}. The first step of a run, which
   * also opens engines and keys, counts while it is the only one.
   *
   * @return the mean; 0 before the first step
   */
  public double secondsPerStep() {
    int first = steps.size() < 2 ? 0 : Math.max(1, steps.size() - STEPS_OF_MEAN);
    return steps.stream().skip(first).mapToDouble(Step::seconds).average().orElse(0);
  }

  /** {@return the number of the last step that is done; 0: none} */
  public int lastStep() {
    return steps.isEmpty() ? 0 : steps.get(steps.size() - 1).step();
  }
}
