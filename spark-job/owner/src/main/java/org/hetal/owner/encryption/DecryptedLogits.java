package org.hetal.owner.encryption;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedLogits;
import org.hetal.dataset.Storage;
import org.hetal.he.owner.Client;
import org.hetal.packing.Layout;
import org.hetal.packing.Packing;
import org.hetal.plan.TrainingPlan;

/** Predictions of the cluster, in the clear. */
public final class DecryptedLogits {
  private DecryptedLogits() {}

  /**
   * Logits [rows][classes].
   *
   * @param storage where {@code stored} is
   * @param plan of the data set to which the rows belong
   * @param rows that were encrypted; the zeros that filled the last group are dropped
   */
  public static double[][] decrypt(
      Client client, EncryptedLogits stored, Storage storage, TrainingPlan plan, int rows) {
    stored.origin().require(storage.describe(), client.parameters().hash(), client.keyId());
    stored.origin().requirePlan(storage.describe(), plan);
    Layout layout = plan.layout();
    double scale = plan.schedule().stateScale();
    List<double[]> out = new ArrayList<>();
    for (int group = 0; group < stored.logits().size(); group++) {
      double[] slots = client.decrypt(stored.logits().get(group).read(storage));
      for (double[] row : Packing.unpackLogits(layout, slots, stored.rows().get(group))) {
        out.add(Arrays.stream(row).map(x -> scale * x).toArray());
      }
    }
    if (out.size() < rows) {
      throw new DatasetException(
          storage.describe() + ": expected at least " + rows + " rows, actual " + out.size());
    }
    return out.subList(0, rows).toArray(double[][]::new);
  }
}
