package org.hetal.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.PlanFile;
import org.hetal.dataset.Storage;
import org.hetal.format.Json;
import org.hetal.plan.TrainingPlan;
import org.hetal.training.TaskStage;

/**
 * What a run directory tells without a key: {@code plan.json}, {@code metrics.jsonl}, {@code
 * report.json}. Can be read while the run goes on, which replaces these files as wholes.
 *
 * @param steps that are done, ascending
 * @param epochs that the oracle has answered, ascending
 * @param summary empty until the run has finished
 */
public record RunHistory(
    TrainingPlan plan, List<Step> steps, List<Epoch> epochs, Optional<RunSummary> summary) {
  private static final String METRICS = "metrics.jsonl";
  private static final int STEPS_OF_MEAN = 8;

  /**
   * A step.
   *
   * @param step from 1, over all epochs
   * @param epoch from 1
   * @param gradientSeconds of waiting for the executors
   * @param updateSeconds of the driver's update
   * @param taskSeconds of each stage, added over the tasks; empty in a line that an earlier release
   *     wrote
   */
  public record Step(
      int step,
      int epoch,
      double gradientSeconds,
      double updateSeconds,
      long bootstraps,
      long broadcastBytes,
      long gradientBytes,
      Map<TaskStage, Double> taskSeconds) {
    /** Seconds from the start of the step to its end. */
    public double seconds() {
      return gradientSeconds + updateSeconds;
    }

    /**
     * Seconds of waiting for the executors, divided among the stages in the proportions of the
     * tasks' times; empty when these are unknown.
     */
    public Map<TaskStage, Double> stages() {
      double sum = taskSeconds.values().stream().mapToDouble(Double::doubleValue).sum();
      Map<TaskStage, Double> out = new EnumMap<>(TaskStage.class);
      if (sum > 0) {
        taskSeconds.forEach((stage, own) -> out.put(stage, gradientSeconds * own / sum));
      }
      return out;
    }
  }

  /**
   * An epoch with the oracle's answer.
   *
   * @param epoch from 1
   * @param seconds of the epoch, validation and answer included
   * @param stop whether the oracle answered stop
   * @param best whether the epoch was the best so far
   * @param reason may be empty
   */
  public record Epoch(
      int epoch,
      double seconds,
      double validationSeconds,
      double oracleSeconds,
      boolean stop,
      boolean best,
      String reason,
      long broadcastBytes) {}

  /**
   * Reads a run directory.
   *
   * @throws DatasetException when it is none or a file is damaged
   */
  public static RunHistory read(Storage storage) {
    if (!PlanFile.isPresent(storage)) {
      throw new DatasetException(
          storage.describe()
              + ": expected a run directory, with the "
              + PlanFile.NAME
              + " that hetal train writes; actual none");
    }
    TrainingPlan plan = PlanFile.read(storage);
    List<Step> steps = new ArrayList<>();
    List<Epoch> epochs = new ArrayList<>();
    if (storage.exists(METRICS)) {
      String where = storage.describe() + "/" + METRICS;
      String text = new String(storage.read(METRICS), StandardCharsets.UTF_8);
      for (String line : text.lines().toList()) {
        add(line, where, steps, epochs);
      }
    }
    Optional<RunSummary> summary = RunSummary.read(storage);
    summary.ifPresent(of -> requireSameSet(storage.describe(), plan, of));
    return new RunHistory(plan, List.copyOf(steps), List.copyOf(epochs), summary);
  }

  private static void requireSameSet(String where, TrainingPlan plan, RunSummary summary) {
    if (!summary.parameter_set().equals(plan.parameters().name())) {
      throw new DatasetException(
          where
              + ": expected the parameter set of "
              + PlanFile.NAME
              + " in report.json, "
              + plan.parameters().name()
              + ", actual "
              + summary.parameter_set()
              + "; the files are of different runs");
    }
  }

  private static void add(String line, String where, List<Step> steps, List<Epoch> epochs) {
    JsonNode node;
    try {
      node = Json.parse(line.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new DatasetException(where + ": expected JSON lines: " + Json.reason(e), e);
    }
    switch (node.path("event").asText()) {
      case "step" -> steps.add(step(node));
      case "epoch" -> epochs.add(epoch(node));
      default ->
          throw new DatasetException(where + ": expected a step or an epoch, actual " + line);
    }
  }

  private static Step step(JsonNode node) {
    Map<TaskStage, Double> stages = new EnumMap<>(TaskStage.class);
    for (TaskStage stage : TaskStage.values()) {
      JsonNode seconds = node.path("task_seconds").path(stage.label());
      if (seconds.isNumber()) {
        stages.put(stage, seconds.asDouble());
      }
    }
    return new Step(
        node.path("step").asInt(),
        node.path("epoch").asInt(),
        node.path("gradient_seconds").asDouble(),
        node.path("update_seconds").asDouble(),
        node.path("bootstraps").asLong(),
        node.path("broadcast_bytes").asLong(),
        node.path("gradient_bytes").asLong(),
        stages);
  }

  private static Epoch epoch(JsonNode node) {
    return new Epoch(
        node.path("epoch").asInt(),
        node.path("seconds").asDouble(),
        node.path("validation_seconds").asDouble(),
        node.path("oracle_seconds").asDouble(),
        node.path("decision").asText().equals("stop"),
        node.path("best").asBoolean(),
        node.path("reason").asText(),
        node.path("broadcast_bytes").asLong());
  }

  /** Number of the last step that is done; 0: none. */
  public int lastStep() {
    return steps.isEmpty() ? 0 : steps.get(steps.size() - 1).step();
  }

  /** The last answer of the oracle; empty before the first one. */
  public Optional<Epoch> lastEpoch() {
    return epochs.isEmpty() ? Optional.empty() : Optional.of(epochs.get(epochs.size() - 1));
  }

  /** The epoch that the oracle called the best last; 0: none. */
  public int bestEpoch() {
    return epochs.stream().filter(Epoch::best).mapToInt(Epoch::epoch).max().orElse(0);
  }

  /**
   * Mean seconds of the last steps, at most {@value #STEPS_OF_MEAN} of them; 0 before the first.
   */
  public double recentSecondsPerStep() {
    return steps.stream()
        .skip(Math.max(0, steps.size() - STEPS_OF_MEAN))
        .mapToDouble(Step::seconds)
        .average()
        .orElse(0);
  }

  /** Whether training has ended: all epochs are done, or the oracle answered stop. */
  public boolean isFinished() {
    return summary.isPresent()
        || lastEpoch()
            .filter(last -> last.stop() || last.epoch() >= plan.schedule().epochs())
            .isPresent();
  }
}
