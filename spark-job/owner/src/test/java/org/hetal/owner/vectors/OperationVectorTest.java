package org.hetal.owner.vectors;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.hetal.he.Ciphertext;
import org.hetal.he.Operation;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.hetal.packing.Layout;
import org.hetal.packing.LayoutSearch;
import org.hetal.plan.OperationCounts;
import org.hetal.plan.Preprocessing;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;
import org.hetal.planner.TrainingPlanner;
import org.hetal.softmax.Softmax;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Exact operation counts, committed in {@code operations.txt}: of a softmax and of an iteration
 * with its validation, at the ring degree of the default parameter set. Those of the products alone
 * are in {@code OperationCountTest}.
 */
class OperationVectorTest {
  private static final VectorFile VECTORS = new VectorFile("operations.txt");
  private static final int SMALL_RING = 1 << 12;

  @ParameterizedTest
  @CsvSource({
    "2,4", "2,6", "3,6", "4,6", "5,4", "7,5", "7,6", "10,4", "10,5", "10,6", "16,4", "16,6", "17,4",
    "17,6", "20,4", "24,5", "33,5", "33,6", "48,6", "64,4", "64,6"
  })
  void operationsOfASoftmax(int classes, int squarings) {
    SimulatedParameters parameters = SimulatedParameters.withRingDegree(SMALL_RING);
    Layout layout = LayoutSearch.cheapest(parameters.slotCount(), 16, 4, classes);
    String name = "softmax.classes_" + classes + ".squarings_" + squarings;
    Map<String, String> actual = new TreeMap<>();
    try (Simulator simulator = new Simulator(parameters);
        RecordingEvaluator evaluator = new RecordingEvaluator(simulator)) {
      Ciphertext logits = simulator.encrypt(new double[] {0}, 11);
      new Softmax(evaluator, layout, squarings)
          .apply(List.of(logits), 7)
          .forEach(Ciphertext::close);
      actual.put(name, text(evaluator.counts()));
    }
    VECTORS.check(name, actual);
  }

  @ParameterizedTest
  @CsvSource({
    "600,61,10,4,1",
    "1198,62,10,6,2",
    "1024,385,7,6,1",
    "1024,785,10,6,1",
    "2048,769,16,6,1",
    "1000,10,2,6,1",
    "512,100,40,5,2"
  })
  void operationsOfAnIteration(
      int rows, int features, int classes, int squarings, int groupsPerMicrobatch) {
    SimulatedParameters parameters = SimulatedParameters.withRingDegree(1 << 16);
    Layout layout = LayoutSearch.cheapest(parameters.slotCount(), rows, features, classes);
    Schedule schedule = new Schedule(rows, rows, 1, 1, 1, 2 << squarings, groupsPerMicrobatch);
    TrainingPlan plan =
        TrainingPlanner.plan(parameters, layout, schedule, 100, Preprocessing.none());
    String name =
        String.format(
            Locale.ROOT,
            "iteration.rows_%d.features_%d.classes_%d.squarings_%d.groups_%d",
            rows,
            features,
            classes,
            squarings,
            groupsPerMicrobatch);
    Map<String, String> actual = new TreeMap<>();
    actual.put(name + ".training", text(counts(plan.iteration())));
    actual.put(name + ".validation", text(counts(plan.validation())));
    actual.put(name + ".rotation-keys", "" + plan.keys().rotations());
    VECTORS.check(name + ".", actual);
  }

  private static Map<Operation, Long> counts(OperationCounts counts) {
    Map<Operation, Long> out = new TreeMap<>();
    out.put(Operation.ADD, counts.add());
    out.put(Operation.MULTIPLY, counts.multiply());
    out.put(Operation.MULTIPLY_PLAIN, counts.multiplyPlain());
    out.put(Operation.MULTIPLY_CONSTANT, counts.multiplyConstant());
    out.put(Operation.RELINEARIZE, counts.relinearize());
    out.put(Operation.RESCALE, counts.rescale());
    out.put(Operation.ROTATE, counts.rotate());
    out.put(Operation.CONJUGATE, counts.conjugate());
    out.put(Operation.BOOTSTRAP, counts.bootstrap());
    out.put(Operation.ENCODE, counts.encode());
    return out;
  }

  private static String text(Map<Operation, Long> counts) {
    return new TreeMap<>(counts).toString().toLowerCase(Locale.ROOT);
  }
}
