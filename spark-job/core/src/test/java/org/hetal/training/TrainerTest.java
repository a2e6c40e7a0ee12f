package org.hetal.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.hetal.he.Operation;
import org.hetal.he.simulator.Noise;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.plan.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
  private static final SimulatedParameters SMALL = SimulatedParameters.withRingDegree(1 << 11);

  private static SimulatedTraining training(
      SimulatedParameters parameters, Schedule schedule, int classes, int features) {
    return new SimulatedTraining(
        parameters,
        Noise.NONE,
        schedule,
        classes,
        Samples.around(schedule.rows(), features, classes, 0.6, 11),
        Samples.around(60, features, classes, 0.6, 12));
  }

  private static SimulatedTraining small(int epochs) {
    return training(SMALL, new Schedule(200, 80, 2, epochs, 9, 32, 1), 5, 12);
  }

  private static double largestDifference(double[][] a, double[][] b) {
    double largest = 0;
    for (int c = 0; c < a.length; c++) {
      for (int f = 0; f < a[c].length; f++) {
        largest = Math.max(largest, Math.abs(a[c][f] - b[c][f]));
      }
    }
    return largest;
  }

  private static void assertSameBytes(List<byte[]> expected, List<byte[]> actual) {
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i));
    }
  }

  /** Rows: a short last minibatch, one row, several groups, groups in pairs, many classes. */
  @ParameterizedTest
  @CsvSource({
    "10, 2, 3, 100, 100, 1, 32",
    "10, 2, 1, 30, 7, 1, 64",
    "11, 3, 20, 200, 64, 1, 128",
    "11, 4, 9, 129, 128, 1, 128",
    "11, 7, 33, 150, 64, 1, 32",
    "11, 10, 62, 200, 150, 1, 128",
    "11, 10, 62, 300, 200, 2, 32",
    "11, 16, 130, 120, 100, 1, 128",
    "11, 16, 130, 200, 200, 2, 128",
    "12, 5, 785, 1, 1, 1, 32",
    "12, 17, 20, 150, 100, 1, 128",
    "12, 33, 12, 100, 70, 2, 128",
    "12, 64, 9, 100, 60, 1, 64"
  })
  void encryptedWeights_equalThePlainOnes(
      int logRing,
      int classes,
      int features,
      int rows,
      int batchRows,
      int groupsPerMicrobatch,
      int logitRange) {
    Schedule schedule = new Schedule(rows, batchRows, 2, 3, 9, logitRange, groupsPerMicrobatch);
    SimulatedParameters parameters = SimulatedParameters.withRingDegree(1 << logRing);
    try (SimulatedTraining training = training(parameters, schedule, classes, features)) {
      TrainingResult result = training.run();
      PlainTrainer.Result plain = training.plain();
      assertEquals(plain.bestEpoch(), result.bestEpoch());
      assertEquals(3 * schedule.batches(), result.steps());
      double[][] weights = training.weights(result.best());
      double difference = largestDifference(plain.best(), weights);
      assertTrue(difference < 2e-4, "difference " + difference);
      assertTrue(largestDifference(plain.best(), new double[classes][features]) > 0.05);
    }
  }

  @Test
  void metricsOfBothTrainings_agree() {
    try (SimulatedTraining training = small(4)) {
      training.run();
      List<EpochMetrics> plain = training.plain().epochs();
      List<EpochMetrics> encrypted = training.stopping.history();
      assertEquals(plain.size(), encrypted.size());
      for (int e = 0; e < plain.size(); e++) {
        assertEquals(plain.get(e).loss(), encrypted.get(e).loss(), 1e-4);
        assertEquals(plain.get(e).accuracy(), encrypted.get(e).accuracy(), 0);
        assertTrue(encrypted.get(e).drift() < 1e-3, "drift " + encrypted.get(e).drift());
      }
    }
  }

  /** Where a run is cut off. */
  private static final class CutOff extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static TrainingListener cutAtStep(int step) {
    return new TrainingListener() {
      @Override
      public void step(StepEvent event) {
        if (event.step() == step) {
          throw new CutOff();
        }
      }
    };
  }

  private static TrainingListener cutAtDecision(int epoch) {
    return new TrainingListener() {
      @Override
      public void epoch(EpochEvent event) {
        if (event.epoch() == epoch) {
          throw new CutOff();
        }
      }
    };
  }

  private static TrainingListener cutAfterCheckpoint(int epoch, boolean withAnswer) {
    return new TrainingListener() {
      @Override
      public void checkpointed(int done, boolean answered, double seconds) {
        if (done == epoch && answered == withAnswer) {
          throw new CutOff();
        }
      }
    };
  }

  /** The validation oracle lives on while the run is cut off and started again. */
  private static void assertResumesToTheSameBytes(TrainingListener cut) {
    CheckpointStore store = CheckpointStore.inMemory();
    try (SimulatedTraining undisturbed = small(4);
        SimulatedTraining disturbed = small(4)) {
      TrainingResult expected = undisturbed.run();
      assertThrows(CutOff.class, () -> disturbed.run(store, cut));
      TrainingResult actual = disturbed.run(store, TrainingListener.NONE);
      assertSameBytes(expected.best(), actual.best());
      assertEquals(expected.bestEpoch(), actual.bestEpoch());
      assertEquals(expected.steps(), actual.steps());
      assertEquals(undisturbed.stopping.history(), disturbed.stopping.history());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void runCutAfterACheckpoint_endsWithTheSameBytes(int epoch) {
    assertResumesToTheSameBytes(cutAfterCheckpoint(epoch, true));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void runCutBeforeTheQuestion_endsWithTheSameBytes(int epoch) {
    assertResumesToTheSameBytes(cutAfterCheckpoint(epoch, false));
  }

  /** Steps 1 to 12 in four epochs; 3, 6, 9 and 12 end an epoch. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "1, 2, 2",
    "1, 4, 4",
    "1, 5, 5",
    "2, 2, 2",
    "2, 3, 3",
    "2, 4, 4",
    "2, 5, 4",
    "5, 5, 5",
    "5, 8, 6",
    "5, 11, 10",
    "0, 5, 3",
    "100, 8, 6"
  })
  void runCutInsideAnEpoch_continuesAtTheCheckpointAndEndsWithTheSameBytes(
      int every, int cut, int from) {
    CheckpointStore store = CheckpointStore.inMemory();
    List<Integer> steps = new ArrayList<>();
    int[] started = new int[1];
    TrainingListener counting =
        new TrainingListener() {
          @Override
          public void started(int epochs, int batches, int epochsDone, int stepsDone) {
            started[0] = stepsDone;
          }

          @Override
          public void step(StepEvent event) {
            steps.add(event.step());
          }
        };
    // A listener hears of a step before its checkpoint: the step after the cut is not computed.
    TrainingListener cutting =
        new TrainingListener() {
          @Override
          public void step(StepEvent event) {
            if (event.step() == cut + 1) {
              throw new CutOff();
            }
          }
        };
    try (SimulatedTraining undisturbed = small(4);
        SimulatedTraining disturbed = small(4)) {
      TrainingResult expected = undisturbed.run();
      assertThrows(CutOff.class, () -> disturbed.trainer(store, cutting, every).run());
      TrainingResult actual = disturbed.trainer(store, counting, every).run();
      assertEquals(from, started[0]);
      assertEquals(IntStream.rangeClosed(from + 1, 12).boxed().toList(), steps);
      assertSameBytes(expected.best(), actual.best());
      assertEquals(expected.bestEpoch(), actual.bestEpoch());
      assertEquals(expected.steps(), actual.steps());
      assertEquals(undisturbed.stopping.history(), disturbed.stopping.history());
    }
  }

  @Test
  void checkpointWhoseStepDoesNotFitItsMinibatch_isRefused() {
    CheckpointStore store = CheckpointStore.inMemory();
    try (SimulatedTraining training = small(2)) {
      training.trainer(store, TrainingListener.NONE, 1).run();
      Checkpoint last = store.latest().orElseThrow();
      store.save(
          new Checkpoint(
              last.configurationHash(),
              1,
              true,
              2,
              4,
              last.lambda(),
              last.weights(),
              last.lookahead(),
              last.bestEpoch(),
              last.best(),
              false,
              ""));
      String message =
          assertThrows(
                  IllegalStateException.class,
                  () -> training.trainer(store, TrainingListener.NONE, 1).run())
              .getMessage();
      assertTrue(message.contains("expected step 5, actual 4"), message);
    }
  }

  /** Remembers what it was asked; away for its first question about one epoch. */
  private static final class AwayOnce implements ValidationOracle {
    private final SimulatedTraining training;
    private final int epochAway;
    private final List<Integer> greetings = new ArrayList<>();
    private final List<Integer> epochs = new ArrayList<>();
    private final List<List<byte[]>> questions = new ArrayList<>();

    AwayOnce(SimulatedTraining training, int epochAway) {
      this.training = training;
      this.epochAway = epochAway;
    }

    @Override
    public void greet(int epochsAnswered) {
      greetings.add(epochsAnswered);
    }

    @Override
    public StopDecision decide(int epoch, List<byte[]> logits) {
      boolean first = !epochs.contains(epoch);
      epochs.add(epoch);
      questions.add(logits);
      if (first && epoch == epochAway) {
        throw new CutOff();
      }
      return training.decide(epoch, logits);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void unreachableOracle_costsNoStepAndIsAskedTheSameAgain(int epoch) {
    CheckpointStore store = CheckpointStore.inMemory();
    List<Integer> steps = new ArrayList<>();
    TrainingListener counting =
        new TrainingListener() {
          @Override
          public void step(StepEvent event) {
            steps.add(event.step());
          }
        };
    try (SimulatedTraining undisturbed = small(4);
        SimulatedTraining disturbed = small(4)) {
      AwayOnce validationOracle = new AwayOnce(disturbed, epoch);
      assertThrows(CutOff.class, () -> disturbed.run(validationOracle, store, counting));
      assertEquals(epoch, store.latest().orElseThrow().epoch());
      assertFalse(store.latest().orElseThrow().answered());
      TrainingResult actual = disturbed.run(validationOracle, store, counting);
      assertEquals(IntStream.rangeClosed(1, 12).boxed().toList(), steps, "each step once");
      assertEquals(List.of(0, epoch - 1), validationOracle.greetings);
      int first = validationOracle.epochs.indexOf(epoch);
      assertEquals(epoch, validationOracle.epochs.get(first + 1), "the open question comes first");
      assertSameBytes(
          validationOracle.questions.get(first), validationOracle.questions.get(first + 1));
      TrainingResult expected = undisturbed.run();
      assertSameBytes(expected.best(), actual.best());
      assertEquals(expected.bestEpoch(), actual.bestEpoch());
    }
  }

  @Test
  void oracleThatRefusesTheGreeting_endsTheRunBeforeItsFirstStep() {
    ValidationOracle refusing =
        new ValidationOracle() {
          @Override
          public void greet(int epochsAnswered) {
            throw new CutOff();
          }

          @Override
          public StopDecision decide(int epoch, List<byte[]> logits) {
            throw new AssertionError("asked");
          }
        };
    try (SimulatedTraining training = small(2)) {
      training.recorder.resetCounts();
      assertThrows(CutOff.class, () -> training.run(refusing));
      assertEquals(0, training.recorder.count(Operation.MULTIPLY));
    }
  }

  @Test
  void divergence_isAnErrorThatSaysWhatToChange() {
    Schedule schedule = new Schedule(200, 80, 1e4, 9, 9, 32, 1);
    try (SimulatedTraining training = training(SMALL, schedule, 5, 12)) {
      ValidationOracle blind = (epoch, logits) -> new StopDecision(false, true, "");
      String message =
          assertThrows(TrainingDivergedException.class, () -> training.run(blind)).getMessage();
      assertTrue(message.startsWith("training diverged in epoch "), message);
      assertTrue(message.contains("lower training.learning-rate, actual 10000.0"), message);
      assertTrue(message.contains("raise training.logit-range, actual 32"), message);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void runCutBetweenDecisionAndCheckpoint_endsWithTheSameBytes(int epoch) {
    assertResumesToTheSameBytes(cutAtDecision(epoch));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 12})
  void runCutInsideAnEpoch_endsWithTheSameBytes(int step) {
    assertResumesToTheSameBytes(cutAtStep(step));
  }

  @Test
  void finishedRun_returnsAtOnce() {
    CheckpointStore store = CheckpointStore.inMemory();
    try (SimulatedTraining training = small(2)) {
      TrainingResult first = training.run(store, TrainingListener.NONE);
      training.recorder.resetCounts();
      TrainingResult second = training.run(store, TrainingListener.NONE);
      assertSameBytes(first.best(), second.best());
      assertEquals(first.reason(), second.reason());
      assertEquals(0, training.recorder.count(Operation.BOOTSTRAP));
    }
  }

  @Test
  void checkpointOfAnotherConfiguration_isRefused() {
    CheckpointStore store = CheckpointStore.inMemory();
    try (SimulatedTraining training = small(1)) {
      training.run(store, TrainingListener.NONE);
      Trainer other = training.trainer(store, TrainingListener.NONE, "another");
      String message = assertThrows(IllegalStateException.class, other::run).getMessage();
      assertTrue(message.contains("expected configuration another, actual configuration"), message);
    }
  }

  @Test
  void checkpoints_areSavedBeforeTheQuestionAndWithTheAnswer() {
    List<Checkpoint> saved = new ArrayList<>();
    CheckpointStore store =
        new CheckpointStore() {
          @Override
          public void save(Checkpoint checkpoint) {
            saved.add(checkpoint);
          }

          @Override
          public Optional<Checkpoint> latest() {
            return Optional.empty();
          }
        };
    try (SimulatedTraining training = small(3)) {
      training.run(store, TrainingListener.NONE);
    }
    assertEquals(List.of(1, 1, 2, 2, 3, 3), saved.stream().map(Checkpoint::epoch).toList());
    assertEquals(List.of(3, 3, 6, 6, 9, 9), saved.stream().map(Checkpoint::step).toList());
    assertEquals(
        List.of(false, true, false, true, false, true),
        saved.stream().map(Checkpoint::answered).toList());
    assertEquals(
        List.of(0, 1, 1, 2, 2, 3), saved.stream().map(Checkpoint::epochsAnswered).toList());
    assertEquals(
        List.of(false, false, false, false, false, true),
        saved.stream().map(Checkpoint::finished).toList());
    assertEquals("all epochs done", saved.get(5).reason());
  }

  @Test
  void decisionToStop_returnsTheBestWeights() {
    try (SimulatedTraining training = small(9);
        SimulatedTraining twoEpochs = small(2)) {
      ValidationOracle validationOracle =
          (epoch, logits) ->
              epoch < 4
                  ? new StopDecision(false, epoch <= 2, "")
                  : new StopDecision(true, false, "enough");
      TrainingResult result = training.run(validationOracle);
      assertEquals(4, result.epochs());
      assertEquals(2, result.bestEpoch());
      assertEquals("enough", result.reason());
      assertSameBytes(twoEpochs.run().best(), result.best());
    }
  }

  @Test
  void growingLogits_areStoppedBeforeTheyLeaveTheRange() {
    Samples train = Samples.around(200, 8, 3, 0.3, 1);
    Samples validation = Samples.around(50, 8, 3, 0.3, 2);
    Schedule schedule = new Schedule(200, 100, 20, 60, 60, 32, 1);
    try (SimulatedTraining training =
        new SimulatedTraining(SMALL, Noise.NONE, schedule, 3, train, validation)) {
      TrainingResult result = training.run();
      assertTrue(result.epochs() < 60, "epochs " + result.epochs());
      assertTrue(result.reason().contains("range"), result.reason());
      assertEquals(training.plain().epochs().size(), result.epochs());
      assertFalse(result.best().isEmpty());
    }
  }

  @Test
  void events_countStepsAndEpochs() {
    List<String> events = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void started(int epochs, int batches, int epochsDone, int stepsDone) {
            events.add("started " + epochsDone + " " + stepsDone);
          }

          @Override
          public void step(StepEvent e) {
            events.add(e.epoch() + ":" + e.batch() + "/" + e.batches() + "=" + e.step());
          }

          @Override
          public void epoch(EpochEvent e) {
            events.add("epoch " + e.epoch() + " " + (e.decision().stop() ? "STOP" : "CONTINUE"));
          }

          @Override
          public void checkpointed(int epoch, boolean answered, double seconds) {
            events.add("saved " + epoch + (answered ? " with its answer" : ""));
          }
        };
    try (SimulatedTraining training = small(2)) {
      training.run(CheckpointStore.inMemory(), listener);
    }
    assertEquals(
        List.of(
            "started 0 0",
            "1:0/3=1",
            "1:1/3=2",
            "1:2/3=3",
            "saved 1",
            "epoch 1 CONTINUE",
            "saved 1 with its answer",
            "2:0/3=4",
            "2:1/3=5",
            "2:2/3=6",
            "saved 2",
            "epoch 2 CONTINUE",
            "saved 2 with its answer"),
        events);
  }

  @Test
  void measuredNoise_costsNoAccuracy() {
    Schedule schedule = new Schedule(600, 256, 4, 6, 9, 128, 1);
    Samples train = Samples.around(600, 17, 6, 0.9, 3);
    Samples validation = Samples.around(1000, 17, 6, 0.9, 4);
    try (SimulatedTraining training =
        new SimulatedTraining(SMALL, Noise.MEASURED, schedule, 6, train, validation)) {
      double[][] encrypted = training.weights(training.run().best());
      double[][] plain = training.plain().best();
      double difference =
          PlainTrainer.accuracy(validation.rows(), validation.labels(), encrypted)
              - PlainTrainer.accuracy(validation.rows(), validation.labels(), plain);
      assertEquals(0, difference, 0.002);
      assertTrue(largestDifference(plain, encrypted) > 1e-7, "the noise must show");
    }
  }
}
