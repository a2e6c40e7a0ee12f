package org.hetal.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.hetal.plan.Schedule;
import org.junit.jupiter.api.Test;

class PlainTrainerTest {
  private static final int CLASSES = 4;
  private static final int FEATURES = 6;
  private static final double RANGE = 128;

  private static double loss(Samples samples, double[][] weights) {
    double sum = 0;
    double[][] logits = PlainTrainer.logits(samples.rows(), weights);
    for (int i = 0; i < logits.length; i++) {
      sum += EarlyStopping.crossEntropy(logits[i], samples.labels()[i]);
    }
    return sum / logits.length;
  }

  private static PlainTrainer.Result train(Schedule schedule, Samples train, Samples validation) {
    EarlyStopping stopping =
        new EarlyStopping(validation.labels(), CLASSES, schedule.patience(), schedule.logitRange());
    return new PlainTrainer(schedule, CLASSES)
        .train(train.rows(), train.labels(), validation.rows(), stopping);
  }

  @Test
  void firstStep_isTheNegativeGradientOfTheLoss() {
    Samples samples = Samples.around(50, FEATURES, CLASSES, 0.5, 1);
    Schedule schedule = new Schedule(50, 50, 0.7, 1, 1, 128, 1);
    double[][] weights = train(schedule, samples, samples).last();
    double h = 1e-5;
    for (int c = 0; c < CLASSES; c++) {
      for (int f = 0; f < FEATURES; f++) {
        double[][] up = new double[CLASSES][FEATURES];
        double[][] down = new double[CLASSES][FEATURES];
        up[c][f] = h;
        down[c][f] = -h;
        double slope = (loss(samples, up) - loss(samples, down)) / (2 * h);
        assertEquals(-0.7 * slope, weights[c][f], 1e-8);
      }
    }
  }

  @Test
  void secondStep_looksAhead() {
    Samples samples = Samples.around(40, FEATURES, CLASSES, 0.5, 2);
    double[][] one = train(new Schedule(40, 40, 1, 1, 9, 128, 1), samples, samples).last();
    double[][] two = train(new Schedule(40, 40, 1, 2, 9, 128, 1), samples, samples).last();
    // g_1 = 0, so the second gradient is taken at the first weights.
    double h = 1e-5;
    for (int c = 0; c < CLASSES; c++) {
      for (int f = 0; f < FEATURES; f++) {
        double before = one[c][f];
        one[c][f] = before + h;
        double up = loss(samples, one);
        one[c][f] = before - h;
        double down = loss(samples, one);
        one[c][f] = before;
        assertEquals(before - (up - down) / (2 * h), two[c][f], 1e-8);
      }
    }
  }

  @Test
  void separableClasses_areLearned() {
    Samples train = Samples.around(300, FEATURES, CLASSES, 0.2, 3);
    Samples validation = Samples.around(100, FEATURES, CLASSES, 0.2, 4);
    PlainTrainer.Result result = train(new Schedule(300, 128, 2, 12, 3, 128, 1), train, validation);
    assertEquals(1, PlainTrainer.accuracy(validation.rows(), validation.labels(), result.best()));
    assertEquals(12, result.bestEpoch());
    assertEquals("all epochs done", result.reason());
    double first = result.epochs().get(0).loss();
    assertTrue(result.epochs().get(11).loss() < first / 4, "loss falls from " + first);
  }

  @Test
  void weights_sumToZeroOverTheClasses() {
    Samples samples = Samples.around(200, FEATURES, CLASSES, 1, 5);
    double[][] weights = train(new Schedule(200, 64, 4, 8, 9, 128, 1), samples, samples).last();
    for (int f = 0; f < FEATURES; f++) {
      double sum = 0;
      for (double[] row : weights) {
        sum += row[f];
      }
      assertEquals(0, sum, 1e-12);
    }
  }

