package org.hetal.planner;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.hetal.he.Ciphertext;
import org.hetal.he.KeyPlan;
import org.hetal.he.Operation;
import org.hetal.he.Parameters;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.Scope;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.hetal.linalg.ExpandedWeights;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.packing.Layout;
import org.hetal.plan.Levels;
import org.hetal.plan.LossPlan;
import org.hetal.plan.MemoryEstimate;
import org.hetal.plan.OperationCounts;
import org.hetal.plan.Partition;
import org.hetal.plan.RowRange;
import org.hetal.plan.Schedule;
import org.hetal.softmax.SoftmaxPlan;
import org.hetal.training.EncryptedLoss;
import org.hetal.training.EncryptedMicrobatch;
import org.hetal.training.MicrobatchGradient;
import org.hetal.training.ModelState;
import org.hetal.training.NesterovUpdate;
import org.hetal.training.ValidationLogits;

/**
 * Runs what training will run, on the simulator with the same ring and levels and rows of zeros:
 * each shape of microbatch once, the update, each shape of validation group. What it counts and
 * which keys it uses does not depend on the values.
 */
final class DryRun {
  private final RecordingEvaluator simulator;
  private final Layout layout;
  private final Levels levels;
  private final boolean anyRows;
  private MemoryEstimate memory = MemoryEstimate.NONE;
  private OperationCounts iteration = OperationCounts.NONE;
  private OperationCounts validation = OperationCounts.NONE;

  private DryRun(Parameters parameters, Layout layout, Levels levels, boolean anyRows) {
    this.anyRows = anyRows;
    this.simulator = new RecordingEvaluator(new Simulator(SimulatedParameters.like(parameters)));
    this.layout = layout;
    this.levels = levels;
  }

  /**
   * Training, validation and prediction.
   *
   * @param loss null: validation is the logits alone
   * @param anyRows whether the keys must do for data sets of any number of rows, whose groups have
   *     {@link Layout#rowBlocksOfAnyGroup} row blocks
   */
  static DryRun ofTraining(
      Parameters parameters,
      Layout layout,
      Schedule schedule,
      int validationRows,
      Levels levels,
      SoftmaxPlan softmax,
      LossPlan loss,
      boolean anyRows) {
    DryRun out = new DryRun(parameters, layout, levels, anyRows);
    out.runTraining(schedule, softmax);
    out.runValidation(validationRows);
    if (loss != null) {
      List<List<RowRange>> microbatches =
          Partition.validationMicrobatches(validationRows, schedule.groupsPerMicrobatch(), layout);
      out.runLoss(
          microbatches,
          out.shapes(microbatches, Schedule.MOST_ROWS, schedule.groupsPerMicrobatch()),
          validationRows,
          loss);
    }
    return out;
  }

  /** Validation and prediction alone. */
  static DryRun ofValidation(
      Parameters parameters, Layout layout, int validationRows, Levels levels) {
    DryRun out = new DryRun(parameters, layout, levels, false);
    out.runValidation(validationRows);
    return out;
  }

  /**
   * The validation loss of data sets of any numbers of rows, alone.
   *
   * @param microbatches of all data sets
   */
  static DryRun ofLoss(
      Parameters parameters,
      Layout layout,
      List<List<RowRange>> microbatches,
      Levels levels,
      LossPlan loss) {
    DryRun out = new DryRun(parameters, layout, levels, true);
    Set<List<Integer>> shapes = new LinkedHashSet<>();
    microbatches.forEach(groups -> shapes.add(out.shape(groups)));
    out.runLoss(microbatches, shapes, 1, loss);
    return out;
  }

  /** Every key used. */
  KeyPlan keys() {
    return simulator.usedKeys();
  }

  /** Operations of one step on a full minibatch. */
  OperationCounts iteration() {
    return iteration;
  }

  /** Operations of one epoch's validation. */
  OperationCounts validation() {
    return validation;
  }

  /** What ciphertexts and plaintexts take. */
  MemoryEstimate memory() {
    return memory;
  }

