package org.hetal.owner.evaluation;

import java.util.ArrayList;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.owner.Client;
import org.hetal.packing.Layout;
import org.hetal.packing.Packing;
import org.hetal.plan.TrainingPlan;
import org.hetal.softmax.Softmax;
import org.hetal.training.PlainTrainer;

/**
 * Measures the encrypted softmax against the exact one: the owner encrypts logits of its own rows,
 * computes as the cluster does, with the cluster's keys, and decrypts.
 */
public final class SoftmaxProbe {
  private SoftmaxProbe() {}

  /**
   * The largest error of a probability.
   *
   * @param logits [rows][classes]; at most as many rows as a group has are taken
   */
  public static double largestError(
      Client client, Evaluator evaluator, TrainingPlan plan, double[][] logits) {
    Layout layout = plan.layout();
    int rows = Math.min(logits.length, layout.rowsPerGroup());
    List<double[]> centred = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      centred.add(centred(logits[row]));
    }
    double scale = plan.softmax().logitFactor() / plan.schedule().stateScale();
    double[][] scaled = new double[rows][layout.classes()];
    for (int row = 0; row < rows; row++) {
      for (int k = 0; k < layout.classes(); k++) {
        scaled[row][k] = scale * centred.get(row)[k];
      }
    }
    byte[] encrypted = client.encrypt(Packing.packLogits(layout, scaled), plan.levels().logits());
    double[][] probabilities = apply(client, evaluator, plan, encrypted, rows);
    double largest = 0;
    for (int row = 0; row < rows; row++) {
      double[] exact = PlainTrainer.softmax(centred.get(row));
      for (int k = 0; k < exact.length; k++) {
        largest = Math.max(largest, Math.abs(exact[k] - probabilities[row][k]));
      }
    }
    return largest;
  }

  private static double[][] apply(
      Client client, Evaluator evaluator, TrainingPlan plan, byte[] encrypted, int rows) {
    Softmax softmax = new Softmax(evaluator, plan.layout(), plan.schedule().squarings());
    try (Ciphertext input = evaluator.deserialize(encrypted)) {
      List<Ciphertext> output = softmax.apply(List.of(input), plan.softmax());
      try (Ciphertext result = output.get(0)) {
        return Packing.unpackLogits(
            plan.layout(), client.decrypt(evaluator.serialize(result)), rows);
      }
    }
  }

  private static double[] centred(double[] row) {
    double mean = 0;
    for (double x : row) {
      mean += x / row.length;
    }
    double[] out = row.clone();
    for (int k = 0; k < out.length; k++) {
      out[k] -= mean;
    }
    return out;
  }
}
