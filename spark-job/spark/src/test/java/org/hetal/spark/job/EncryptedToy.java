package org.hetal.spark.job;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.hetal.dataset.DatasetWriter;
import org.hetal.dataset.DatasetWriter.EncryptedGroup;
import org.hetal.dataset.EncryptedLogits;
import org.hetal.dataset.EncryptedModel;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.Origin;
import org.hetal.he.Parameters;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.SimulatorClient;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.packing.Layout;
import org.hetal.packing.LayoutSearch;
import org.hetal.packing.Packing;
import org.hetal.plan.Partition;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.RowRange;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.hetal.plan.ValidationMetric;
import org.hetal.planner.TrainingPlanner;
import org.hetal.training.EarlyStopping;
import org.hetal.training.EpochScore;
import org.hetal.training.PlainTrainer;
import org.hetal.training.StopDecision;

/**
 * What the data owner does, on made-up rows: three classes around their centres, minibatches of
 * several microbatches, a short last one, rows that fill no block.
 */
final class EncryptedToy {
  static final int CLASSES = 3;
  static final int FEATURES = 5;
  private static final int WIDE_FEATURES = 100;
  static final int ROWS = 330;
  static final int VALIDATION_ROWS = 70;

  final Path root;
  final Settings settings;
  final TrainingPlan plan;
  private final Client owner;
  private final int features;
  private final Map<String, String> overrides = new LinkedHashMap<>();
  private final double[][] rows = new double[ROWS][];
  private final int[] labels = new int[ROWS];
  private final double[][] validation = new double[VALIDATION_ROWS][];
  private final int[] validationLabels = new int[VALIDATION_ROWS];

  /**
   * @param root where the data set goes, in {@code dataset}
   */
  EncryptedToy(Path root, int epochs) {
    this(root, epochs, 2.0);
  }

  EncryptedToy(Path root, int epochs, double learningRate) {
    this(root, epochs, learningRate, "simulator", simulated());
  }

  EncryptedToy(Path root, int epochs, String backend, Client owner) {
    this(root, epochs, 2.0, backend, owner);
  }

  /** Several row blocks and column blocks, and microbatches of two groups, the second short. */
  static EncryptedToy wide(Path root, int epochs, String backend, Client owner) {
    return new EncryptedToy(
        root, epochs, 2.0, backend, owner, WIDE_FEATURES, 2, ValidationMetric.LOGITS);
  }

  /** The loss is computed on ciphertexts. */
  static EncryptedToy withEncryptedLoss(Path root, int epochs, String backend, Client owner) {
    return new EncryptedToy(
        root, epochs, 2.0, backend, owner, FEATURES, 2, ValidationMetric.ENCRYPTED_LOSS);
  }

  /** As {@link #withEncryptedLoss(Path, int, String, Client)}, on the simulator. */
  static EncryptedToy withEncryptedLoss(Path root, int epochs) {
    return withEncryptedLoss(root, epochs, "simulator", simulated());
  }

  private static Client simulated() {
    return new SimulatorClient(
        SimulatedParameters.withRingDegree(256), "0123456789abcdef".repeat(2));
  }

  private EncryptedToy(Path root, int epochs, double learningRate, String backend, Client owner) {
    this(root, epochs, learningRate, backend, owner, FEATURES, 1, ValidationMetric.LOGITS);
  }

