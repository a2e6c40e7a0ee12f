package org.hetal.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.hetal.he.Ciphertext;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.simulator.Noise;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.packing.Layout;
import org.hetal.packing.LayoutSearch;
import org.hetal.packing.Packing;
import org.hetal.plan.Interleaving;
import org.hetal.plan.Partition;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.RowCounts;
import org.hetal.plan.RowRange;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.TrainingPlanner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A plan for several owners trains on parts of any number of rows. */
class JointTrainingTest {
  private static final SimulatedParameters SMALL = SimulatedParameters.withRingDegree(1 << 11);
  private static final int FEATURES = 12;
  private static final int CLASSES = 5;

  private final Simulator simulator = new Simulator(SMALL, Noise.MEASURED, 7);
  private final RecordingEvaluator recorder = new RecordingEvaluator(simulator);

  private static TrainingPlan plan(int batchRows, int groupsPerMicrobatch, int rows) {
    Layout layout = LayoutSearch.cheapest(SMALL.slotCount(), batchRows, FEATURES, CLASSES);
    return TrainingPlanner.joint(
        SMALL,
        layout,
        new Schedule(rows, batchRows, 2, 3, 9, 32, groupsPerMicrobatch),
        20,
        Preprocessing.none(),
        "ab".repeat(32));
  }

  /** The rows of one owner. */
  private record Part(Samples train, Samples validation) {
    static Part of(int rows, int validationRows, int seed) {
      return new Part(
          Samples.around(rows, FEATURES, CLASSES, 0.6, seed),
          Samples.around(validationRows, FEATURES, CLASSES, 0.6, seed + 100));
    }

    Schedule schedule(TrainingPlan plan) {
      return plan.schedule().withRows(train.rows().length);
    }
  }

  private EncryptedMicrobatch microbatch(
      TrainingPlan plan, Samples samples, List<RowRange> groups, boolean validation) {
    return new EncryptedMicrobatch(
        groups.stream()
            .map(
                rows ->
                    new EncryptedMicrobatch.Group(
                        features(plan, rows.of(samples.rows()), validation),
                        labels(plan, rows.of(samples.labels()), validation)))
            .toList());
  }

  private Ciphertext labels(TrainingPlan plan, int[] labels, boolean validation) {
    return validation
        ? simulator.encrypt(
            Packing.packValidationLabels(plan.layout(), labels), plan.loss().labels())
        : simulator.encrypt(Packing.packLabels(plan.layout(), labels), plan.levels().labels());
  }

  private FeatureBlocks features(TrainingPlan plan, double[][] rows, boolean validation) {
    int rowBlocks = plan.rowBlocks(rows.length);
    double[][] filled = Arrays.copyOf(rows, rowBlocks * plan.layout().rowsPerBlock());
    Arrays.fill(filled, rows.length, filled.length, new double[FEATURES]);
    int level = validation ? plan.loss().features() : plan.levels().features();
    List<Ciphertext> blocks = new ArrayList<>();
    for (double[] block : Packing.packFeatures(plan.layout(), filled)) {
      blocks.add(simulator.encrypt(block, level));
    }
    return new FeatureBlocks(blocks, rowBlocks);
  }

  private List<EncryptedMicrobatch> minibatch(TrainingPlan plan, Part part, int batch) {
    return Partition.microbatches(part.schedule(plan), batch, plan.layout()).stream()
        .map(rows -> microbatch(plan, part.train(), rows.groups(), false))
        .toList();
  }

  private List<EncryptedMicrobatch> validation(TrainingPlan plan, Part part) {
    return Partition.validationMicrobatches(
            part.validation().rows().length, plan.schedule().groupsPerMicrobatch(), plan.layout())
        .stream()
        .map(groups -> microbatch(plan, part.validation(), groups, true))
        .toList();
  }

  private static List<Interleaving.Place> order(TrainingPlan plan, List<Part> parts) {
    return Interleaving.of(parts.stream().map(part -> part.schedule(plan).batches()).toList());
  }

  private static RowRange rows(TrainingPlan plan, List<Part> parts, Interleaving.Place place) {
    return parts.get(place.owner()).schedule(plan).batch(place.minibatch());
  }

  private static RowCounts counts(TrainingPlan plan, List<Part> parts) {
    return new RowCounts(
        order(plan, parts).stream().map(place -> rows(plan, parts, place).rows()).toList(),
        parts.stream().mapToInt(part -> part.validation().rows().length).sum());
  }

