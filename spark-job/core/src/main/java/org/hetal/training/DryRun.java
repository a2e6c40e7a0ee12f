package org.hetal.training;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hetal.he.Ciphertext;
import org.hetal.he.KeyPlan;
import org.hetal.he.Operation;
import org.hetal.he.Parameters;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.hetal.linalg.ExpandedWeights;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.packing.Layout;

/**
 * Runs what training will run, on the simulator with the same ring and levels and rows of zeros:
 * each shape of microbatch once, the update, each shape of validation group. What it counts and
 * which keys it uses does not depend on the values.
 */
final class DryRun {
  private final RecordingEvaluator simulator;
  private final TrainingPlan draft;
  private MemoryEstimate memory = MemoryEstimate.NONE;
  private final Map<List<Integer>, Map<Operation, Long>> microbatchCounts = new HashMap<>();
  private final Map<Operation, Long> expandAndUpdate;
  private final Map<Operation, Long> validation;

  DryRun(
      Parameters parameters, Layout layout, Schedule schedule, int validationRows, Levels levels) {
    this(parameters, layout, schedule, validationRows, levels, true);
  }

  private DryRun(
      Parameters parameters,
      Layout layout,
      Schedule schedule,
      int validationRows,
      Levels levels,
      boolean training) {
    SimulatedParameters simulated =
        new SimulatedParameters(
            parameters.ringDegree(),
            parameters.bootstrapInputLevel(),
            parameters.usableLevels(),
            parameters.bootstrapBound());
    this.simulator = new RecordingEvaluator(new Simulator(simulated));
    this.draft =
        new TrainingPlan(
            simulated,
            layout,
            schedule,
            validationRows,
            levels,
            new KeyPlan(),
            0,
            Map.of(),
            Map.of(),
            MemoryEstimate.NONE);
    this.expandAndUpdate = training ? runTraining() : Map.of();
    this.validation = runValidation();
  }

  /** The keys that validation and prediction use. */
  static KeyPlan validationKeys(
      Parameters parameters, Layout layout, Schedule schedule, int validationRows, Levels levels) {
    return new DryRun(parameters, layout, schedule, validationRows, levels, false).rotations();
  }

  /** Every key used. */
  KeyPlan rotations() {
    return simulator.usedKeys();
  }

  /** Operations of one step on a minibatch. */
  Map<Operation, Long> iteration(int batch) {
    Map<Operation, Long> sum = new EnumMap<>(expandAndUpdate);
    for (Partition.MicrobatchRows microbatch :
        Partition.microbatches(draft.schedule(), batch, draft.layout())) {
      add(sum, microbatchCounts.get(shape(microbatch)));
    }
    return sum;
  }

  /** Operations of one epoch's validation logits. */
  Map<Operation, Long> validation() {
    return validation;
  }

  /** What ciphertexts and plaintexts take. */
  MemoryEstimate memory() {
    return memory;
  }

  private Map<Operation, Long> runTraining() {
    NesterovUpdate update = new NesterovUpdate(simulator, draft.levels());
    int compact = draft.layout().compactCiphertexts();
    try (MicrobatchGradient microbatchGradient = new MicrobatchGradient(simulator, draft);
        ModelState start = update.start(compact)) {
      simulator.resetCounts();
      try (ExpandedWeights lookahead = microbatchGradient.expand(start.lookahead())) {
        Map<Operation, Long> expand = simulator.counts();
        for (Partition.MicrobatchRows microbatch :
            Partition.microbatches(draft.schedule(), draft.layout())) {
          if (!microbatchCounts.containsKey(shape(microbatch))) {
            runMicrobatch(microbatchGradient, lookahead, microbatch);
          }
        }
        simulator.resetCounts();
        List<Ciphertext> gradient = new ArrayList<>();
        for (int i = 0; i < compact; i++) {
          gradient.add(simulator.zero(draft.levels().gradient()));
        }
        update.step(start, gradient).close();
        gradient.forEach(Ciphertext::close);
        memory = memory.and(new MemoryEstimate(simulator.openBytes(), 0, 0));
        add(expand, simulator.counts());
        return expand;
      }
    }
  }

