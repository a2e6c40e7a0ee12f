package org.hetal.owner.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.table.files.DataFiles;
import org.hetal.training.PlainTrainer;
import org.junit.jupiter.api.Test;

class TrainingWarningsTest {
  @Test
  void goodLearningRate_givesNoWarning() {
    assertEquals(List.of(), warnings(Map.of("training.learning-rate", "4")));
  }

  @Test
  void logitsBeyondTheRange_areNamedWithTheSettings() {
    List<String> found = warnings(Map.of("training.learning-rate", "20000"));
    assertTrue(found.get(0).contains("beyond the 32 that the encrypted softmax"), found.toString());
    assertTrue(found.get(0).contains("training.learning-rate (now 20000.0)"), found.toString());
    assertTrue(found.get(0).contains("training.logit-range (now 32)"), found.toString());
  }

  @Test
  void trainingThatLearnsNothing_isNamed() {
    List<String> found =
        warnings(Map.of("training.learning-rate", "4", "data.train.features", "23/single.csv"));
    assertEquals(List.of(), found, "one class is learnt at once; the data's warning names it");
    PlainTrainer.Result flat = result(1.2, 1.2, 1.1);
    List<String> guessing = TrainingWarnings.of(flat, schedule(), 3);
    assertTrue(guessing.get(0).contains("no better than guessing among 3"), guessing.toString());
    List<String> growing = TrainingWarnings.of(result(0.5, 0.4, 0.9), schedule(), 3);
    assertTrue(growing.get(0).contains("from 0.5000 after the first epoch to 0.9000"), "grows");
    assertTrue(
        TrainingWarnings.of(result(0.5, Double.NaN), schedule(), 3).get(0).contains("NaN"), "NaN");
  }

  private static org.hetal.plan.Schedule schedule() {
    return new org.hetal.plan.Schedule(10, 10, 4, 3, 3, 32, 2);
  }

  private static PlainTrainer.Result result(double... losses) {
    List<org.hetal.training.EpochMetrics> epochs = new java.util.ArrayList<>();
    for (double loss : losses) {
      org.hetal.training.StopDecision decision =
          new org.hetal.training.StopDecision(false, epochs.isEmpty(), "");
      epochs.add(new org.hetal.training.EpochMetrics(epochs.size() + 1, loss, 0.5, 1, 0, decision));
    }
    return new PlainTrainer.Result(null, null, 1, epochs, 1, 1, "");
  }

  private static List<String> warnings(Map<String, String> more) {
    Map<String, String> overrides = new TreeMap<>(more);
    String file = more.getOrDefault("data.train.features", "base/base.csv");
    overrides.put("data.train.features", DataFiles.resource("field-cases/" + file).toString());
    overrides.putAll(
        Map.of("data.classes", "3", "training.logit-range", "32", "training.batch-rows", "64"));
    Settings settings = SettingsLoader.load(List.of(), overrides);
    PreparedData data = PreparedData.read(settings.data());
    return TrainingWarnings.of(
        Evaluation.trainPlain(data, settings),
        settings.training().schedule(data.train().length),
        3);
  }
}