  private TrainingResult train(TrainingPlan plan, List<Part> parts, EarlyStopping stopping) {
    try (LocalGradientService workers =
        new LocalGradientService(
            recorder,
            plan,
            counts(plan, parts),
            order(plan, parts).stream()
                .map(place -> minibatch(plan, parts.get(place.owner()), place.minibatch()))
                .toList(),
            List.of(),
            parts.stream().flatMap(part -> validation(plan, part).stream()).toList())) {
      return new Trainer(
              recorder,
              plan,
              workers,
              (epoch, question) -> {
                double[] slots = simulator.decrypt(simulator.deserialize(question.get(0)));
                EpochScore score = EpochScore.ofEncryptedLoss(slots[0], slots[1], 32);
                return stopping.decide(epoch, score).decision();
              },
              CheckpointStore.inMemory(),
              TrainingListener.NONE,
              "joint")
          .run();
    }
  }

  private static PlainTrainer.Result plain(TrainingPlan plan, List<Part> parts) {
    return PlainJointTrainer.train(
        plan.schedule(),
        CLASSES,
        parts.stream()
            .map(
                part ->
                    new PlainJointTrainer.Part(
                        part.train().rows(),
                        part.train().labels(),
                        part.validation().rows(),
                        part.validation().labels()))
            .toList());
  }

  private double[][] weights(TrainingPlan plan, TrainingResult result) {
    double[][] slots =
        result.best().stream()
            .map(bytes -> simulator.decrypt(simulator.deserialize(bytes)))
            .toArray(double[][]::new);
    double[][] weights = Packing.unpackWeights(plan.layout(), slots);
    for (double[] row : weights) {
      for (int i = 0; i < row.length; i++) {
        row[i] *= plan.schedule().stateScale();
      }
    }
    return weights;
  }

  @ParameterizedTest
  @CsvSource({"80, 1", "300, 2", "64, 2"})
  void partsOfAnyRows_trainAsInTheClear(int batchRows, int groupsPerMicrobatch) {
    TrainingPlan plan = plan(batchRows, groupsPerMicrobatch, 500);
    List<Part> parts = List.of(Part.of(310, 40, 1), Part.of(47, 1, 2), Part.of(9, 300, 3));
    EarlyStopping stopping = EarlyStopping.onCiphertexts(9, 32, List.of());
    TrainingResult result = train(plan, parts, stopping);
    PlainTrainer.Result plain = plain(plan, parts);
    assertEquals(plain.bestEpoch(), result.bestEpoch());
    double[][] actual = weights(plan, result);
    for (int label = 0; label < CLASSES; label++) {
      assertArrayEquals(plain.best()[label], actual[label], 1e-3);
      assertTrue(Arrays.stream(actual[label]).anyMatch(x -> Math.abs(x) > 0.1));
    }
    List<EpochMetrics> encrypted = stopping.history();
    for (int epoch = 0; epoch < encrypted.size(); epoch++) {
      assertEquals(
          plain.epochs().get(epoch).loss(), encrypted.get(epoch).loss(), 2 * EpochScore.RESOLUTION);
    }
  }

  @Test
  void plannedKeys_sufficeForPartsOfAnyRows() {
    TrainingPlan plan = plan(300, 2, 500);
    int most = 300;
    for (int rows = 1; rows <= most; rows += 37) {
      List<Part> parts = List.of(Part.of(rows, most - rows + 1, rows));
      train(plan, parts, EarlyStopping.onCiphertexts(9, 32, List.of()));
    }
    Map<Integer, Integer> planned = plan.keys().rotations();
    Map<Integer, Integer> used = recorder.usedKeys().rotations();
    used.forEach(
        (steps, level) ->
            assertTrue(
                planned.getOrDefault(steps, -1) >= level, "rotation " + steps + " at " + level));
    assertTrue(used.size() > planned.size() / 2, used.size() + " of " + planned.size());
  }

  @Test
  void rowsOfThePlan_areAnEstimate() {
    TrainingPlan small = plan(80, 1, 100);
    TrainingPlan large = plan(80, 1, 10_000);
    assertEquals(small.keys().rotations(), large.keys().rotations());
    assertEquals(small.iteration(), large.iteration());
  }

  @Test
  void shortMinibatch_countsByItsRows() {
    TrainingPlan plan = plan(80, 1, 500);
    assertEquals(2.0 / 80 / 16, plan.gradientFactor(80));
    assertEquals(2.0 / 80 / 16, plan.gradientFactor(9));
  }
}