  @Test
  void misleadingTraining_stopsWithTheBestEpochKept() {
    Samples train = Samples.around(100, FEATURES, CLASSES, 0.2, 6);
    Samples validation = Samples.around(100, FEATURES, CLASSES, 0.2, 7);
    int[] wrong = validation.labels().clone();
    for (int i = 0; i < wrong.length; i++) {
      wrong[i] = (wrong[i] + 1) % CLASSES;
    }
    Schedule schedule = new Schedule(100, 50, 1, 20, 3, 128, 1);
    PlainTrainer.Result result = train(schedule, train, new Samples(validation.rows(), wrong));
    assertEquals(1, result.bestEpoch());
    assertEquals(4, result.epochs().size());
    PlainTrainer.Result oneEpoch =
        train(new Schedule(100, 50, 1, 1, 3, 128, 1), train, new Samples(validation.rows(), wrong));
    assertEquals(oneEpoch.last()[0][0], result.best()[0][0], 0);
  }

  @Test
  void rowsThatDoNotMatchTheSchedule_throw() {
    Samples samples = Samples.around(10, FEATURES, CLASSES, 0.2, 8);
    Schedule schedule = new Schedule(11, 5, 1, 1, 1, 128, 1);
    EarlyStopping stopping = new EarlyStopping(samples.labels(), CLASSES, 1, RANGE);
    PlainTrainer trainer = new PlainTrainer(schedule, CLASSES);
    assertThrows(
        IllegalArgumentException.class,
        () -> trainer.train(samples.rows(), samples.labels(), samples.rows(), stopping));
  }

  @Test
  void softmax_ofLargeLogits_isFinite() {
    double[] p = PlainTrainer.softmax(new double[] {1000, 999, -1000});
    assertEquals(1 / (1 + Math.exp(-1)), p[0], 1e-12);
    assertEquals(1, p[0] + p[1] + p[2], 1e-12);
  }

  private static PlainTrainer.Result trainJointly(Samples samples, List<Integer> minibatches) {
    Schedule schedule = new Schedule(80, 40, 0.7, 3, 3, 128, 1);
    return PlainTrainer.joint(schedule, CLASSES, minibatches)
        .train(
            samples.rows(),
            samples.labels(),
            samples.rows(),
            new EarlyStopping(samples.labels(), CLASSES, 3, RANGE));
  }

  @Test
  void jointTrainingOnFullMinibatches_isThatOfOneOwner() {
    Samples samples = Samples.around(80, FEATURES, CLASSES, 0.5, 6);
    assertArrayEquals(
        train(new Schedule(80, 40, 0.7, 3, 3, 128, 1), samples, samples).last(),
        trainJointly(samples, List.of(40, 40)).last());
  }

  @Test
  void shortMinibatchOfAnOwner_countsByItsRows() {
    Samples samples = Samples.around(80, FEATURES, CLASSES, 0.5, 7);
    Schedule schedule = new Schedule(80, 80, 0.7, 1, 1, 128, 1);
    double[][] sum =
        PlainTrainer.joint(schedule, CLASSES, List.of(80))
            .train(
                samples.rows(),
                samples.labels(),
                samples.rows(),
                new EarlyStopping(samples.labels(), CLASSES, 1, RANGE))
            .last();
    Samples first =
        new Samples(Arrays.copyOf(samples.rows(), 20), Arrays.copyOf(samples.labels(), 20));
    double[][] mean = train(new Schedule(20, 80, 0.7, 1, 1, 128, 1), first, first).last();
    double[][] quarter =
        PlainTrainer.joint(new Schedule(20, 80, 0.7, 1, 1, 128, 1), CLASSES, List.of(20))
            .train(
                first.rows(),
                first.labels(),
                first.rows(),
                new EarlyStopping(first.labels(), CLASSES, 1, RANGE))
            .last();
    assertArrayEquals(train(schedule, samples, samples).last(), sum);
    for (int c = 0; c < CLASSES; c++) {
      for (int f = 0; f < FEATURES; f++) {
        assertEquals(mean[c][f] / 4, quarter[c][f], 1e-15);
      }
    }
  }

  @Test
  void jointTrainingOnOtherRowsThanTheSchedules_isRefused() {
    IllegalArgumentException failure =
        assertThrows(
            IllegalArgumentException.class,
            () -> trainJointly(Samples.around(80, FEATURES, CLASSES, 0.5, 8), List.of(40, 39)));
    assertTrue(failure.getMessage().contains("expected 80, actual 79"), failure.getMessage());
  }
}
