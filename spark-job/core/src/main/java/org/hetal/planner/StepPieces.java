package org.hetal.planner;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hetal.he.Ciphertext;
import org.hetal.he.Parameters;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.Scope;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.hetal.linalg.ExpandedWeights;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.packing.GradientParts;
import org.hetal.packing.Layout;
import org.hetal.plan.Levels;
import org.hetal.plan.OperationCounts;
import org.hetal.plan.Partition;
import org.hetal.plan.TrainingPlan;
import org.hetal.training.EncryptedMicrobatch;
import org.hetal.training.MicrobatchGradient;
import org.hetal.training.MicrobatchParts;
import org.hetal.training.ModelState;
import org.hetal.training.NesterovUpdate;

/**
 * The operations of the pieces of a training step on a full minibatch, counted on the simulator: of
 * what can be divided between executors and of what cannot. It does not depend on a machine. Sizes
 * are of serialized ciphertexts, in bytes.
 *
 * @param expand of the weights, once per executor and step
 * @param update of the weights, on one executor
 * @param isStatePair whether weights and look-ahead point are bootstrapped as a pair, not as one
 * @param bootstrapShare what a bootstrap costs, as a share of one of all slots
 * @param microbatches in order
 * @param weightBytes sent to each executor
 * @param gradientBytes of a sum of gradients
 * @param stateBytes of weights and look-ahead point between two steps
 */
