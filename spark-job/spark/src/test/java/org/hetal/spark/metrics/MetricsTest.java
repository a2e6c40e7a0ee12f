package org.hetal.spark.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.hetal.dataset.LocalStorage;
import org.hetal.format.Json;
import org.hetal.plan.Schedule;
import org.hetal.training.TaskStage;
import org.hetal.training.TrainingListener.StepEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
  private static final Schedule SCHEDULE = new Schedule(100, 50, 1, 3, 3, 32, 1);

  @TempDir Path root;
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
}
