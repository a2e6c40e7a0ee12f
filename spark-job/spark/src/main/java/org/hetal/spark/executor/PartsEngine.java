package org.hetal.spark.executor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Scope;
import org.hetal.linalg.ExpandedWeights;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.packing.GradientParts;
import org.hetal.packing.Layout;
import org.hetal.plan.MicrobatchSplit;
import org.hetal.training.MicrobatchParts;
import org.hetal.training.StageTimes;
import org.hetal.training.TaskStage;

/**
 * The parts of a microbatch on the engine of an executor, from bytes to bytes; see {@link
 * MicrobatchParts}.
 *
 * @param rows of the data set
 * @param weights the expanded weights of a step, shared by the tasks of an executor
 */
record PartsEngine(
    Evaluator evaluator,
    Layout layout,
    MicrobatchParts parts,
    CiphertextCache rows,
    Function<StepWeights, LeaseCache<String, ExpandedWeights>.Lease> weights) {

  /** A serialized ciphertext per row block, in order. */
  List<byte[]> rowLogits(
      StepWeights step,
      EncryptedDataset.Microbatch microbatch,
      List<MicrobatchSplit.RowBlocks> ranges,
      StageTimes times) {
    long start = System.nanoTime();
    List<byte[]> out = new ArrayList<>();
    try (var expanded = weights.apply(step);
        CiphertextCache.Loan loan = rows.loan()) {
      start = times.end(TaskStage.EXPAND, start);
      for (MicrobatchSplit.RowBlocks range : ranges) {
        FeatureBlocks features =
            loan.features(
                microbatch.groups().get(range.group()),
                range.first(),
                range.count(),
                0,
                layout.columnBlocks());
        start = times.end(TaskStage.READ, start);
        try (Scope scope = new Scope()) {
          List<Ciphertext> logits = scope.ownAll(parts.logits(expanded.value(), features));
          start = times.end(TaskStage.LOGITS, start);
          out.addAll(Ciphertexts.serialized(evaluator, logits));
          start = times.end(TaskStage.SUM, start);
        }
      }
    }
    return out;
  }

  /**
   * A serialized residual per group.
   *
   * @param rowLogits of all row blocks of all groups, in order
   */
  List<byte[]> residuals(
      EncryptedDataset.Microbatch microbatch, List<byte[]> rowLogits, StageTimes times) {
    long start = System.nanoTime();
    try (Scope scope = new Scope();
        CiphertextCache.Loan loan = rows.loan()) {
      List<List<Ciphertext>> logits = new ArrayList<>();
      int from = 0;
      for (EncryptedDataset.Group group : microbatch.groups()) {
        int end = from + group.rowBlocks(layout);
        logits.add(Ciphertexts.opened(scope, evaluator, rowLogits.subList(from, end)));
        from = end;
      }
      start = times.end(TaskStage.SUM, start);
      List<Ciphertext> labels = microbatch.groups().stream().map(loan::labels).toList();
      start = times.end(TaskStage.READ, start);
      List<Ciphertext> residuals = scope.ownAll(parts.residuals(logits, labels));
      start = times.end(TaskStage.SOFTMAX, start);
      List<byte[]> out = Ciphertexts.serialized(evaluator, residuals);
      times.end(TaskStage.SUM, start);
      return out;
    }
  }

  /** A serialized ciphertext per part, in order. */
  List<byte[]> gradient(
      double factor,
      EncryptedDataset.Microbatch microbatch,
      List<byte[]> residuals,
      MicrobatchSplit.Parts range,
      StageTimes times) {
    long start = System.nanoTime();
    GradientParts all = new GradientParts(layout);
    int first = all.part(range.first()).firstColumnBlock();
    int last = all.part(range.first() + range.count() - 1).lastColumnBlock();
    try (Scope scope = new Scope();
        CiphertextCache.Loan loan = rows.loan()) {
      List<Ciphertext> opened = Ciphertexts.opened(scope, evaluator, residuals);
      start = times.end(TaskStage.SUM, start);
      List<FeatureBlocks> columns = new ArrayList<>();
      for (EncryptedDataset.Group group : microbatch.groups()) {
        int rowBlocks = group.rowBlocks(layout);
        columns.add(loan.features(group, 0, rowBlocks, first, last - first + 1));
      }
      start = times.end(TaskStage.READ, start);
      List<Ciphertext> computed =
          scope.ownAll(
              parts.gradient(opened, columns, first, factor, range.first(), range.count()));
      start = times.end(TaskStage.GRADIENT, start);
      List<byte[]> out = Ciphertexts.serialized(evaluator, computed);
      times.end(TaskStage.SUM, start);
      return out;
    }
  }

  /**
   * The gradient of a microbatch; the caller closes it.
   *
   * @param gradientParts all, in order
   */
  List<Ciphertext> joined(double factor, List<byte[]> gradientParts, StageTimes times) {
    long start = System.nanoTime();
    try (Scope scope = new Scope()) {
      List<Ciphertext> opened = Ciphertexts.opened(scope, evaluator, gradientParts);
      start = times.end(TaskStage.SUM, start);
      List<Ciphertext> gradient = parts.joined(opened, factor);
      times.end(TaskStage.GRADIENT, start);
      return gradient;
    }
  }
}
