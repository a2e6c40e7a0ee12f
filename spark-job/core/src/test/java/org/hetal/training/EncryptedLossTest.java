package org.hetal.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.hetal.he.KeyPlan;
import org.hetal.he.Operation;
import org.hetal.he.simulator.Noise;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.packing.Packing;
import org.hetal.plan.LossPlan;
import org.hetal.plan.Schedule;
import org.hetal.plan.ValidationMetric;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The validation loss on ciphertexts, beside that of the plain training. */
class EncryptedLossTest {
  private static final SimulatedParameters SMALL = SimulatedParameters.withRingDegree(1 << 11);

  private static SimulatedTraining training(
      Noise noise, Schedule schedule, int classes, int validationRows, double spread) {
    return new SimulatedTraining(
        SMALL,
        noise,
        schedule,
        classes,
        Samples.around(schedule.rows(), 12, classes, spread, 11),
        Samples.around(validationRows, 12, classes, spread, 12),
        ValidationMetric.ENCRYPTED_LOSS);
  }

  /** Whole groups, one row, a short last group, pairs of groups, many classes, wide ranges. */
  @ParameterizedTest
  @CsvSource({
    "2, 512, 32, 1",
    "2, 1, 64, 1",
    "3, 700, 32, 1",
    "5, 60, 128, 1",
    "7, 300, 256, 2",
    "10, 200, 32, 2",
    "10, 64, 128, 2",
    "16, 150, 128, 2",
    "17, 50, 64, 1"
  })
  void lossAndEpochs_areThoseOfThePlainTraining(
      int classes, int validationRows, int logitRange, int groupsPerMicrobatch) {
    Schedule schedule = new Schedule(200, 80, 2, 4, 9, logitRange, groupsPerMicrobatch);
    try (SimulatedTraining training =
        training(Noise.MEASURED, schedule, classes, validationRows, 0.6)) {
      TrainingResult result = training.run();
      List<EpochMetrics> encrypted = training.stopping.history();
      PlainTrainer.Result plain = training.plain();
      assertEquals(plain.bestEpoch(), result.bestEpoch());
      assertEquals(plain.epochs().size(), encrypted.size());
      for (int epoch = 0; epoch < encrypted.size(); epoch++) {
        EpochMetrics expected = plain.epochs().get(epoch);
        EpochMetrics actual = encrypted.get(epoch);
        assertEquals(expected.loss(), actual.loss(), 2 * EpochScore.RESOLUTION);
        assertTrue(expected.loss() > 1e-4 && expected.loss() < 1, "loss " + expected.loss());
        assertEquals(expected.decision(), actual.decision());
        assertFalse(actual.isOfLogits());
        assertTrue(expected.isOfLogits());
      }
    }
  }

  @Test
  void question_isOneCiphertextAtLevelZeroWithTwoNumbers() {
    Schedule schedule = new Schedule(200, 80, 2, 2, 9, 32, 1);
    List<List<byte[]>> questions = new ArrayList<>();
    try (SimulatedTraining training = training(Noise.NONE, schedule, 5, 500, 0.6)) {
      training.run(
          (epoch, question) -> {
            questions.add(question);
            return training.decide(epoch, question);
          });
      assertEquals(List.of(1, 1), questions.stream().map(List::size).toList());
      var ciphertext = training.simulator.deserialize(questions.get(0).get(0));
      assertEquals(0, ciphertext.level());
      double[] slots = training.simulator.decrypt(ciphertext);
      for (int slot = 2; slot < slots.length; slot++) {
        assertEquals(0, slots[slot], 1e-9, "slot " + slot);
      }
    }
  }

  @Test
  void sumOfPowers_boundsTheLargestLogit() {
    int rows = 1000;
    double[][] logits = new double[rows][3];
    int[] labels = new int[rows];
    for (int row = 0; row < rows; row++) {
      logits[row] = new double[] {10, -5, -5};
    }
    logits[7] = new double[] {-20, 4, 16};
    double one = EpochScore.ofPlainLoss(logits, labels, 32).largestLogit();
    assertEquals(20, one, 1e-2);
    for (double[] row : logits) {
      row[1] = 20;
    }
    double all = EpochScore.ofPlainLoss(logits, labels, 32).largestLogit();
    assertEquals(20 * Math.pow(1001, 1.0 / LossPlan.POWER), all, 1e-1);
  }