  private void runTraining(Schedule schedule, SoftmaxPlan softmax) {
    NesterovUpdate update = new NesterovUpdate(simulator, layout, levels, layout.hasRoomForTwo());
    int compact = layout.compactCiphertexts();
    Map<List<Integer>, OperationCounts> microbatchCounts = new HashMap<>();
    try (MicrobatchGradient microbatchGradient =
            new MicrobatchGradient(simulator, layout, levels, softmax);
        ModelState start = update.start()) {
      simulator.resetCounts();
      try (ExpandedWeights lookahead = microbatchGradient.expand(start.lookahead())) {
        OperationCounts expand = counts();
        Map<List<Integer>, Double> factors = new HashMap<>();
        List<List<RowRange>> microbatches = new ArrayList<>();
        for (Partition.MicrobatchRows microbatch : Partition.microbatches(schedule, layout)) {
          int rows = schedule.batch(microbatch.batch()).rows();
          factors.putIfAbsent(shape(microbatch.groups()), schedule.gradientFactor(rows));
          microbatches.add(microbatch.groups());
        }
        double full = schedule.gradientFactor(schedule.batchRows());
        for (List<Integer> shape :
            shapes(microbatches, schedule.batchRows(), schedule.groupsPerMicrobatch())) {
          double factor = factors.getOrDefault(shape, full);
          microbatchCounts.put(
              shape,
              runMicrobatch(
                  shape,
                  levels.features(),
                  levels.labels(),
                  rows -> microbatchGradient.compute(lookahead, rows, factor)));
        }
        simulator.resetCounts();
        List<Ciphertext> gradient = zeroCiphertexts(compact, levels.gradient());
        update.step(start, gradient).close();
        gradient.forEach(Ciphertext::close);
        memory = memory.and(new MemoryEstimate(simulator.openBytes(), 0, 0));
        iteration = expand.plus(counts());
        for (Partition.MicrobatchRows microbatch : Partition.microbatches(schedule, 0, layout)) {
          iteration = iteration.plus(microbatchCounts.get(shape(microbatch.groups())));
        }
      }
    }
  }

  /**
   * Twice, since the first run also encodes the masks.
   *
   * @param rowBlocks of each group
   * @param work on the rows of the microbatch
   */
  private OperationCounts runMicrobatch(
      List<Integer> rowBlocks,
      int featureLevel,
      int labelLevel,
      Function<EncryptedMicrobatch, List<Ciphertext>> work) {
    long before = simulator.openBytes();
    List<EncryptedMicrobatch.Group> groups = new ArrayList<>();
    for (int blocks : rowBlocks) {
      groups.add(
          new EncryptedMicrobatch.Group(zeros(blocks, featureLevel), simulator.zero(labelLevel)));
    }
    long microbatchBytes = simulator.openBytes() - before;
    try (EncryptedMicrobatch microbatch = new EncryptedMicrobatch(groups)) {
      work.apply(microbatch).forEach(Ciphertext::close);
      simulator.resetCounts();
      simulator.resetPeakBytes();
      long resting = simulator.openBytes();
      work.apply(microbatch).forEach(Ciphertext::close);
      memory = memory.and(new MemoryEstimate(0, microbatchBytes, simulator.peakBytes() - resting));
      return counts();
    }
  }

  private void runValidation(int validationRows) {
    long before = simulator.openBytes();
    List<Ciphertext> weights =
        zeroCiphertexts(layout.compactCiphertexts(), levels.validationWeights());
    try (ValidationLogits logits = new ValidationLogits(simulator, layout, levels)) {
      simulator.resetCounts();
      try (ExpandedWeights expanded = logits.expand(weights)) {
        OperationCounts sum = counts();
        Map<Integer, OperationCounts> known = new HashMap<>();
        for (RowRange group : Partition.groups(validationRows, layout)) {
          int rowBlocks = layout.rowBlocks(group.rows());
          known.computeIfAbsent(rowBlocks, blocks -> runGroup(logits, expanded, blocks));
          sum = sum.plus(known.get(rowBlocks));
        }
        Set<Integer> others = new HashSet<>();
        for (int blocks = 1; blocks <= layout.positions(); blocks *= 2) {
          others.add(blocks);
        }
        others.removeAll(known.keySet());
        others.forEach(blocks -> runGroup(logits, expanded, blocks));
        memory = memory.and(new MemoryEstimate(simulator.openBytes() - before, 0, 0));
        validation = sum;
      }
    }
  }

