package org.hetal.owner.vectors;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Parameters;
import org.hetal.he.Scope;
import org.hetal.he.engine.NativeEngine;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.NativeClient;
import org.hetal.he.simulator.Noise;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
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
import org.hetal.training.Checkpoint;
import org.hetal.training.CheckpointStore;
import org.hetal.training.EarlyStopping;
import org.hetal.training.EncryptedMicrobatch;
import org.hetal.training.LocalGradientService;
import org.hetal.training.PlainTrainer;
import org.hetal.training.StopDecision;
import org.hetal.training.Trainer;
import org.hetal.training.TrainingListener;
import org.hetal.training.TrainingResult;
import org.hetal.training.ValidationOracle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whole trainings whose every byte is committed in {@code training.txt}: on the simulator with
 * seeded noise, and on the native engine with insecure seeds for keys and encryption. The rows are
 * fractions of integers, so nothing depends on a library's logarithms. The digests must stay those
 * of the commit that added them.
 */
class TrainingVectorTest {
  private static final int VALIDATION_ROWS = 20;
  private static final int SHOWN_WEIGHTS = 6;

  private static final VectorFile VECTORS = new VectorFile("training.txt");

  /** The few classes take one softmax, the many classes another. */
  enum Shape {
    /** Minibatches of unequal length, one group of rows per unit of work. */
    FEW_CLASSES(12, 5, 12, new Schedule(150, 90, 2, 2, 9, 32, 1)),
    /** Two groups per unit of work, so that two ciphertexts share a bootstrap. */
    PAIRED_GROUPS(12, 10, 7, new Schedule(120, 120, 2, 2, 9, 128, 2)),
    MANY_CLASSES(12, 20, 5, new Schedule(50, 25, 2, 1, 9, 32, 1)),
    /** The parameter set with 14 levels, and two bootstraps per iteration. */
    TWO_BOOTSTRAPS(14, 7, 6, new Schedule(60, 30, 2, 2, 9, 32, 1)),
    /** Logits and weights repeat eight times in the slots. */
    EIGHT_COPIES(12, 2, 5, new Schedule(60, 30, 2, 2, 9, 32, 1));

    final int levels;
    final int classes;
    final int features;
    final Schedule schedule;

    Shape(int levels, int classes, int features, Schedule schedule) {
      this.levels = levels;
      this.classes = classes;
      this.features = features;
      this.schedule = schedule;
    }

    String title() {
      return name().toLowerCase(Locale.ROOT);
    }

    int label(int row) {
      return row % classes;
    }

    /** Larger in one feature, chosen by the label; a bias column last. */
    double[] row(int row) {
      double[] out = new double[features];
      for (int f = 0; f < features - 1; f++) {
        int noise = (row * 37 + f * f * 11 + row * f * 5) % 64 - 32;
        out[f] = noise / 256.0 + (f == label(row) % (features - 1) ? 0.5 : 0);
      }
      out[features - 1] = 1;
      return out;
    }

    double[][] rows(int first, int count) {
      double[][] out = new double[count][];
      for (int i = 0; i < count; i++) {
        out[i] = row(first + i);
      }
      return out;
    }

    int[] labels(int first, int count) {
      int[] out = new int[count];
      for (int i = 0; i < count; i++) {
        out[i] = label(first + i);
      }
      return out;
    }
  }

  /** What encrypts and decrypts for an evaluator. */
  private interface Owner {
    byte[] encrypt(double[] slots, int level);

    double[] decrypt(byte[] ciphertext);
  }

  @TempDir private Path root;
  private final Map<String, String> actual = new TreeMap<>();