  @Test
  void growingLogits_areStoppedBeforeTheyLeaveTheRange() {
    Samples train = Samples.around(200, 8, 3, 0.3, 1);
    Samples validation = Samples.around(50, 8, 3, 0.3, 2);
    Schedule schedule = new Schedule(200, 100, 20, 60, 60, 32, 1);
    try (SimulatedTraining training =
        new SimulatedTraining(
            SMALL,
            Noise.MEASURED,
            schedule,
            3,
            train,
            validation,
            ValidationMetric.ENCRYPTED_LOSS)) {
      TrainingResult result = training.run();
      assertTrue(result.epochs() < 60, "epochs " + result.epochs());
      assertTrue(result.reason().contains("range"), result.reason());
      List<EpochMetrics> plain = training.plain().epochs();
      assertEquals(plain.size(), result.epochs());
      double expected = plain.get(plain.size() - 1).largestLogit();
      double bound = training.stopping.history().get(plain.size() - 1).largestLogit();
      assertEquals(expected, bound, 0.02 * expected);
      double exact =
          EpochScore.ofLogits(
                  PlainTrainer.logits(validation.rows(), training.plain().last()),
                  validation.labels())
              .largestLogit();
      assertTrue(exact <= bound && exact < 0.8 * 32, exact + " at most " + bound);
      assertFalse(result.best().isEmpty());
    }
  }

  @Test
  void divergence_isAnErrorThatSaysWhatToChange() {
    Schedule schedule = new Schedule(80, 80, 300, 9, 9, 32, 1);
    try (SimulatedTraining training = training(Noise.NONE, schedule, 5, 60, 0.6)) {
      String message = assertThrows(TrainingDivergedException.class, training::run).getMessage();
      assertTrue(message.contains("lower training.learning-rate, actual 300.0"), message);
    }
  }

  @Test
  void plan_countsTheOperationsAndKeysOfTheLoss() {
    Schedule schedule = new Schedule(200, 80, 2, 1, 9, 32, 2);
    try (SimulatedTraining training = training(Noise.NONE, schedule, 10, 150, 0.6)) {
      training.run();
      int microbatches = 2; // 150 rows are three groups of 64
      long loss = (long) microbatches * training.plan.loss().softmax().bootstraps();
      long trained = (long) schedule.batches() * training.plan.bootstrapsPerIteration();
      assertEquals(loss, training.plan.validation().bootstrap());
      assertTrue(training.recorder.count(Operation.BOOTSTRAP) <= trained + loss);
      KeyPlan planned = training.plan.keys();
      KeyPlan used = training.recorder.usedKeys();
      used.rotations()
          .forEach(
              (steps, level) ->
                  assertTrue(
                      planned.rotations().getOrDefault(steps, -1) >= level, "rotation " + steps));
      assertTrue(planned.relinearizationLevel() >= used.relinearizationLevel());
    }
  }

  @Test
  void labelsOfRowsThatAreNotThere_areTheProbabilitiesOfZeros() {
    try (SimulatedTraining training =
        training(Noise.NONE, new Schedule(200, 80, 2, 1, 9, 32, 1), 5, 60, 0.6)) {
      double[] labels = Packing.packValidationLabels(training.plan.layout(), new int[] {3});
      assertEquals(1, labels[training.plan.layout().logitSlot(0, 3)], 0);
      assertEquals(0, labels[training.plan.layout().logitSlot(0, 2)], 0);
      for (int label = 0; label < 8; label++) {
        double expected = label < 5 ? 0.2 : 0;
        assertEquals(expected, labels[training.plan.layout().logitSlot(1, label)], 0);
      }
    }
  }

  @Test
  void numbersThatNoLogitsGive_areDivergence() {
    EarlyStopping stopping = EarlyStopping.onCiphertexts(2, 32, List.of());
    for (double[] seen : new double[][] {{2.5, 0}, {-0.5, 0}, {1, -3}, {Double.NaN, 0}}) {
      EpochScore score = EpochScore.ofEncryptedLoss(seen[0], seen[1], 32);
      StopDecision decision = stopping.decide(1, score).decision();
      assertTrue(decision.stop() && !decision.best(), decision.toString());
      assertTrue(decision.reason().contains("diverged"), decision.reason());
    }
    EpochScore ok = EpochScore.ofEncryptedLoss(0.51234, 1e-5, 32);
    assertEquals(0.5123, ok.loss(), 1e-12);
    assertFalse(stopping.decide(1, ok).decision().stop());
  }
}
