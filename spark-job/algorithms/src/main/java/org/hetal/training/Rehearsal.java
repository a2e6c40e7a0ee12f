package org.hetal.training;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hetal.he.Ciphertext;
import org.hetal.he.Parameters;
import org.hetal.he.RotationPlan;
import org.hetal.he.simulator.Operation;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.hetal.linalg.ExpandedWeights;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.packing.Layout;

/**
 * Runs what training will run, on the simulator with the same ring and levels and rows of zeros:
 * each shape of unit once, the update, each shape of validation group. What it counts and which
 * keys it uses does not depend on the values.
 */
final class Rehearsal {
  private final Simulator simulator;
  private final TrainingPlan draft;
  private WorkingSet memory = WorkingSet.NONE;
  private final Map<List<Integer>, Map<Operation, Long>> unitCounts = new HashMap<>();
  private final Map<Operation, Long> expandAndUpdate;
  private final Map<Operation, Long> validation;

  Rehearsal(
      Parameters parameters, Layout layout, Schedule schedule, int validationRows, Levels levels) {
    this(parameters, layout, schedule, validationRows, levels, true);
  }

  private Rehearsal(
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
    this.simulator = new Simulator(simulated);
    this.draft =
        new TrainingPlan(
            simulated,
            layout,
            schedule,
            validationRows,
            levels,
            new RotationPlan(),
            0,
            Map.of(),
            Map.of(),
            WorkingSet.NONE);
    this.expandAndUpdate = training ? rehearseTraining() : Map.of();
    this.validation = rehearseValidation();
  }

  /** The keys that validation and prediction use. */
  static RotationPlan validationKeys(
      Parameters parameters, Layout layout, Schedule schedule, int validationRows, Levels levels) {
    return new Rehearsal(parameters, layout, schedule, validationRows, levels, false).rotations();
  }

  /** Every key used. */
  RotationPlan rotations() {
    return simulator.usedKeys();
  }

  /** Operations of one step on a minibatch. */
  Map<Operation, Long> iteration(int batch) {
    Map<Operation, Long> sum = new EnumMap<>(expandAndUpdate);
    for (Partition.UnitRows unit : Partition.units(draft.schedule(), batch, draft.layout())) {
      add(sum, unitCounts.get(shape(unit)));
    }
    return sum;
  }

  /** Operations of one epoch's validation logits. */
  Map<Operation, Long> validation() {
    return validation;
  }

  /** What ciphertexts and plaintexts take. */
  WorkingSet memory() {
    return memory;
  }

  private Map<Operation, Long> rehearseTraining() {
    NesterovUpdate update = new NesterovUpdate(simulator, draft.levels());
    int compact = draft.layout().compactCiphertexts();
    try (UnitGradient unitGradient = new UnitGradient(simulator, draft);
        ModelState start = update.start(compact)) {
      simulator.resetCounts();
      try (ExpandedWeights lookahead = unitGradient.expand(start.lookahead())) {
        Map<Operation, Long> expand = simulator.counts();
        for (Partition.UnitRows unit : Partition.units(draft.schedule(), draft.layout())) {
          if (!unitCounts.containsKey(shape(unit))) {
            rehearseUnit(unitGradient, lookahead, unit);
          }
        }
        simulator.resetCounts();
        List<Ciphertext> gradient = new ArrayList<>();
        for (int i = 0; i < compact; i++) {
          gradient.add(simulator.zero(draft.levels().gradient()));
        }
        update.step(start, gradient).close();
        gradient.forEach(Ciphertext::close);
        memory = memory.and(new WorkingSet(simulator.openBytes(), 0, 0));
        add(expand, simulator.counts());
        return expand;
      }
    }
  }

  /** Twice, since the first run also encodes the masks. */
  private void rehearseUnit(
      UnitGradient unitGradient, ExpandedWeights lookahead, Partition.UnitRows rows) {
    long before = simulator.openBytes();
    List<Unit.Group> groups = new ArrayList<>();
    for (RowRange group : rows.groups()) {
      groups.add(
          new Unit.Group(
              zeros(group.rows(), draft.levels().features()),
              simulator.zero(draft.levels().labels())));
    }
    long unitBytes = simulator.openBytes() - before;
    try (Unit unit = new Unit(groups)) {
      double factor = draft.schedule().gradientFactor(rows.batch());
      unitGradient.compute(lookahead, unit, factor).forEach(Ciphertext::close);
      simulator.resetCounts();
      simulator.resetPeakBytes();
      long resting = simulator.openBytes();
      unitGradient.compute(lookahead, unit, factor).forEach(Ciphertext::close);
      unitCounts.put(shape(rows), simulator.counts());
      memory = memory.and(new WorkingSet(0, unitBytes, simulator.peakBytes() - resting));
    }
  }

  private Map<Operation, Long> rehearseValidation() {
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
          known.computeIfAbsent(rowBlocks, unused -> rehearseGroup(logits, expanded, group.rows()));
          add(sum, known.get(rowBlocks));
        }
        Set<Integer> others = new HashSet<>();
        for (int blocks = 1; blocks <= draft.layout().positions(); blocks *= 2) {
          others.add(blocks);
        }
        others.removeAll(known.keySet());
        others.forEach(
            blocks -> rehearseGroup(logits, expanded, blocks * draft.layout().rowsPerBlock()));
        memory = memory.and(new WorkingSet(simulator.openBytes() - before, 0, 0));
      }
    }
    return sum;
  }

  private Map<Operation, Long> rehearseGroup(
      ValidationLogits logits, ExpandedWeights weights, int rows) {
    simulator.resetCounts();
    long before = simulator.openBytes();
    try (FeatureBlocks features = zeros(rows, draft.levels().validationFeatures())) {
      long rowBytes = simulator.openBytes() - before;
      simulator.resetPeakBytes();
      logits.compute(weights, features).close();
      long working = simulator.peakBytes() - before - rowBytes;
      memory = memory.and(new WorkingSet(0, rowBytes, working));
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

  private List<Integer> shape(Partition.UnitRows unit) {
    return unit.groups().stream().map(g -> draft.layout().rowBlocks(g.rows())).toList();
  }

  private static void add(Map<Operation, Long> sum, Map<Operation, Long> more) {
    more.forEach((operation, count) -> sum.merge(operation, count, Long::sum));
  }
}