  /** Twice, since the first run also encodes the masks. */
  private void runMicrobatch(
      MicrobatchGradient microbatchGradient,
      ExpandedWeights lookahead,
      Partition.MicrobatchRows rows) {
    long before = simulator.openBytes();
    List<EncryptedMicrobatch.Group> groups = new ArrayList<>();
    for (RowRange group : rows.groups()) {
      groups.add(
          new EncryptedMicrobatch.Group(
              zeros(group.rows(), draft.levels().features()),
              simulator.zero(draft.levels().labels())));
    }
    long microbatchBytes = simulator.openBytes() - before;
    try (EncryptedMicrobatch microbatch = new EncryptedMicrobatch(groups)) {
      double factor = draft.schedule().gradientFactor(rows.batch());
      microbatchGradient.compute(lookahead, microbatch, factor).forEach(Ciphertext::close);
      simulator.resetCounts();
      simulator.resetPeakBytes();
      long resting = simulator.openBytes();
      microbatchGradient.compute(lookahead, microbatch, factor).forEach(Ciphertext::close);
      microbatchCounts.put(shape(rows), simulator.counts());
      memory = memory.and(new MemoryEstimate(0, microbatchBytes, simulator.peakBytes() - resting));
    }
  }

  private Map<Operation, Long> runValidation() {
    Map<Operation, Long> sum = new EnumMap<>(Operation.class);
    long before = simulator.openBytes();
    int level = draft.levels().validationWeights();
    List<Ciphertext> weights = new ArrayList<>();
    for (int i = 0; i < draft.layout().compactCiphertexts(); i++) {
      weights.add(simulator.zero(level));
    }
    try (ValidationLogits logits = new ValidationLogits(simulator, draft)) {
      simulator.resetCounts();
      try (ExpandedWeights expanded = logits.expand(weights)) {
        add(sum, simulator.counts());
        Map<Integer, Map<Operation, Long>> known = new HashMap<>();
        for (RowRange group : Partition.groups(draft.validationRows(), draft.layout())) {
          int rowBlocks = draft.layout().rowBlocks(group.rows());
          known.computeIfAbsent(rowBlocks, unused -> runGroup(logits, expanded, group.rows()));
          add(sum, known.get(rowBlocks));
        }
        Set<Integer> others = new HashSet<>();
        for (int blocks = 1; blocks <= draft.layout().positions(); blocks *= 2) {
          others.add(blocks);
        }
        others.removeAll(known.keySet());
        others.forEach(
            blocks -> runGroup(logits, expanded, blocks * draft.layout().rowsPerBlock()));
        memory = memory.and(new MemoryEstimate(simulator.openBytes() - before, 0, 0));
      }
    }
    return sum;
  }

  private Map<Operation, Long> runGroup(
      ValidationLogits logits, ExpandedWeights weights, int rows) {
    simulator.resetCounts();
    long before = simulator.openBytes();
    try (FeatureBlocks features = zeros(rows, draft.levels().validationFeatures())) {
      long rowBytes = simulator.openBytes() - before;
      simulator.resetPeakBytes();
      logits.compute(weights, features).close();
      long working = simulator.peakBytes() - before - rowBytes;
      memory = memory.and(new MemoryEstimate(0, rowBytes, working));
    }
    return simulator.counts();
  }

  private FeatureBlocks zeros(int rows, int level) {
    int rowBlocks = draft.layout().rowBlocks(rows);
    List<Ciphertext> blocks = new ArrayList<>();
    for (int i = 0; i < rowBlocks * draft.layout().columnBlocks(); i++) {
      blocks.add(simulator.zero(level));
    }
    return new FeatureBlocks(blocks, rowBlocks);
  }

  private List<Integer> shape(Partition.MicrobatchRows microbatch) {
    return microbatch.groups().stream().map(g -> draft.layout().rowBlocks(g.rows())).toList();
  }

  private static void add(Map<Operation, Long> sum, Map<Operation, Long> more) {
    more.forEach((operation, count) -> sum.merge(operation, count, Long::sum));
  }
}
