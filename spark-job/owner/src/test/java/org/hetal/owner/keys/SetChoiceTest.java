package org.hetal.owner.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.config.SettingsLoader;
import org.hetal.dataset.PlanSettings;
import org.hetal.format.Json;
import org.hetal.he.Parameters;
import org.hetal.plan.DataShape;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.CostModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SetChoiceTest {
  private static final Path MEASURED =
      Path.of("../../he-native/cpp/bench/results/training_n16_l14.json");

  private static Settings settings(int classes, int batchRows, int range) {
    return settings(classes, batchRows, range, 0);
  }

  private static Settings settings(int classes, int batchRows, int range, int rowsPerBlock) {
    return SettingsLoader.load(
        List.of(),
        new HashMap<>(
            Map.of(
                "parameters", "auto",
                "data.classes", "" + classes,
                "training.batch-rows", "" + batchRows,
                "training.rows-per-block", "" + rowsPerBlock,
                "training.logit-range", "" + range)));
  }

  private static SetChoice choice(int classes, int batchRows, int range) {
    return choice(classes, batchRows, settings(classes, batchRows, range));
  }

  private static SetChoice choice(int classes, int batchRows, Settings settings) {
    return SetChoice.of(settings, new DataShape(4 * batchRows, 100, 769));
  }

  /**
   * The published shapes, whose iterations were measured with both or one of the sets. No logits
   * repeated in the layouts of that commit.
   */
  @Test
  void predictedSeconds_areThoseOfMeasuredIterations() throws Exception {
    List<String> measured = new ArrayList<>();
    for (JsonNode row : Json.parse(Files.readAllBytes(MEASURED))) {
      int classes = row.path("classes").asInt();
      int batchRows = row.path("batch_rows").asInt();
      int rowsPerBlock = classes == 7 || batchRows == 2048 ? 256 : 128;
      SetChoice choice = choice(classes, batchRows, settings(classes, batchRows, 32, rowsPerBlock));
      String set = row.path("parameter_set").asText();
      SetChoice.Candidate candidate = choice.named(set).orElseThrow();
      assertEquals(
          row.path("bootstraps_per_iteration").asInt(),
          candidate.plan().bootstrapsPerIteration(),
          row.toString());
      double ratio = candidate.estimate().secondsPerIteration() / row.path("median_s").asDouble();
      measured.add(String.format(Locale.ROOT, "%s %.3f", set, ratio));
      assertEquals(1, ratio, 0.1, measured.toString());
    }
    assertEquals(5, measured.size());
  }

  /** Two bootstraps instead of three win; with as many bootstraps those of n16_l12 are shorter. */
  @ParameterizedTest
  @CsvSource({
    "3, 512, 32, n16_l12",
    "7, 1024, 32, n16_l14",
    "10, 1024, 32, n16_l14",
    "10, 2048, 32, n16_l14",
    "10, 1024, 128, n16_l12",
    "16, 1024, 32, n16_l14",
    "17, 1024, 32, n16_l12"
  })
  void best_hasTheFewestSeconds(int classes, int batchRows, int range, String expected) {
    SetChoice choice = choice(classes, batchRows, range);
    assertEquals(expected, choice.best().name(), choice.reason());
    assertTrue(choice.reason().startsWith("seconds of an iteration: " + expected), choice.reason());
  }

  @Test
  void equallyFastSets_areToldApartByTheBytesOfTheirKeys() {
    Settings settings = settings(10, 1024, 128);
    DataShape shape = new DataShape(4096, 100, 769);
    SetChoice choice =
        SetChoice.of(
            settings,
            set -> PlanSettings.plan(settings, set, shape),
            set -> new CostModel("only bootstraps", 1e-300, 1e-300, 1, 1));
    assertEquals("n16_l12", choice.best().name(), choice.reason());
    SetChoice.Candidate other = choice.named("n16_l14").orElseThrow();
    assertEquals(
        other.estimate().secondsPerIteration(), choice.best().estimate().secondsPerIteration());
    assertTrue(other.estimate().keyBytes() > choice.best().estimate().keyBytes());
  }

  @Test
  void setWithTooFewLevels_isNotChosen() {
    Settings settings = settings(10, 1024, 32);
    DataShape shape = new DataShape(4096, 100, 769);
    SetChoice choice =
        SetChoice.of(
            settings,
            set -> {
              if (set.name().equals("n16_l14")) {
                throw new SettingsException("plan: too few levels");
              }
              return PlanSettings.plan(settings, set, shape);
            },
            SetChoice::shippedCosts);
    assertEquals("n16_l12", choice.best().name());
    assertTrue(choice.named("n16_l14").isEmpty());
    assertThrows(
        SettingsException.class,
        () -> SetChoice.of(settings, SetChoiceTest::refuse, SetChoice::shippedCosts));
  }

  private static TrainingPlan refuse(Parameters set) {
    throw new SettingsException("plan: too few levels with " + set.name());
  }
}