  private EncryptedToy(
      Path root,
      int epochs,
      double learningRate,
      String backend,
      Client owner,
      int features,
      int groupsPerMicrobatch,
      ValidationMetric metric) {
    this.root = root;
    this.features = features;
    this.owner = owner;
    overrides.put("backend", backend);
    overrides.put("parameters", owner.parameters().name());
    overrides.put("paths.key-bundle", root.resolve("keys").toString());
    overrides.put("training.batch-rows", "150");
    overrides.put("training.epochs", Integer.toString(epochs));
    overrides.put("training.learning-rate", Double.toString(learningRate));
    overrides.put("training.logit-range", "32");
    overrides.put("training.groups-per-microbatch", Integer.toString(groupsPerMicrobatch));
    overrides.put("early-stopping.metric", metric.label());
    overrides.put("cluster.master", "local[2]");
    overrides.put("cluster.cache-bytes", "4m");
    overrides.put("paths.dataset", root.resolve("dataset").toString());
    overrides.put("paths.run", root.resolve("run").toString());
    overrides.put("oracle.certificate", root.resolve("oracle.pem").toString());
    overrides.put("oracle.token-file", root.resolve("oracle.token").toString());
    overrides.put("oracle.retry-timeout", "20s");
    this.settings = SettingsLoader.load(List.of(), overrides);
    Settings.Training training = settings.training();
    Schedule schedule = training.schedule(ROWS);
    Parameters parameters = owner.parameters();
    Layout layout =
        LayoutSearch.cheapest(parameters.slotCount(), training.batchRows(), features, CLASSES);
    this.plan =
        TrainingPlanner.plan(
            parameters, layout, schedule, VALIDATION_ROWS, Preprocessing.none(), metric);
    fill(rows, labels, 1);
    fill(validation, validationLabels, 2);
  }

