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
import org.hetal.plan.Partition;
import org.hetal.plan.RowRange;
import org.hetal.plan.TrainingPlan;

/** Predictions of the cluster, in the clear. */
public final class DecryptedLogits {
  private DecryptedLogits() {}

  /** Logits [rows][classes] with all digits, and how exact they are. */
  public record Measured(double[][] logits, Precision precision) {}

  /**
   * Decrypts predictions. Only as many groups are read as the rows need.
   *
   * @param storage where {@code stored} is
   * @param plan of the data set to which the rows belong
   * @param rows that were encrypted; the zeros that filled the last group are dropped
   */
  public static Measured decrypt(
      Client client, EncryptedLogits stored, Storage storage, TrainingPlan plan, int rows) {
    stored.origin().require(storage.describe(), client.parameters().hash(), client.keyId());
    stored.origin().requirePlan(storage.describe(), plan);
    Layout layout = plan.layout();
    double scale = plan.schedule().stateScale();
    List<RowRange> groups = Partition.groups(rows, layout);
    if (stored.logits().size() < groups.size()) {
      throw new DatasetException(
          storage.describe()
              + ": expected "
              + groups.size()
              + " ciphertexts, for "
              + rows
              + " rows; actual "
              + stored.logits().size());
    }
    List<double[]> out = new ArrayList<>();
    double noise = 0;
    for (int group = 0; group < groups.size(); group++) {
      double[][] ones = new double[groups.get(group).rows()][layout.classes()];
      Arrays.stream(ones).forEach(row -> Arrays.fill(row, 1));
      double[] used = Packing.packLogits(layout, ones);
      Precision.Slots slots =
          Precision.decrypt(client, stored.logits().get(group).read(storage), used);
      noise = Math.max(noise, scale * slots.noise());
      for (double[] row : Packing.unpackLogits(layout, slots.values(), groups.get(group).rows())) {
        out.add(Arrays.stream(row).map(x -> scale * x).toArray());
      }
    }
    return new Measured(out.toArray(double[][]::new), new Precision(noise));
  }
}
