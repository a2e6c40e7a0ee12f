package org.hetal.owner.contribution;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.hetal.config.Settings;
import org.hetal.owner.data.Splits;
import org.hetal.owner.table.Table;
import org.hetal.owner.table.files.DataFiles;

/** Rows of three owners, whose columns are as different as columns may be. */
final class OwnersRows {
  static final List<String> NAMES =
      List.of("plain", "far", "constant", "small", "indicator", "rare", "large");

  private OwnersRows() {}

  /** Data settings of pairs of name and value, of two classes. */
  static Settings.Data data(String... pairs) {
    String[] all = new String[pairs.length + 2];
    System.arraycopy(pairs, 0, all, 2, pairs.length);
    all[0] = "classes";
    all[1] = "2";
    return DataFiles.data(all);
  }

  /** Rows of one owner; its numbers have a mean of their own. */
  static double[][] rows(long seed, int count, double missingShare) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] out = new double[count][];
    for (int row = 0; row < count; row++) {
      out[row] =
          new double[] {
            seed + random.nextGaussian(),
            1e9 + random.nextGaussian(),
            7.1,
            1e-9 * (1 + random.nextGaussian()),
            random.nextInt(2),
            row == 3 ? 1 : 0,
            1e20 * random.nextGaussian()
          };
      for (int column = 0; column < out[row].length && missingShare > 0; column++) {
        out[row][column] = random.nextDouble() < missingShare ? Double.NaN : out[row][column];
      }
    }
    return out;
  }

  static Splits splits(double[][] train, double[][] validation) {
    return new Splits(
        Table.ofArrays("train", NAMES, train, new int[train.length]),
        Table.ofArrays("validation", NAMES, validation, new int[validation.length]),
        null);
  }

  /** Of three owners with 200, 150 and 37 rows, and 20, 10 and 3 to validate with. */
  static List<Splits> three(double missingShare) {
    return List.of(
        splits(rows(1, 200, missingShare), rows(11, 20, missingShare)),
        splits(rows(2, 150, missingShare), rows(12, 10, missingShare)),
        splits(rows(3, 37, missingShare), rows(13, 3, missingShare)));
  }

  /** One owner with the rows of all. */
  static Splits union(List<Splits> owners) {
    List<double[]> train = new ArrayList<>();
    List<double[]> validation = new ArrayList<>();
    for (Splits owner : owners) {
      train.addAll(List.of(owner.train().features()));
      validation.addAll(List.of(owner.validation().features()));
    }
    return splits(train.toArray(double[][]::new), validation.toArray(double[][]::new));
  }
}
