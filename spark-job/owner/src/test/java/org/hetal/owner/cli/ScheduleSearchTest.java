package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.hetal.owner.LabeledData;
import org.hetal.owner.data.PreparedData;
import org.hetal.plan.Schedule;
import org.hetal.training.EarlyStopping;
import org.hetal.training.EpochMetrics;
import org.hetal.training.PlainTrainer;
import org.junit.jupiter.api.Test;

class ScheduleSearchTest {
  private static final int CLASSES = 3;
  private static final int COLUMNS = 6;
  private static final List<Integer> RANGES = List.of(32, 64, 128);

  private final PreparedData data = overlapping(COLUMNS, CLASSES);
  private final Schedule usual =
      new Schedule(data.train().length, data.train().length / 3, 3, 6, 3, 128, 1);

  /** Rows of classes that overlap, so that schedules differ in loss and accuracy. */
  static PreparedData overlapping(int columns, int classes) {
    SplittableRandom random = new SplittableRandom(11);
    double[][] rows = new double[900][columns];
    int[] labels = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      labels[i] = i % classes;
      for (int column = 0; column < columns; column++) {
        rows[i][column] = (column == labels[i] ? 1 : 0) + 0.6 * random.nextGaussian();
      }
    }
    Settings settings = SettingsLoader.load(List.of(), Map.of("data.classes", "" + classes));
    return LabeledData.of(settings, rows, labels).prepared();
  }

  /** A minute per minibatch and so much more for a wider range. */
  private static Optional<ScheduleSearch.Price> price(Schedule schedule) {
    double minutes = schedule.batches() * (1 + schedule.logitRange() / 100.0) + 1;
    return Optional.of(
        new ScheduleSearch.Price("set", 2, minutes, 2 * schedule.stateScale(), "test"));
  }

  private PlainTrainer.Result train(Schedule schedule) {
    return new PlainTrainer(schedule, CLASSES)
        .train(
            data.train(),
            data.trainLabels(),
            data.validation(),
            new EarlyStopping(
                data.validationLabels(), CLASSES, schedule.patience(), schedule.logitRange()));
  }

  /** What the search says, found by training every schedule. */
  private double leastMinutes(ScheduleSearch.Result result) {
    double least = Double.POSITIVE_INFINITY;
    for (double rate : new double[] {0.5, 1, 2, 3, 4, 8, 16, 32, 64, 128}) {
      for (double size : new double[] {0.5, 1, 2, 4}) {
        int batchRows = (int) Math.min(usual.rows(), size * usual.batchRows());
        int most = (int) Math.ceil(usual.epochs() * Math.max(1, size));
        for (int epochs = 1; epochs <= most; epochs++) {
          for (int range : RANGES) {
            Schedule schedule = new Schedule(usual.rows(), batchRows, rate, epochs, 3, range, 1);
            PlainTrainer.Result trained = train(schedule);
            if (trained.bestEpoch() == epochs
                && trained.largestTrainingLogit() <= EarlyStopping.SAFE_SHARE * range
                && trained.largestWeight() <= range
                && trained.epochs().get(epochs - 1).accuracy()
                    >= result.bestAccuracy() - ScheduleSearch.TOLERANCE) {
              least = Math.min(least, epochs * price(schedule).orElseThrow().minutesPerEpoch());
            }
          }
        }
      }
    }
    return least;
  }

  @Test
  void schedule_isTheCheapestOfAllThatAreAccurateEnough() {
    List<Integer> progress = new ArrayList<>();
    ScheduleSearch search = new ScheduleSearch(data, usual, CLASSES, ScheduleSearchTest::price);
    ScheduleSearch.Result result =
        search.run(
            (done, of) -> {
              synchronized (progress) {
                progress.add(of);
              }
            });
    assertEquals(result.trainings(), progress.size());
    assertTrue(result.bestAccuracy() > 0.7 && result.bestAccuracy() < 1, result.toString());
    ScheduleSearch.Found found = result.cheapest().orElseThrow();
    PlainTrainer.Result again = train(found.schedule());
    assertEquals(found.schedule().epochs(), again.bestEpoch());
    EpochMetrics last = again.epochs().get(again.bestEpoch() - 1);
    assertEquals(found.accuracy(), last.accuracy());
    assertTrue(found.accuracy() >= result.bestAccuracy() - ScheduleSearch.TOLERANCE);
    assertEquals(leastMinutes(result), found.minutes(), 1e-9);
  }

  @Test
  void range_isWidenedUntilTheLogitsInTrainingFit() {
    ScheduleSearch search = new ScheduleSearch(data, usual, CLASSES, ScheduleSearchTest::price);
    for (ScheduleSearch.Found found : search.run((done, of) -> {}).bySize()) {
      Schedule schedule = found.schedule();
      PlainTrainer.Result trained = train(schedule);
      assertTrue(
          trained.largestTrainingLogit() <= EarlyStopping.SAFE_SHARE * schedule.logitRange(),
          found.toString());
    }
  }

  @Test
  void rangeThatNoSetHasTheLevelsFor_isNotProposed() {
    ScheduleSearch search =
        new ScheduleSearch(
            data,
            usual,
            CLASSES,
            schedule -> schedule.logitRange() < 128 ? Optional.empty() : price(schedule));
    ScheduleSearch.Result result = search.run((done, of) -> {});
    assertTrue(
        result.bySize().stream().allMatch(found -> found.schedule().logitRange() == 128),
        result.toString());
    assertEquals(128, result.cheapest().orElseThrow().schedule().logitRange());
    ScheduleSearch none = new ScheduleSearch(data, usual, CLASSES, schedule -> Optional.empty());
    assertTrue(none.run((done, of) -> {}).cheapest().isEmpty());
  }
}
