package org.hetal.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.hetal.he.Ciphertext;
import org.hetal.he.Scope;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.he.openfhe.OpenFheEvaluator;
import org.hetal.he.openfhe.owner.OpenFheClient;
import org.hetal.he.openfhe.owner.OpenFheTest;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.packing.Layout;
import org.hetal.packing.LayoutSearch;
import org.hetal.packing.Packing;
import org.hetal.plan.Partition;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.RowRange;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.TrainingPlanner;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole training in which no other cryptographic code than OpenFHE's runs. */
@Tag("slow")
@OpenFheTest
class OpenFheTrainingTest {
  private static final int CLASSES = 3;
  private static final int FEATURES = 5;
  private static final int ROWS = 120;
  private static final int VALIDATION_ROWS = 40;

  @TempDir private Path directory;
  private final double[][] rows = new double[ROWS + VALIDATION_ROWS][FEATURES];
  private final int[] labels = new int[ROWS + VALIDATION_ROWS];

  /** Rows around one direction a class, with a bias column. */
  private void makeRows() {
    SplittableRandom random = new SplittableRandom(8);
    for (int i = 0; i < rows.length; i++) {
      labels[i] = i % CLASSES;
      for (int f = 0; f < FEATURES - 1; f++) {
        rows[i][f] = (f == labels[i] ? 0.7 : 0) + 0.2 * random.nextGaussian();
      }
      rows[i][FEATURES - 1] = 1;
    }
  }

  @Test
  void encryptedTraining_endsWithThePlainWeights() {
    train("insecure_openfhe_n10_l13", 2e-3);
  }

  /** Digits, baby steps and levels of openfhe_n16_l5: what the README measures at 128 bits. */
  @Test
  void encryptedTraining_withTheFewestLevelsAndKeys_endsWithThePlainWeights() {
    train("insecure_openfhe_n10_l5", 4e-3);
  }

  private void train(String parameterSet, double bound) {
    makeRows();
    long liveBefore = OpenFhe.liveObjects();
    Schedule schedule = new Schedule(ROWS, 60, 2, 2, 9, 32, 1);
    try (OpenFheClient client = OpenFheClient.generate(parameterSet)) {
      Layout layout = LayoutSearch.cheapest(client.parameters().slotCount(), 60, FEATURES, CLASSES);
      TrainingPlan plan =
          TrainingPlanner.plan(
              client.parameters(), layout, schedule, VALIDATION_ROWS, Preprocessing.none());
      client.writeEvaluationKeys(directory, plan.keys(), (done, of, bytes) -> {});
      try (OpenFheEvaluator evaluator = OpenFheEvaluator.open(directory, 2)) {
        TrainingResult result = train(client, evaluator, plan);
        double[][] encrypted = weights(client, plan, result);
        PlainTrainer.Result plain =
            new PlainTrainer(schedule, CLASSES)
                .train(rows(0, ROWS), labels(0, ROWS), rows(ROWS, VALIDATION_ROWS), decide(plan));
        assertEquals(plain.bestEpoch(), result.bestEpoch());
        assertEquals(schedule.steps(), result.steps());
        double largest = 0;
        double magnitude = 0;
        for (int c = 0; c < CLASSES; c++) {
          for (int f = 0; f < FEATURES; f++) {
            largest = Math.max(largest, Math.abs(encrypted[c][f] - plain.best()[c][f]));
            magnitude = Math.max(magnitude, Math.abs(plain.best()[c][f]));
          }
        }
        assertTrue(largest < bound && largest > 1e-9, "difference " + largest);
        assertTrue(magnitude > 0.05, "weights of at most " + magnitude);
      }
    }
    assertEquals(0, OpenFhe.staticEntries());
    assertEquals(liveBefore, OpenFhe.liveObjects(), "native objects that are not closed");
  }