  @ParameterizedTest
  @EnumSource
  void trainingOnTheSimulator_givesTheCommittedBytes(Shape shape) {
    SimulatedParameters parameters =
        SimulatedParameters.named("insecure_simulator_n10_l" + shape.levels);
    String name = "simulator." + shape.title();
    try (Simulator simulator = new Simulator(parameters, Noise.MEASURED, 7)) {
      Owner owner =
          new Owner() {
            @Override
            public byte[] encrypt(double[] slots, int level) {
              try (Ciphertext a = simulator.encrypt(slots, level)) {
                return simulator.serialize(a);
              }
            }

            @Override
            public double[] decrypt(byte[] ciphertext) {
              try (Ciphertext a = simulator.deserialize(ciphertext)) {
                return simulator.decrypt(a);
              }
            }
          };
      train(name, shape, plan(shape, parameters), owner, simulator);
    }
    VECTORS.check(name + ".", actual);
  }

  @ParameterizedTest
  @EnumSource
  void trainingOnTheEngine_givesTheCommittedBytes(Shape shape) throws Exception {
    String name = "native." + shape.title();
    try (Client client = NativeClient.insecureGenerate("insecure_n10_l" + shape.levels, 7)) {
      TrainingPlan plan = plan(shape, client.parameters());
      Path keys = root.resolve("keys");
      client.writeEvaluationKeys(keys, plan.keys(), (done, of, bytes) -> {});
      actual.put(name + ".keys", sha256(List.of(Files.readAllBytes(keys.resolve("manifest")))));
      actual.put(name + ".parameters", client.parameters().hash());
      Owner owner =
          new Owner() {
            @Override
            public byte[] encrypt(double[] slots, int level) {
              return client.encrypt(slots, level);
            }

            @Override
            public double[] decrypt(byte[] ciphertext) {
              return client.decrypt(ciphertext);
            }
          };
      try (Evaluator engine = NativeEngine.open(keys, 2)) {
        train(name, shape, plan, owner, engine);
      }
    }
    VECTORS.check(name + ".", actual);
  }

  private static TrainingPlan plan(Shape shape, Parameters parameters) {
    int rows = shape.schedule.batch(0).rows();
    Layout layout =
        LayoutSearch.cheapest(parameters.slotCount(), rows, shape.features, shape.classes);
    return TrainingPlanner.plan(
        parameters, layout, shape.schedule, VALIDATION_ROWS, Preprocessing.none());
  }

  private void train(
      String name, Shape shape, TrainingPlan plan, Owner owner, Evaluator evaluator) {
    List<byte[]> inputs = new ArrayList<>();
    List<byte[]> questions = new ArrayList<>();
    ValidationOracle validationOracle =
        (epoch, logits) -> {
          questions.addAll(logits);
          return new StopDecision(false, true, "");
        };
    CheckpointStore store = CheckpointStore.inMemory();
    TrainingResult result;
    try (Scope scope = new Scope()) {
      List<List<EncryptedMicrobatch>> units = new ArrayList<>();
      for (int batch = 0; batch < plan.schedule().batches(); batch++) {
        List<EncryptedMicrobatch> ofBatch = new ArrayList<>();
        for (Partition.MicrobatchRows rows :
            Partition.microbatches(plan.schedule(), batch, plan.layout())) {
          ofBatch.add(unit(shape, rows, plan, owner, evaluator, inputs));
        }
        units.add(scope.ownAll(ofBatch));
      }
      List<FeatureBlocks> validation = new ArrayList<>();
      for (RowRange range : Partition.groups(VALIDATION_ROWS, plan.layout())) {
        double[][] rows = shape.rows(shape.schedule.rows() + range.first(), range.rows());
        int level = plan.levels().validationFeatures();
        validation.add(scope.own(blocks(rows, level, plan, owner, evaluator, inputs)));
      }
      try (LocalGradientService workers =
          new LocalGradientService(evaluator, plan, units, validation)) {
        result =
            new Trainer(
                    evaluator,
                    plan,
                    workers,
                    validationOracle,
                    store,
                    TrainingListener.NONE,
                    "vector")
                .run();
      }
    }
    assertEquals(plan.schedule().steps(), result.steps());
    Checkpoint last = store.latest().orElseThrow();
    actual.put(name + ".layout", numbers(plan.layout()));
    actual.put(name + ".levels", numbers(plan.levels()));
    actual.put(name + ".inputs", inputs.size() + " ciphertexts, " + sha256(inputs));
    actual.put(name + ".validation-logits", sha256(questions));
    actual.put(name + ".state-weights", sha256(last.weights()));
    actual.put(name + ".state-lookahead", sha256(last.lookahead()));
    actual.put(name + ".lambda", Double.toHexString(last.lambda()));
    actual.put(name + ".model", sha256(result.best()));
    double[][] weights = weights(plan, owner, result);
    assertNearThePlainTraining(shape, weights);
    for (int i = 0; i < SHOWN_WEIGHTS; i++) {
      int c = i % shape.classes;
      int f = i * 5 % shape.features;
      actual.put(
          String.format(Locale.ROOT, "%s.weight[%d][%d]", name, c, f),
          String.format(Locale.ROOT, "%.9f", weights[c][f]));
    }
  }

