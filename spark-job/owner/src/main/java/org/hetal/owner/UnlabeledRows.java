package org.hetal.owner;

import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.hetal.config.Settings;
import org.hetal.owner.data.Splits;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Table;
import org.hetal.owner.table.files.TableReader;
import org.hetal.plan.MissingValues;

/**
 * Rows to predict, in the clear.
 *
 * @param source names the rows in messages and in the record
 * @param table the rows
 * @param seenInPreparation whether the rows belong to the data set by which they are scaled: rows
 *     of its test split may be longer than {@code data.row-norm-bound} allows new ones to be
 */
public record UnlabeledRows(String source, Table table, boolean seenInPreparation) {

  /**
   * Reads a file: .parquet or a folder of them, .csv, .csv.gz, .npy, .npz#NAME or .libsvm, features
   * only.
   *
   * @param settings header and separator of a CSV file
   * @param file where it is
   * @return the rows
   * @throws DataException at the first bad value
   */
  public static UnlabeledRows read(Settings settings, Path file) {
    return new UnlabeledRows(file.toString(), TableReader.unlabelled(file, settings.data()), false);
  }

  /**
   * Rows of an array.
   *
   * @param features [rows][columns], finite numbers, the columns of the training rows; NaN for a
   *     missing value, which is filled in or refused as in the training rows
   * @return the rows
   * @throws DataException at the first bad value
   */
  public static UnlabeledRows of(double[][] features) {
    Table table = Table.ofArrays("rows to predict", List.of(), features, null);
    return new UnlabeledRows(
        table.source(), table.requireValid(Integer.MAX_VALUE, MissingValues.ZERO), false);
  }

  /**
   * Rows of a Spark data frame, collected to this process.
   *
   * @param settings what becomes of missing values
   * @param dataset the rows
   * @param featureColumns as for {@link LabeledData#of(Settings, Dataset, List, String)}
   * @return the rows
   * @throws DataException at the first bad value
   */
  public static UnlabeledRows of(
      Settings settings, Dataset<Row> dataset, List<String> featureColumns) {
    Table table = SparkRows.table(dataset, featureColumns, null, settings.data());
    return new UnlabeledRows(table.source(), table, false);
  }

  /**
   * The test rows of a data set.
   *
   * @param splits rows of a data set
   * @return the rows
   * @throws DataException when it has none
   */
  static UnlabeledRows ofTest(Splits splits) {
    if (splits.test() == null) {
      throw new DataException("data.test: expected a test split, actual none");
    }
    return new UnlabeledRows("data.test", splits.test(), true);
  }
}
