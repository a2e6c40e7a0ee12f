package org.hetal.spark.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.Storage;
import org.hetal.format.Json;
import org.hetal.plan.Schedule;
import org.hetal.training.TrainingListener;

/**
 * {@code metrics.jsonl} of a run: one object a step and one an epoch; sizes, counts and times,
 * which the cluster knows anyway. A continued run drops the lines of steps that it does again.
 */
public final class Metrics implements TrainingListener {
  static final String FILE = "metrics.jsonl";

  private final Storage storage;
  private final LongSupplier bootstraps;
  private final LongSupplier broadcastBytes;
  private final LongSupplier gradientBytes;
  private final List<ObjectNode> lines = new ArrayList<>();
  private long bootstrapsBefore;
  private long broadcastBefore;
  private long gradientsBefore;

  /** The suppliers give totals so far. */
  public Metrics(
      Storage storage,
      LongSupplier bootstraps,
      LongSupplier broadcastBytes,
      LongSupplier gradientBytes) {
    this.storage = storage;
    this.bootstraps = bootstraps;
    this.broadcastBytes = broadcastBytes;
    this.gradientBytes = gradientBytes;
  }

  @Override
  public void started(Schedule schedule, int epochsDone) {
    lines.clear();
    bootstrapsBefore = bootstraps.getAsLong();
    broadcastBefore = broadcastBytes.getAsLong();
    gradientsBefore = gradientBytes.getAsLong();
    if (epochsDone > 0 && storage.exists(FILE)) {
      String text = new String(storage.read(FILE), StandardCharsets.UTF_8);
      for (String line : text.lines().toList()) {
        ObjectNode node = parse(line);
        if (node.path("epoch").asInt() <= epochsDone) {
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
    long done = bootstraps.getAsLong();
    line.put("bootstraps", done - bootstrapsBefore);
    bootstrapsBefore = done;
    putTraffic(line);
    append(line);
  }

  /** A run that was cut off after this event and before the answer was saved has it again. */
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
    putTraffic(line);
    append(line);
  }

  /** Over the whole run, continued parts included. */
  public double seconds() {
    return sum("epoch", "seconds");
  }

  public double secondsPerStep() {
    long steps = lines.stream().filter(line -> line.path("event").asText().equals("step")).count();
    return steps == 0 ? 0 : sum("step", "seconds") / steps;
  }

  public long bootstrapsDone() {
    return Math.round(sum("step", "bootstraps"));
  }

  public long bytesMoved() {
    return Math.round(
        sum("step", "broadcast_bytes")
            + sum("step", "gradient_bytes")
            + sum("epoch", "broadcast_bytes"));
  }

  private double sum(String event, String field) {
    return lines.stream()
        .filter(line -> line.path("event").asText().equals(event))
        .mapToDouble(line -> line.path(field).asDouble())
        .sum();
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
    throw new DatasetException(where() + ": expected an object a line, actual " + line);
  }

  private String where() {
    return storage.describe() + "/" + FILE;
  }
}
