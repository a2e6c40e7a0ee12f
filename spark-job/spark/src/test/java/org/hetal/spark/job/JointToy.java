package org.hetal.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.hetal.dataset.DatasetWriter;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.Origin;
import org.hetal.he.Parameters;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.NativeClient;
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
import org.hetal.planner.TrainingPlanner;
import org.hetal.spark.Main;
import org.hetal.spark.job.ToyOracle.Reply;
import org.hetal.training.EarlyStopping;
import org.hetal.training.EpochScore;
import org.hetal.training.PlainJointTrainer;
import org.hetal.training.PlainTrainer;
import org.hetal.training.StopDecision;

/** Encrypted data sets of three owners, {@code a}, {@code b} and {@code c}. */
final class JointToy {
  static final int[] ROWS = {170, 45, 3};
  static final int VALIDATION_ROWS = 19;
  private static final int CLASSES = 3;
  private static final int FEATURES = 5;
  private static final String RING = "insecure_n10_l12";

  private final String backend;
  private final Parameters parameters;
  private final Client keyHolder;
  private final Path root;
  private final TrainingPlan plan;
  private final List<Rows> train = new ArrayList<>();
  private final List<Rows> validation = new ArrayList<>();

  private record Rows(double[][] features, int[] labels) {}

  private JointToy(Path root, String backend, Client keyHolder, Client other) throws IOException {
    this.root = root;
    this.backend = backend;
    this.keyHolder = keyHolder;
    this.parameters = keyHolder.parameters();
    Layout layout = LayoutSearch.cheapest(parameters.slotCount(), 60, FEATURES, CLASSES);
    plan =
        TrainingPlanner.joint(
            parameters,
            layout,
            new Schedule(Arrays.stream(ROWS).sum(), 60, 2, 2, 9, 32, 2),
            3 * VALIDATION_ROWS,
            Preprocessing.none(),
            "ab".repeat(32));
    for (int owner = 0; owner < ROWS.length; owner++) {
      train.add(rows(ROWS[owner], owner));
      validation.add(rows(VALIDATION_ROWS, 10 + owner));
      write(root.resolve(List.of("a", "b", "c").get(owner)), owner, keyHolder.keyId(), keyHolder);
    }
    write(root.resolve("other-key"), 1, other.keyId(), other);
    // Its manifest says what it should, its ciphertexts do not.
    write(root.resolve("forged"), 1, keyHolder.keyId(), other);
    copy(root.resolve("a"), root.resolve("copy"));
  }

  /** On the simulator. */
  static JointToy simulated(Path root) throws IOException {
    SimulatedParameters parameters = SimulatedParameters.withRingDegree(256);
    return new JointToy(
        root,
        "simulator",
        new SimulatorClient(parameters, "0123456789abcdef".repeat(2)),
        new SimulatorClient(parameters, "f".repeat(32)));
  }

  /** Real ciphertexts of a toy ring, with the evaluation keys in {@code keys}. */
  static JointToy encrypted(Path root) throws IOException {
    NativeClient keyHolder = NativeClient.insecureGenerate(RING, 7);
    JointToy toy = new JointToy(root, "native", keyHolder, NativeClient.insecureGenerate(RING, 8));
    keyHolder.writeEvaluationKeys(root.resolve("keys"), toy.plan.keys(), (d, of, bytes) -> {});
    return toy;
  }

