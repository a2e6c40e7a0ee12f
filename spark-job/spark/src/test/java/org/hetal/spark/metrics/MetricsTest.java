package org.hetal.spark.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.hetal.dataset.LocalStorage;
import org.hetal.format.Json;
import org.hetal.plan.Schedule;
import org.hetal.training.StopDecision;
import org.hetal.training.TaskStage;
import org.hetal.training.TrainingListener.EpochEvent;
import org.hetal.training.TrainingListener.StepEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
  private static final Schedule SCHEDULE = new Schedule(100, 50, 1, 3, 3, 32, 1);

  @TempDir Path root;
  private long bootstraps;
  private long gradientBytes;
  private final Map<TaskStage, Double> soFar = new EnumMap<>(TaskStage.class);

  @Test
  void step_hasTheSecondsOfEachStageSinceTheStepBefore() throws Exception {
    LocalStorage storage = new LocalStorage(root);
    Metrics metrics = new Metrics(storage, () -> 0, () -> 0, () -> 0, () -> Map.copyOf(soFar));
    soFar.put(TaskStage.SOFTMAX, 100.0); // of another run in this process
    metrics.started(SCHEDULE.epochs(), SCHEDULE.batches(), 0, 0);
    soFar.put(TaskStage.SOFTMAX, 102.0);
    soFar.put(TaskStage.READ, 0.5);
    metrics.step(new StepEvent(1, 0, 2, 1, 2, 1));
    soFar.put(TaskStage.SOFTMAX, 105.0);
    metrics.step(new StepEvent(1, 1, 2, 2, 2, 1));
    String[] lines = new String(storage.read("metrics.jsonl"), "UTF-8").split("\n");
    assertEquals(
        Json.parse("{\"read\":0.5,\"softmax\":2.0}".getBytes("UTF-8")),
        Json.parse(lines[0].getBytes("UTF-8")).path("task_seconds"));
    assertEquals(
        Json.parse("{\"read\":0.0,\"softmax\":3.0}".getBytes("UTF-8")),
        Json.parse(lines[1].getBytes("UTF-8")).path("task_seconds"));
  }

  @Test
  void epoch_hasTheBootstrapsAndBytesOfItsValidation() throws Exception {
    LocalStorage storage = new LocalStorage(root);
    Metrics metrics =
        new Metrics(
            storage, () -> bootstraps, () -> 0, () -> gradientBytes, () -> Map.copyOf(soFar));
    soFar.put(TaskStage.SUM, 0.0);
    metrics.started(2, 1, 0, 0);
    train(metrics, 1);
    train(metrics, 2);
    int[][] expected = {{3, 10}, {2, 4}, {3, 10}, {2, 4}};
    String[] lines = new String(storage.read("metrics.jsonl"), "UTF-8").split("\n");
    assertEquals(expected.length, lines.length);
    for (int i = 0; i < lines.length; i++) {
      JsonNode line = Json.parse(lines[i].getBytes("UTF-8"));
      assertEquals(expected[i][0], line.path("bootstraps").asInt(-1), lines[i]);
      assertEquals(expected[i][1], line.path("gradient_bytes").asInt(-1), lines[i]);
    }
    double secondStep =
        Json.parse(lines[2].getBytes("UTF-8")).path("task_seconds").path("sum").asDouble();
    assertEquals(1, secondStep, "without the sums of the validation before it");
    assertEquals(10, metrics.bootstrapsDone());
    assertEquals(28, metrics.bytesMoved());
  }

  /** An epoch of one step, with a validation on ciphertexts. */
  private void train(Metrics metrics, int epoch) {
    bootstraps += 3;
    gradientBytes += 10;
    soFar.merge(TaskStage.SUM, 1.0, Double::sum);
    metrics.step(new StepEvent(epoch, 0, 1, epoch, 2, 1));
    bootstraps += 2;
    gradientBytes += 4;
    soFar.merge(TaskStage.SUM, 7.0, Double::sum);
    metrics.epoch(new EpochEvent(epoch, 5, 1, 1, new StopDecision(false, true, "")));
  }
}
