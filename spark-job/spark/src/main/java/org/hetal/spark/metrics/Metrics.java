package org.hetal.spark.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.Storage;
import org.hetal.format.Json;
import org.hetal.training.TaskStage;
import org.hetal.training.TrainingListener;

/**
 * Writes {@code metrics.jsonl} of a run: one JSON object per step and one per epoch with sizes,
 * counts and times, which the cluster knows anyway. {@code task_seconds} of a step has the seconds
 * of each {@link TaskStage}, added over the tasks of the step. A continued run drops the lines of
 * the steps that it repeats. Not thread-safe.
 */
public final class Metrics implements TrainingListener {
  static final String FILE = "metrics.jsonl";

  private final Storage storage;
  private final LongSupplier bootstraps;
  private final LongSupplier broadcastBytes;
  private final LongSupplier gradientBytes;
  private final Supplier<Map<TaskStage, Double>> stageSeconds;
  private final List<ObjectNode> lines = new ArrayList<>();
  private long bootstrapsBefore;
  private long broadcastBefore;
  private long gradientsBefore;
  private Map<TaskStage, Double> stagesBefore = Map.of();

  /**
   * @param storage of the run directory
   * @param bootstraps done so far
   * @param broadcastBytes of weights sent so far
   * @param gradientBytes of summed gradients and sums of validations received so far
   * @param stageSeconds of each stage so far, added over tasks
   */
  public Metrics(
      Storage storage,
      LongSupplier bootstraps,
      LongSupplier broadcastBytes,
      LongSupplier gradientBytes,
      Supplier<Map<TaskStage, Double>> stageSeconds) {
    this.storage = storage;
    this.bootstraps = bootstraps;
    this.broadcastBytes = broadcastBytes;
    this.gradientBytes = gradientBytes;
    this.stageSeconds = stageSeconds;
  }

  @Override
  public void started(int epochs, int batches, int epochsDone, int stepsDone) {
    lines.clear();
    bootstrapsBefore = bootstraps.getAsLong();
    broadcastBefore = broadcastBytes.getAsLong();
    gradientsBefore = gradientBytes.getAsLong();
    stagesBefore = stageSeconds.get();
    if (stepsDone > 0 && storage.exists(FILE)) {
      String text = new String(storage.read(FILE), StandardCharsets.UTF_8);
      for (String line : text.lines().toList()) {
        ObjectNode node = parse(line);
        boolean done =
            node.has("step")
                ? node.path("step").asInt() <= stepsDone
                : node.path("epoch").asInt() <= epochsDone;
        if (done) {
          lines.add(node);
        }
      }
    }
  }

  @Override
  public void step(StepEvent event) {
    ObjectNode line = Json.object();
    line.put("event", "step");
    line.put("step", event.step());
    line.put("epoch", event.epoch());
    line.put("batch", event.batch());
    line.put("seconds", event.gradientSeconds() + event.updateSeconds());
    line.put("gradient_seconds", event.gradientSeconds());
    line.put("update_seconds", event.updateSeconds());
    putBootstraps(line);
    putStages(line.putObject("task_seconds"));
    putTraffic(line);
    append(line);
  }

  /**
   * A run that was interrupted after this event and before the answer was saved repeats the event:
   * the older line is replaced.
   */
  @Override
  public void epoch(EpochEvent event) {
    lines.removeIf(
        old ->
            old.path("event").asText().equals("epoch")
                && old.path("epoch").asInt() == event.epoch());
    ObjectNode line = Json.object();
    line.put("event", "epoch");
    line.put("epoch", event.epoch());
    line.put("seconds", event.seconds());
    line.put("validation_seconds", event.validationSeconds());
    line.put("oracle_seconds", event.oracleSeconds());
    line.put("decision", event.decision().stop() ? "stop" : "continue");
    line.put("best", event.decision().best());
    line.put("reason", event.decision().reason());
    putBootstraps(line);
    stagesBefore = stageSeconds.get(); // the validation's are no part of the next step
    putTraffic(line);
    append(line);
  }

  /** Seconds of all epochs, those of earlier parts of a continued run included. */
  public double seconds() {
    return sum("epoch", "seconds");
  }

  public double secondsPerStep() {
    long steps = lines.stream().filter(line -> line.path("event").asText().equals("step")).count();
    return steps == 0 ? 0 : sum("step", "seconds") / steps;
  }

  /** Bootstraps of steps and validations, those of earlier parts of a continued run included. */
  public long bootstrapsDone() {
    return Math.round(sum("step", "bootstraps") + sum("epoch", "bootstraps"));
  }

  /** Bytes sent to the executors and received by the driver, those of validations included. */
  public long bytesMoved() {
    return Math.round(
        sum("step", "broadcast_bytes")
            + sum("step", "gradient_bytes")
            + sum("epoch", "broadcast_bytes")
            + sum("epoch", "gradient_bytes"));
  }

  private double sum(String event, String field) {
    return lines.stream()
        .filter(line -> line.path("event").asText().equals(event))
        .mapToDouble(line -> line.path(field).asDouble())
        .sum();
  }

  private void putBootstraps(ObjectNode line) {
    long done = bootstraps.getAsLong();
    line.put("bootstraps", done - bootstrapsBefore);
    bootstrapsBefore = done;
  }

  private void putStages(ObjectNode line) {
    Map<TaskStage, Double> now = stageSeconds.get();
    now.forEach(
        (stage, seconds) ->
            line.put(stage.label(), seconds - stagesBefore.getOrDefault(stage, 0.0)));
    stagesBefore = now;
  }

  private void putTraffic(ObjectNode line) {
    line.put("broadcast_bytes", broadcastBytes.getAsLong() - broadcastBefore);
    line.put("gradient_bytes", gradientBytes.getAsLong() - gradientsBefore);
    broadcastBefore = broadcastBytes.getAsLong();
    gradientsBefore = gradientBytes.getAsLong();
  }

  private void append(ObjectNode line) {
    lines.add(line);
    StringBuilder text = new StringBuilder();
    lines.forEach(each -> text.append(each).append('\n'));
    storage.writeAtomically(FILE, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private ObjectNode parse(String line) {
    try {
      JsonNode node = Json.parse(line.getBytes(StandardCharsets.UTF_8));
      if (node instanceof ObjectNode object) {
        return object;
      }
    } catch (IOException e) {
      throw new DatasetException(where() + ": expected JSON lines: " + Json.reason(e), e);
    }
    throw new DatasetException(where() + ": expected an object per line, actual " + line);
  }

  private String where() {
    return storage.describe() + "/" + FILE;
  }
}