  private void fill(double[][] rows, int[] labels, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < rows.length; i++) {
      labels[i] = random.nextInt(CLASSES);
      rows[i] = new double[features];
      double squares = 0;
      for (int f = 0; f < features - 1; f++) {
        rows[i][f] = (f == labels[i] ? 1 : 0) + 0.4 * random.nextGaussian();
        squares += rows[i][f] * rows[i][f];
      }
      for (int f = 0; f < features - 1; f++) {
        rows[i][f] /= Math.sqrt(squares);
      }
      rows[i][features - 1] = 1;
    }
  }

  /** Encrypts everything into {@code root/dataset}. */
  EncryptedToy write() {
    DatasetWriter writer =
        new DatasetWriter(new LocalStorage(root.resolve("dataset")), origin(), plan);
    for (int batch = 0; batch < plan.schedule().batches(); batch++) {
      writer.startBatch();
      for (Partition.MicrobatchRows microbatch :
          Partition.microbatches(plan.schedule(), batch, plan.layout())) {
        writer.addMicrobatch(microbatch.groups().stream().map(this::trainingGroup).toList());
      }
    }
    if (plan.loss() != null) {
      for (List<RowRange> microbatch :
          Partition.validationMicrobatches(
              VALIDATION_ROWS, plan.schedule().groupsPerMicrobatch(), plan.layout())) {
        writer.addValidation(microbatch.stream().map(this::validationGroup).toList());
      }
      writer.commit();
      return this;
    }
    for (RowRange group : Partition.groups(VALIDATION_ROWS, plan.layout())) {
      writer.addUnlabelledGroup(
          group(group.of(validation), plan.levels().validationFeatures(), null, 0));
    }
    writer.commit();
    return this;
  }

  Origin origin() {
    return Origin.of(plan, owner.keyId(), "0123456789abcdef0123456789abcdef");
  }

  /** The arguments of a command with these settings and others over them, the last word wins. */
  List<String> arguments(String command, String... more) {
    Map<String, String> all = new LinkedHashMap<>(overrides);
    for (String setting : more) {
      all.put(
          setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
    }
    List<String> out = new ArrayList<>(List.of(command, "--trace"));
    all.forEach((path, value) -> out.addAll(List.of("--set", path + "=" + value)));
    return out;
  }

  Settings settings(String... more) {
    Map<String, String> all = new LinkedHashMap<>(overrides);
    for (String setting : more) {
      all.put(
          setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
    }
    return SettingsLoader.load(List.of(), all);
  }

  EarlyStopping decide() {
    return EarlyStopping.inTheClear(validationLabels, CLASSES, plan.metric(), plan.schedule());
  }

  /** The oracle's work. */
  StopDecision decision(EarlyStopping stopping, int epoch, List<byte[]> question) {
    if (plan.loss() != null) {
      double[] slots = owner.decrypt(question.get(0));
      EpochScore score =
          EpochScore.ofEncryptedLoss(slots[0], slots[1], plan.schedule().logitRange());
      return stopping.decide(epoch, score).decision();
    }
    return stopping.decide(epoch, logits(question, VALIDATION_ROWS)).decision();
  }

  private double[][] logits(List<byte[]> serialized, int count) {
    List<RowRange> groups = Partition.groups(count, plan.layout());
    double[][] out = new double[count][];
    for (int g = 0; g < groups.size(); g++) {
      double[] slots = owner.decrypt(serialized.get(g));
      double[][] values = Packing.unpackLogits(plan.layout(), slots, groups.get(g).rows());
      for (int i = 0; i < values.length; i++) {
        out[groups.get(g).first() + i] = scaled(values[i]);
      }
    }
    return out;
  }

  double[] decrypted(byte[] ciphertext) {
    return owner.decrypt(ciphertext);
  }

  /** Decrypted logits of a prediction of the validation rows. */
  double[][] predicted(Path logits) {
    LocalStorage storage = new LocalStorage(logits);
    List<byte[]> files =
        EncryptedLogits.open(storage).logits().stream().map(file -> file.read(storage)).toList();
    return logits(files, VALIDATION_ROWS);
  }

  /** The logits of the validation rows under plain weights. */
  double[][] plainLogits(double[][] weights) {
    double[][] out = new double[VALIDATION_ROWS][CLASSES];
    for (int i = 0; i < VALIDATION_ROWS; i++) {
      for (int c = 0; c < CLASSES; c++) {
        for (int f = 0; f < features; f++) {
          out[i][c] += weights[c][f] * validation[i][f];
        }
      }
    }
    return out;
  }

  /** The same training in the clear. */
  PlainTrainer.Result plain() {
    return new PlainTrainer(plan.schedule(), CLASSES).train(rows, labels, validation, decide());
  }

  /** Decrypted weights of the model of a run. */
  double[][] weights(Path run) {
    List<byte[]> files = modelBytes(run);
    double[][] slots = new double[files.size()][];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = owner.decrypt(files.get(i));
    }
    double[][] weights = Packing.unpackWeights(plan.layout(), slots);
    for (int c = 0; c < weights.length; c++) {
      weights[c] = scaled(weights[c]);
    }
    return weights;
  }

  /** The ciphertexts of the model of a run. */
  static List<byte[]> modelBytes(Path run) {
    LocalStorage storage = new LocalStorage(run.resolve(TrainJob.MODEL));
    return EncryptedModel.open(storage).weights().stream().map(file -> file.read(storage)).toList();
  }

  private double[] scaled(double[] row) {
    double[] out = row.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] *= plan.schedule().stateScale();
    }
    return out;
  }

  private EncryptedGroup trainingGroup(RowRange range) {
    double[] packed = Packing.packLabels(plan.layout(), range.of(labels));
    return group(range.of(rows), plan.levels().features(), packed, plan.levels().labels());
  }

  private EncryptedGroup validationGroup(RowRange range) {
    double[] packed = Packing.packValidationLabels(plan.layout(), range.of(validationLabels));
    return group(range.of(validation), plan.loss().features(), packed, plan.loss().labels());
  }

  private EncryptedGroup group(double[][] group, int level, double[] packedLabels, int labelLevel) {
    List<byte[]> blocks = new ArrayList<>();
    for (double[] block : Packing.packFeatures(plan.layout(), group)) {
      blocks.add(owner.encrypt(block, level));
    }
    byte[] labelBytes = packedLabels == null ? null : owner.encrypt(packedLabels, labelLevel);
    return new EncryptedGroup(group.length, blocks, level, labelBytes, labelLevel);
  }
}