  /**
   * @param shapes those of the microbatches, and others to try for their keys and memory
   */
  private void runLoss(
      List<List<RowRange>> microbatches,
      Set<List<Integer>> shapes,
      int validationRows,
      LossPlan loss) {
    List<Ciphertext> weights = zeroCiphertexts(layout.compactCiphertexts(), loss.weights());
    try (EncryptedLoss encryptedLoss = new EncryptedLoss(simulator, layout, loss);
        Scope scope = new Scope()) {
      scope.ownAll(weights);
      simulator.resetCounts();
      ExpandedWeights expanded = scope.own(encryptedLoss.expand(weights));
      OperationCounts sum = counts();
      Map<List<Integer>, OperationCounts> known = new HashMap<>();
      for (List<Integer> shape : shapes) {
        known.put(
            shape,
            runMicrobatch(
                shape,
                loss.features(),
                loss.labels(),
                rows -> encryptedLoss.compute(expanded, rows)));
      }
      for (List<RowRange> microbatch : microbatches) {
        sum = sum.plus(known.get(shape(microbatch)));
      }
      simulator.resetCounts();
      List<Ciphertext> sums = scope.ownAll(zeroCiphertexts(EncryptedLoss.SUMS, 1));
      EncryptedLoss.total(simulator, layout, sums, validationRows).close();
      validation = sum.plus(counts());
    }
  }

  private OperationCounts runGroup(
      ValidationLogits logits, ExpandedWeights weights, int rowBlocks) {
    simulator.resetCounts();
    long before = simulator.openBytes();
    try (FeatureBlocks features = zeros(rowBlocks, levels.validationFeatures())) {
      long rowBytes = simulator.openBytes() - before;
      simulator.resetPeakBytes();
      logits.compute(weights, features).close();
      long working = simulator.peakBytes() - before - rowBytes;
      memory = memory.and(new MemoryEstimate(0, rowBytes, working));
    }
    return counts();
  }

  private FeatureBlocks zeros(int rowBlocks, int level) {
    return new FeatureBlocks(zeroCiphertexts(rowBlocks * layout.columnBlocks(), level), rowBlocks);
  }

  private List<Ciphertext> zeroCiphertexts(int count, int level) {
    List<Ciphertext> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      out.add(simulator.zero(level));
    }
    return out;
  }

  /** The row blocks of each group of a microbatch. */
  private List<Integer> shape(List<RowRange> groups) {
    return groups.stream()
        .map(
            group ->
                anyRows ? layout.rowBlocksOfAnyGroup(group.rows()) : layout.rowBlocks(group.rows()))
        .toList();
  }

  /**
   * The shapes of the microbatches, and with {@code anyRows} those of every other data set.
   *
   * @param most rows of the work that is cut into microbatches
   */
  private Set<List<Integer>> shapes(
      List<List<RowRange>> microbatches, int most, int groupsPerMicrobatch) {
    Set<List<Integer>> out = new LinkedHashSet<>();
    microbatches.forEach(groups -> out.add(shape(groups)));
    if (!anyRows) {
      return out;
    }
    int perGroup = layout.rowsPerGroup();
    int largest = layout.rowBlocksOfAnyGroup(Math.min(most, perGroup));
    for (int blocks = 1; blocks <= largest; blocks *= 2) {
      out.add(List.of(blocks));
      if (groupsPerMicrobatch == 2 && most > perGroup) {
        out.add(List.of(layout.positions(), blocks));
      }
    }
    return out;
  }

  private OperationCounts counts() {
    return counts(simulator);
  }

  static OperationCounts counts(RecordingEvaluator simulator) {
    return new OperationCounts(
        simulator.count(Operation.ADD),
        simulator.count(Operation.MULTIPLY),
        simulator.count(Operation.MULTIPLY_PLAIN),
        simulator.count(Operation.MULTIPLY_CONSTANT),
        simulator.count(Operation.RELINEARIZE),
        simulator.count(Operation.RESCALE),
        simulator.count(Operation.ROTATE),
        simulator.count(Operation.CONJUGATE),
        simulator.count(Operation.BOOTSTRAP),
        simulator.count(Operation.ENCODE));
  }
}