public record StepPieces(
    OperationCounts expand,
    OperationCounts update,
    boolean isStatePair,
    double bootstrapShare,
    List<Microbatch> microbatches,
    long weightBytes,
    long gradientBytes,
    long stateBytes) {

  /**
   * The operations of one microbatch.
   *
   * @param isPair whether its bootstraps are of two ciphertexts: those of two groups whose logits
   *     do not repeat
   * @param whole undivided, softmax included
   * @param rowBlocks of all groups
   * @param rowBlock logits of one row block
   * @param softmax from the logits of all row blocks to the residuals
   * @param shared by the parts of the gradient in one task: rotations of the residuals
   * @param parts of the gradient, without what they share
   * @param joined packing of the parts
   * @param rowBlockBytes of the logits of one row block
   * @param residualBytes of all groups
   * @param partBytes of one part of the gradient
   */
  public record Microbatch(
      boolean isPair,
      OperationCounts whole,
      int rowBlocks,
      OperationCounts rowBlock,
      OperationCounts softmax,
      OperationCounts shared,
      List<OperationCounts> parts,
      OperationCounts joined,
      long rowBlockBytes,
      long residualBytes,
      long partBytes) {}

  /** Copies the list. */
  public StepPieces {
    microbatches = List.copyOf(microbatches);
  }

  /**
   * Counts; about a second.
   *
   * @param parameters those of the plan
   * @throws IllegalArgumentException unless the plan is for these parameters
   */
  public static StepPieces of(TrainingPlan plan, Parameters parameters) {
    plan.requireParameters(parameters);
    return new Counting(plan, parameters).run();
  }

  private static final class Counting {
    private final TrainingPlan plan;
    private final Parameters parameters;
    private final Layout layout;
    private final Levels levels;
    private final RecordingEvaluator simulator;

    Counting(TrainingPlan plan, Parameters parameters) {
      this.plan = plan;
      this.parameters = parameters;
      this.layout = plan.layout();
      this.levels = plan.levels();
      this.simulator = new RecordingEvaluator(new Simulator(SimulatedParameters.like(parameters)));
    }

    StepPieces run() {
      NesterovUpdate update = NesterovUpdate.of(simulator, plan);
      int compact = layout.compactCiphertexts();
      try (Scope scope = new Scope();
          MicrobatchGradient whole =
              new MicrobatchGradient(simulator, layout, levels, plan.softmax());
          ModelState start = update.start()) {
        simulator.resetCounts();
        ExpandedWeights weights = scope.own(whole.expand(start.lookahead()));
        final OperationCounts expand = counts();
        Map<List<Integer>, Microbatch> known = new HashMap<>();
        List<Microbatch> microbatches = new ArrayList<>();
        for (Partition.MicrobatchRows rows : Partition.microbatches(plan.schedule(), 0, layout)) {
          List<Integer> shape =
              rows.groups().stream().map(group -> plan.rowBlocks(group.rows())).toList();
          microbatches.add(
              known.computeIfAbsent(shape, unused -> microbatch(whole, weights, shape)));
        }
        simulator.resetCounts();
        update.step(start, scope.ownAll(zeros(compact, levels.gradient()))).close();
        return new StepPieces(
            expand,
            counts(),
            !plan.refreshesAsOne(),
            layout.bootstrapShare(),
            microbatches,
            compact * parameters.storedCiphertextBytes(levels.forward()),
            compact * parameters.storedCiphertextBytes(levels.gradient()),
            2 * compact * parameters.storedCiphertextBytes(levels.state()));
      }
    }

    private Microbatch microbatch(
        MicrobatchGradient whole, ExpandedWeights weights, List<Integer> shape) {
      double factor = plan.gradientFactor(plan.schedule().batch(0).rows());
      GradientParts all = new GradientParts(layout);
      MicrobatchParts parts = whole.parts();
      try (Scope scope = new Scope()) {
        List<EncryptedMicrobatch.Group> groups = new ArrayList<>();
        for (int rowBlocks : shape) {
          groups.add(
              new EncryptedMicrobatch.Group(features(rowBlocks), simulator.zero(levels.labels())));
        }
        EncryptedMicrobatch microbatch = scope.own(new EncryptedMicrobatch(groups));
        scope.ownAll(whole.compute(weights, microbatch, factor)); // encodes the masks
        simulator.resetCounts();
        scope.ownAll(whole.compute(weights, microbatch, factor));
        final OperationCounts undivided = counts();
        FeatureBlocks one = scope.own(features(1));
        simulator.resetCounts();
        Ciphertext block = scope.ownAll(parts.logits(weights, one)).get(0);
        final OperationCounts rowBlock = counts();
        List<List<Ciphertext>> logits = new ArrayList<>();
        shape.forEach(rowBlocks -> logits.add(Collections.nCopies(rowBlocks, block)));
        List<Ciphertext> labels =
            microbatch.groups().stream().map(EncryptedMicrobatch.Group::labels).toList();
        simulator.resetCounts();
        List<Ciphertext> residuals = scope.ownAll(parts.residuals(logits, labels));
        final OperationCounts softmax = counts();
        List<FeatureBlocks> rows =
            microbatch.groups().stream().map(EncryptedMicrobatch.Group::features).toList();
        simulator.resetCounts();
        List<Ciphertext> packed =
            scope.ownAll(parts.gradient(residuals, rows, 0, factor, 0, all.size()));
        final OperationCounts allParts = counts();
        simulator.resetCounts();
        scope.ownAll(parts.joined(packed, factor));
        final OperationCounts joined = counts();
        List<OperationCounts> alone = new ArrayList<>();
        for (int part = 0; part < all.size(); part++) {
          alone.add(part(scope, parts, residuals, shape, all.part(part), part, factor));
        }
        OperationCounts shared = shared(alone, allParts);
        return new Microbatch(
            shape.size() == 2 && layout.sharesBootstraps(),
            undivided,
            shape.stream().mapToInt(Integer::intValue).sum(),
            rowBlock,
            softmax,
            shared,
            alone.stream().map(part -> minus(part, shared)).toList(),
            joined,
            parameters.storedCiphertextBytes(block.level()),
            shape.size() * parameters.storedCiphertextBytes(levels.residual()),
            parameters.storedCiphertextBytes(packed.get(0).level()));
      }
    }

    private OperationCounts part(
        Scope scope,
        MicrobatchParts parts,
        List<Ciphertext> residuals,
        List<Integer> shape,
        GradientParts.Part part,
        int index,
        double factor) {
      int columns = part.lastColumnBlock() - part.firstColumnBlock() + 1;
      List<FeatureBlocks> some = new ArrayList<>();
      for (int rowBlocks : shape) {
        some.add(
            scope.own(new FeatureBlocks(zeros(rowBlocks * columns, levels.features()), rowBlocks)));
      }
      simulator.resetCounts();
      scope.ownAll(parts.gradient(residuals, some, part.firstColumnBlock(), factor, index, 1));
      return counts();
    }

    /** Key switches and products that every task repeats, from all parts alone and together. */
    private static OperationCounts shared(List<OperationCounts> alone, OperationCounts together) {
      OperationCounts sum = OperationCounts.NONE;
      for (OperationCounts each : alone) {
        sum = sum.plus(each);
      }
      int others = Math.max(1, alone.size() - 1);
      OperationCounts more = minus(sum, together);
      return new OperationCounts(
          0,
          more.multiply() / others,
          more.multiplyPlain() / others,
          more.multiplyConstant() / others,
          more.relinearize() / others,
          more.rescale() / others,
          more.rotate() / others,
          more.conjugate() / others,
          0,
          0);
    }

    private static OperationCounts minus(OperationCounts a, OperationCounts b) {
      return new OperationCounts(
          Math.max(0, a.add() - b.add()),
          Math.max(0, a.multiply() - b.multiply()),
          Math.max(0, a.multiplyPlain() - b.multiplyPlain()),
          Math.max(0, a.multiplyConstant() - b.multiplyConstant()),
          Math.max(0, a.relinearize() - b.relinearize()),
          Math.max(0, a.rescale() - b.rescale()),
          Math.max(0, a.rotate() - b.rotate()),
          Math.max(0, a.conjugate() - b.conjugate()),
          0,
          0);
    }

    private FeatureBlocks features(int rowBlocks) {
      return new FeatureBlocks(
          zeros(rowBlocks * layout.columnBlocks(), levels.features()), rowBlocks);
    }

    private List<Ciphertext> zeros(int count, int level) {
      List<Ciphertext> out = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        out.add(simulator.zero(level));
      }
      return out;
    }

    private OperationCounts counts() {
      return DryRun.counts(simulator);
    }
  }
}