  /** The numbers of a record in their order, without the names, which may change. */
  private static String numbers(Object value) {
    return value.toString().replaceAll("[^0-9]+", " ").strip();
  }

  private static EncryptedMicrobatch unit(
      Shape shape,
      Partition.MicrobatchRows rows,
      TrainingPlan plan,
      Owner owner,
      Evaluator evaluator,
      List<byte[]> inputs) {
    List<EncryptedMicrobatch.Group> groups = new ArrayList<>();
    for (RowRange range : rows.groups()) {
      FeatureBlocks features =
          blocks(
              shape.rows(range.first(), range.rows()),
              plan.levels().features(),
              plan,
              owner,
              evaluator,
              inputs);
      double[] labels =
          Packing.packLabels(plan.layout(), shape.labels(range.first(), range.rows()));
      inputs.add(owner.encrypt(labels, plan.levels().labels()));
      groups.add(
          new EncryptedMicrobatch.Group(
              features, evaluator.deserialize(inputs.get(inputs.size() - 1))));
    }
    return new EncryptedMicrobatch(groups);
  }

  private static FeatureBlocks blocks(
      double[][] rows,
      int level,
      TrainingPlan plan,
      Owner owner,
      Evaluator evaluator,
      List<byte[]> inputs) {
    List<Ciphertext> blocks = new ArrayList<>();
    for (double[] block : Packing.packFeatures(plan.layout(), rows)) {
      inputs.add(owner.encrypt(block, level));
      blocks.add(evaluator.deserialize(inputs.get(inputs.size() - 1)));
    }
    return new FeatureBlocks(blocks, plan.layout().rowBlocks(rows.length));
  }

  private static double[][] weights(TrainingPlan plan, Owner owner, TrainingResult result) {
    double[][] slots = result.best().stream().map(owner::decrypt).toArray(double[][]::new);
    double[][] out = Packing.unpackWeights(plan.layout(), slots);
    for (double[] row : out) {
      for (int f = 0; f < row.length; f++) {
        row[f] *= plan.schedule().stateScale();
      }
    }
    return out;
  }

  /** The vector is one of a training that works: the plain one ends with nearly these weights. */
  private static void assertNearThePlainTraining(Shape shape, double[][] weights) {
    Schedule schedule = shape.schedule;
    int rows = schedule.rows();
    int[] validationLabels = shape.labels(rows, VALIDATION_ROWS);
    EarlyStopping stopping =
        new EarlyStopping(
            validationLabels, shape.classes, schedule.patience(), schedule.logitRange());
    double[][] expected =
        new PlainTrainer(schedule, shape.classes)
            .train(
                shape.rows(0, rows),
                shape.labels(0, rows),
                shape.rows(rows, VALIDATION_ROWS),
                stopping)
            .last();
    for (int c = 0; c < shape.classes; c++) {
      for (int f = 0; f < shape.features; f++) {
        assertEquals(
            expected[c][f], weights[c][f], 5e-3, "weight of class " + c + ", feature " + f);
      }
    }
  }

  private static String sha256(List<byte[]> parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      parts.forEach(digest::update);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
