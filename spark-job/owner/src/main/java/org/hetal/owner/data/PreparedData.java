package org.hetal.owner.data;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.hetal.config.Settings;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Table;
import org.hetal.plan.DataShape;

/**
 * The owner's data, read, checked and prepared, in the clear.
 *
 * @param splits the raw rows, missing values filled in
 * @param preparation how raw rows become these
 * @param train [rows][features], bias last, in the order of encryption
 * @param test null when there is no test split
 * @param warnings what is possible and yet most likely a mistake, one line each, for people
 */
public record PreparedData(
    Splits splits,
    Preparation preparation,
    double[][] train,
    double[][] validation,
    double[][] test,
    List<String> warnings) {

  /**
   * Reads and checks everything before anything is encrypted.
   *
   * @throws DataException at the first bad value
   */
  public static PreparedData read(Settings.Data data) {
    return of(Splits.read(data), data);
  }

  /** Prepares rows that are there already. */
  public static PreparedData of(Splits splits, Settings.Data data) {
    return of(splits, Preparation.fit(splits, data), data);
  }

  /** Prepares rows as others were prepared before. */
  public static PreparedData of(Splits raw, Preparation preparation, Settings.Data data) {
    Splits splits = raw.map(preparation::filled);
    return new PreparedData(
        splits,
        preparation,
        preparation.apply(splits.train()),
        preparation.apply(splits.validation()),
        splits.test() == null ? null : preparation.applyToNew(splits.test()),
        DataWarnings.of(splits, preparation, data));
  }

  /**
   * Prepares rows of one of several owners by what all of them agreed on.
   *
   * @throws DataException at the first bad value, and for a row that is longer than the bound
   */
  public static PreparedData ofCommon(Splits raw, Preparation common, Settings.Data data) {
    Splits splits = raw.map(common::filled);
    return new PreparedData(
        splits,
        common,
        common.applyWithin(splits.train()),
        common.applyWithin(splits.validation()),
        splits.test() == null ? null : common.applyToNew(splits.test()),
        DataWarnings.ofCommon(splits, common, data));
  }

  /** What was dropped, one line each, for people. */
  public List<String> notes() {
    Table train = splits.train();
    String dropped =
        IntStream.range(0, preparation.columns())
            .filter(column -> Arrays.binarySearch(preparation.kept(), column) < 0)
            .mapToObj(train::columnName)
            .collect(Collectors.joining(", "));
    return dropped.isEmpty()
        ? List.of()
        : List.of(
            "constant to 12 digits in the training rows and dropped (the bias takes their place): "
                + dropped);
  }

  public int[] trainLabels() {
    return splits.train().labels();
  }

  public int[] validationLabels() {
    return splits.validation().labels();
  }

  /** Null when there is no test split. */
  public int[] testLabels() {
    return splits.test() == null ? null : splits.test().labels();
  }

  /** The numbers that a plan depends on. */
  public DataShape shape() {
    return new DataShape(train.length, validation.length, preparation.features());
  }
}