  private static Rows rows(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] features = new double[count][FEATURES];
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = random.nextInt(CLASSES);
      for (int f = 0; f < FEATURES - 1; f++) {
        features[i][f] = (f == labels[i] ? 0.6 : 0) + 0.2 * random.nextGaussian();
      }
      features[i][FEATURES - 1] = 1;
    }
    return new Rows(features, labels);
  }

  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path each : files.toList()) {
        Files.copy(each, to.resolve(from.relativize(each).toString()));
      }
    }
  }

  private Schedule schedule(int owner) {
    return plan.schedule().withRows(ROWS[owner]);
  }

  private void write(Path folder, int owner, String key, Client client) {
    Origin origin = Origin.of(plan, key, Integer.toString(owner + 1).repeat(32));
    DatasetWriter writer = new DatasetWriter(new LocalStorage(folder), origin, plan);
    for (int batch = 0; batch < schedule(owner).batches(); batch++) {
      writer.startBatch();
      for (Partition.MicrobatchRows microbatch :
          Partition.microbatches(schedule(owner), batch, plan.layout())) {
        writer.addMicrobatch(
            microbatch.groups().stream()
                .map(
                    rows ->
                        group(
                            client,
                            train.get(owner),
                            rows,
                            plan.levels().features(),
                            Packing.packLabels(plan.layout(), rows.of(train.get(owner).labels())),
                            plan.levels().labels()))
                .toList());
      }
    }
    for (List<RowRange> microbatch :
        Partition.validationMicrobatches(VALIDATION_ROWS, 2, plan.layout())) {
      writer.addValidation(
          microbatch.stream()
              .map(
                  rows ->
                      group(
                          client,
                          validation.get(owner),
                          rows,
                          plan.loss().features(),
                          Packing.packValidationLabels(
                              plan.layout(), rows.of(validation.get(owner).labels())),
                          plan.loss().labels()))
              .toList());
    }
    writer.commit();
  }

  private DatasetWriter.EncryptedGroup group(
      Client client, Rows rows, RowRange range, int level, double[] labels, int labelLevel) {
    double[][] own = range.of(rows.features());
    double[][] filled =
        Arrays.copyOf(own, plan.rowBlocks(own.length) * plan.layout().rowsPerBlock());
    Arrays.fill(filled, own.length, filled.length, new double[FEATURES]);
    List<byte[]> features =
        Arrays.stream(Packing.packFeatures(plan.layout(), filled))
            .map(slots -> client.encrypt(slots, level))
            .toList();
    return new DatasetWriter.EncryptedGroup(
        own.length, features, level, client.encrypt(labels, labelLevel), labelLevel);
  }

  /** The arguments of a command, with settings that win over these. */
  List<String> arguments(String command, List<String> more) {
    Schedule schedule = plan.schedule();
    Map<String, String> all = new LinkedHashMap<>();
    all.put("backend", backend);
    all.put("parameters", parameters.name());
    all.put("paths.key-bundle", root.resolve("keys").toString());
    all.put("training.batch-rows", "" + schedule.batchRows());
    all.put("training.epochs", "" + schedule.epochs());
    all.put("training.patience", "" + schedule.patience());
    all.put("training.learning-rate", "" + schedule.learningRate());
    all.put("training.logit-range", "" + schedule.logitRange());
    all.put("training.groups-per-microbatch", "" + schedule.groupsPerMicrobatch());
    all.put("early-stopping.metric", "encrypted-loss");
    all.put("cluster.master", "local[2]");
    all.put("oracle.certificate", root.resolve("oracle.pem").toString());
    all.put("oracle.token-file", root.resolve("oracle.token").toString());
    all.put("oracle.retry-timeout", "20s");
    for (String setting : more) {
      int at = setting.indexOf('=');
      all.put(setting.substring(0, at), setting.substring(at + 1));
    }
    List<String> out = new ArrayList<>(List.of(command));
    all.forEach((path, value) -> out.addAll(List.of("--set", path + "=" + value)));
    return out;
  }

  /**
   * The key holder's oracle of one run.
   *
   * @param decisions gets its answers
   */
  ToyOracle oracle(List<StopDecision> decisions) throws Exception {
    EarlyStopping stopping =
        EarlyStopping.onCiphertexts(
            plan.schedule().patience(), plan.schedule().logitRange(), List.of());
    return new ToyOracle(
        root,
        0,
        request -> {
          assertEquals(1, request.ciphertexts().size());
          EpochScore score = score(request.ciphertexts().get(0));
          decisions.add(stopping.decide(request.epoch(), score).decision());
          return Reply.of(decisions.get(decisions.size() - 1));
        });
  }

  private EpochScore score(byte[] question) {
    double[] slots = keyHolder.decrypt(question);
    return EpochScore.ofEncryptedLoss(slots[0], slots[1], plan.schedule().logitRange());
  }

  /** The same training in the clear, the owners in the order of their identities. */
  PlainTrainer.Result plain() {
    List<PlainJointTrainer.Part> parts = new ArrayList<>();
    for (int owner = 0; owner < ROWS.length; owner++) {
      parts.add(
          new PlainJointTrainer.Part(
              train.get(owner).features(),
              train.get(owner).labels(),
              validation.get(owner).features(),
              validation.get(owner).labels()));
    }
    return PlainJointTrainer.train(plan.schedule(), CLASSES, parts);
  }

  /** The value of {@code paths.dataset} for some of the data sets. */
  String datasets(String... names) {
    return Arrays.stream(names)
        .map(name -> '"' + root.resolve(name).toString() + '"')
        .toList()
        .toString();
  }

  /**
   * What a training on data sets prints that ends with exit code 65; its run is {@code refused}.
   */
  String refusal(String... names) {
    PrintStream before = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      List<String> settings =
          List.of("paths.run=" + root.resolve("refused"), "paths.dataset=" + datasets(names));
      assertEquals(65, Main.run(arguments("train", settings).toArray(String[]::new)));
    } finally {
      System.setErr(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Decrypted weights. */
  double[][] weights(List<byte[]> model) {
    double[][] weights =
        Packing.unpackWeights(
            plan.layout(), model.stream().map(keyHolder::decrypt).toArray(double[][]::new));
    for (double[] row : weights) {
      for (int i = 0; i < row.length; i++) {
        row[i] *= plan.schedule().stateScale();
      }
    }
    return weights;
  }
}