  private TrainingResult train(
      OpenFheClient client, OpenFheEvaluator evaluator, TrainingPlan plan) {
    List<List<EncryptedMicrobatch>> microbatches = new ArrayList<>();
    for (int batch = 0; batch < plan.schedule().batches(); batch++) {
      List<EncryptedMicrobatch> ofBatch = new ArrayList<>();
      for (Partition.MicrobatchRows microbatch :
          Partition.microbatches(plan.schedule(), batch, plan.layout())) {
        List<EncryptedMicrobatch.Group> groups = new ArrayList<>();
        for (RowRange range : microbatch.groups()) {
          double[] packed = Packing.packLabels(plan.layout(), range.of(labels));
          groups.add(
              new EncryptedMicrobatch.Group(
                  blocks(client, evaluator, plan, range.of(rows), plan.levels().features()),
                  evaluator.deserialize(client.encrypt(packed, plan.levels().labels()))));
        }
        ofBatch.add(new EncryptedMicrobatch(groups));
      }
      microbatches.add(ofBatch);
    }
    List<FeatureBlocks> validation = new ArrayList<>();
    for (RowRange range : Partition.groups(VALIDATION_ROWS, plan.layout())) {
      double[][] part = rows(ROWS + range.first(), range.rows());
      validation.add(blocks(client, evaluator, plan, part, plan.levels().validationFeatures()));
    }
    EarlyStopping stopping = decide(plan);
    ValidationOracle validationOracle =
        (epoch, logits) -> stopping.decide(epoch, logits(client, plan, logits)).decision();
    try (Scope scope = new Scope();
        LocalGradientService workers =
            new LocalGradientService(evaluator, plan, microbatches, validation)) {
      microbatches.forEach(scope::ownAll);
      scope.ownAll(validation);
      return new Trainer(
              evaluator,
              plan,
              workers,
              validationOracle,
              CheckpointStore.inMemory(),
              TrainingListener.NONE,
              "test")
          .run();
    }
  }

  private static FeatureBlocks blocks(
      OpenFheClient client,
      OpenFheEvaluator evaluator,
      TrainingPlan plan,
      double[][] rows,
      int level) {
    List<Ciphertext> blocks = new ArrayList<>();
    for (double[] block : Packing.packFeatures(plan.layout(), rows)) {
      blocks.add(evaluator.deserialize(client.encrypt(block, level)));
    }
    return new FeatureBlocks(blocks, plan.layout().rowBlocks(rows.length));
  }

  private EarlyStopping decide(TrainingPlan plan) {
    return new EarlyStopping(
        labels(ROWS, VALIDATION_ROWS),
        CLASSES,
        plan.schedule().patience(),
        plan.schedule().logitRange());
  }

  private static double[][] logits(OpenFheClient client, TrainingPlan plan, List<byte[]> stored) {
    double[][] out = new double[VALIDATION_ROWS][];
    List<RowRange> groups = Partition.groups(VALIDATION_ROWS, plan.layout());
    for (int g = 0; g < groups.size(); g++) {
      double[][] part =
          Packing.unpackLogits(plan.layout(), client.decrypt(stored.get(g)), groups.get(g).rows());
      for (int i = 0; i < part.length; i++) {
        out[groups.get(g).first() + i] = scaled(part[i], plan.schedule().stateScale());
      }
    }
    return out;
  }

  private static double[][] weights(
      OpenFheClient client, TrainingPlan plan, TrainingResult result) {
    double[][] slots = result.best().stream().map(client::decrypt).toArray(double[][]::new);
    double[][] out = Packing.unpackWeights(plan.layout(), slots);
    for (int c = 0; c < out.length; c++) {
      out[c] = scaled(out[c], plan.schedule().stateScale());
    }
    return out;
  }

  private static double[] scaled(double[] values, double factor) {
    double[] out = values.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] *= factor;
    }
    return out;
  }

  private double[][] rows(int first, int count) {
    return java.util.Arrays.copyOfRange(rows, first, first + count);
  }

  private int[] labels(int first, int count) {
    return java.util.Arrays.copyOfRange(labels, first, first + count);
  }
}
