package org.hetal.training;

import java.util.ArrayList;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.RecordingEvaluator;
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
import org.hetal.plan.ValidationMetric;
import org.hetal.planner.TrainingPlanner;

/** Owner and cluster in one: encrypts samples on the simulator, trains, decrypts. */
final class SimulatedTraining implements AutoCloseable {
  static final String CONFIGURATION = "configuration";

  final Simulator simulator;

  /** The simulator, with what is done on it recorded. */
  final RecordingEvaluator recorder;

  final TrainingPlan plan;
  final Samples train;
  final Samples validation;
  final EarlyStopping stopping;
  private final LocalGradientService workers;

  SimulatedTraining(
      SimulatedParameters parameters,
      Noise noise,
      Schedule schedule,
      int classes,
      Samples train,
      Samples validation) {
    this(parameters, noise, schedule, classes, train, validation, ValidationMetric.LOGITS);
  }

  SimulatedTraining(
      SimulatedParameters parameters,
      Noise noise,
      Schedule schedule,
      int classes,
      Samples train,
      Samples validation,
      ValidationMetric metric) {
    this.simulator = new Simulator(parameters, noise, 7);
    this.recorder = new RecordingEvaluator(simulator);
    this.train = train;
    this.validation = validation;
    int features = train.rows()[0].length;
    Layout layout =
        LayoutSearch.cheapest(parameters.slotCount(), schedule.batch(0).rows(), features, classes);
    this.plan =
        TrainingPlanner.plan(
            parameters, layout, schedule, validation.rows().length, Preprocessing.none(), metric);
    this.stopping = freshStopping();
    this.workers =
        new LocalGradientService(
            recorder,
            plan,
            plan.rowCounts(),
            microbatches(),
            metric == ValidationMetric.LOGITS ? validationBlocks() : List.of(),
            metric == ValidationMetric.LOGITS ? List.of() : labelledValidation());
    recorder.resetCounts();
  }

  EarlyStopping freshStopping() {
    return EarlyStopping.inTheClear(
        validation.labels(), plan.layout().classes(), plan.metric(), plan.schedule());
  }

  List<List<EncryptedMicrobatch>> microbatches() {
    List<List<EncryptedMicrobatch>> out = new ArrayList<>();
    for (int batch = 0; batch < plan.schedule().batches(); batch++) {
      List<EncryptedMicrobatch> microbatches = new ArrayList<>();
      for (Partition.MicrobatchRows microbatch :
          Partition.microbatches(plan.schedule(), batch, plan.layout())) {
        microbatches.add(
            new EncryptedMicrobatch(microbatch.groups().stream().map(this::group).toList()));
      }
      out.add(microbatches);
    }
    return out;
  }

  private EncryptedMicrobatch.Group group(RowRange rows) {
    double[] labels = Packing.packLabels(plan.layout(), rows.of(train.labels()));
    return new EncryptedMicrobatch.Group(
        blocks(rows.of(train.rows()), plan.levels().features()),
        simulator.encrypt(labels, plan.levels().labels()));
  }

  List<FeatureBlocks> validationBlocks() {
    return Partition.groups(validation.rows().length, plan.layout()).stream()
        .map(rows -> blocks(rows.of(validation.rows()), plan.levels().validationFeatures()))
        .toList();
  }

  List<EncryptedMicrobatch> labelledValidation() {
    List<EncryptedMicrobatch> out = new ArrayList<>();
    for (List<RowRange> microbatch :
        Partition.validationMicrobatches(
            validation.rows().length, plan.schedule().groupsPerMicrobatch(), plan.layout())) {
      out.add(
          new EncryptedMicrobatch(
              microbatch.stream()
                  .map(
                      rows ->
                          new EncryptedMicrobatch.Group(
                              blocks(rows.of(validation.rows()), plan.loss().features()),
                              simulator.encrypt(
                                  Packing.packValidationLabels(
                                      plan.layout(), rows.of(validation.labels())),
                                  plan.loss().labels())))
                  .toList()));
    }
    return out;
  }

  FeatureBlocks blocks(double[][] rows, int level) {
    List<Ciphertext> blocks = new ArrayList<>();
    for (double[] block : Packing.packFeatures(plan.layout(), rows)) {
      blocks.add(simulator.encrypt(block, level));
    }
    return new FeatureBlocks(blocks, plan.layout().rowBlocks(rows.length));
  }

  StopDecision decide(int epoch, List<byte[]> question) {
    return plan.loss() == null
        ? stopping.decide(epoch, logits(question)).decision()
        : stopping.decide(epoch, score(question)).decision();
  }

  EpochScore score(List<byte[]> question) {
    double[] slots = simulator.decrypt(simulator.deserialize(question.get(0)));
    return EpochScore.ofEncryptedLoss(slots[0], slots[1], plan.schedule().logitRange());
  }

  double[][] logits(List<byte[]> serialized) {
    List<RowRange> groups = Partition.groups(validation.rows().length, plan.layout());
    double[][] out = new double[validation.rows().length][];
    for (int g = 0; g < groups.size(); g++) {
      double[] slots = simulator.decrypt(simulator.deserialize(serialized.get(g)));
      double[][] rows = Packing.unpackLogits(plan.layout(), slots, groups.get(g).rows());
      for (int i = 0; i < rows.length; i++) {
        out[groups.get(g).first() + i] = scaled(rows[i]);
      }
    }
    return out;
  }

  private double[] scaled(double[] row) {
    double[] out = row.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] *= plan.schedule().stateScale();
    }
    return out;
  }

  double[][] weights(List<byte[]> serialized) {
    double[][] slots = new double[serialized.size()][];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = simulator.decrypt(simulator.deserialize(serialized.get(i)));
    }
    double[][] weights = Packing.unpackWeights(plan.layout(), slots);
    for (int c = 0; c < weights.length; c++) {
      weights[c] = scaled(weights[c]);
    }
    return weights;
  }

  TrainingResult run() {
    return run(CheckpointStore.inMemory(), TrainingListener.NONE);
  }

  TrainingResult run(CheckpointStore store, TrainingListener listener) {
    return trainer(store, listener, CONFIGURATION).run();
  }

  TrainingResult run(ValidationOracle validationOracle) {
    return run(validationOracle, CheckpointStore.inMemory(), TrainingListener.NONE);
  }

  TrainingResult run(
      ValidationOracle validationOracle, CheckpointStore store, TrainingListener listener) {
    return trainer(validationOracle, store, listener, CONFIGURATION).run();
  }

  Trainer trainer(CheckpointStore store, TrainingListener listener, String configuration) {
    return trainer(this::decide, store, listener, configuration);
  }

  Trainer trainer(CheckpointStore store, TrainingListener listener, int checkpointEvery) {
    return new Trainer(
        recorder, plan, workers, this::decide, store, listener, CONFIGURATION, checkpointEvery);
  }

  private Trainer trainer(
      ValidationOracle validationOracle,
      CheckpointStore store,
      TrainingListener listener,
      String configuration) {
    return new Trainer(recorder, plan, workers, validationOracle, store, listener, configuration);
  }

  PlainTrainer.Result plain() {
    return new PlainTrainer(plan.schedule(), plan.layout().classes())
        .train(train.rows(), train.labels(), validation.rows(), freshStopping());
  }

  @Override
  public void close() {
    workers.close();
  }
}
