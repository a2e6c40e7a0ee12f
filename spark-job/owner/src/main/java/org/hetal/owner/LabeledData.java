package org.hetal.owner;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.hetal.config.Settings;
import org.hetal.owner.contribution.CommonPreparation;
import org.hetal.owner.data.Preparation;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.data.Splits;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Table;
import org.hetal.plan.DataShape;

/**
 * The owner's rows with their labels, in the clear, split into training, validation and test rows.
 * Files are read when they are first needed, and then once. Not thread-safe.
 */
public final class LabeledData {
  private final Settings.Data how;
  private final Supplier<Splits> source;
  private Splits splits;
  private PreparedData prepared;
  private Consumer<PreparedData> listener = data -> {};

  private LabeledData(Settings.Data how, Supplier<Splits> source) {
    this.how = how;
    this.source = source;
  }

  /**
   * Rows of one split.
   *
   * @param features [rows][columns], finite numbers, NaN for a missing value, all rows equally long
   * @param labels 0 to classes - 1, one per row
   */
  public record Rows(double[][] features, int[] labels) {}

  /**
   * The files that {@code data.train}, {@code data.validation} and {@code data.test} name.
   *
   * @param settings how the files are read and split
   * @return the data
   */
  public static LabeledData read(Settings settings) {
    return new LabeledData(settings.data(), () -> Splits.read(settings.data()));
  }

  /**
   * Rows of arrays, shuffled with {@code data.shuffle-seed} and split by {@code
   * data.validation-fraction} and {@code data.test-fraction}.
   *
   * @param settings number of classes, scaling and fractions
   * @param features [rows][columns], finite numbers, NaN for a missing value (see {@code
   *     data.missing}), all rows equally long
   * @param labels 0 to {@code data.classes} - 1, one per row
   * @return the data
   * @throws DataException at the first bad value, or when a split has no rows
   */
  public static LabeledData of(Settings settings, double[][] features, int[] labels) {
    return of(settings, List.of(), new Rows(features, labels), null, null);
  }

  /**
   * Rows of arrays that are split already, or partly.
   *
   * @param settings number of classes and scaling
   * @param names of the columns; empty when they have none
   * @param train rows to train on
   * @param validation rows for early stopping; null: split from {@code train}
   * @param test rows to evaluate with; null: split from {@code train}, none if {@code
   *     data.test-fraction} is 0
   * @return the data
   * @throws DataException at the first bad value, or when a split has no rows
   */
  public static LabeledData of(
      Settings settings, List<String> names, Rows train, Rows validation, Rows test) {
    Settings.Data how = settings.data();
    Splits splits =
        Splits.cut(
            table("training rows", names, train, how),
            validation == null ? null : () -> table("validation rows", names, validation, how),
            test == null ? null : () -> table("test rows", names, test, how),
            how);
    return new LabeledData(how, () -> splits);
  }

  private static Table table(String source, List<String> names, Rows rows, Settings.Data how) {
    return Table.ofArrays(source, names, rows.features(), rows.labels())
        .requireValid(how.classes(), how.missing());
  }

  /**
   * Rows of a Spark data frame, collected to this process, shuffled with {@code data.shuffle-seed}
   * and split by {@code data.validation-fraction} and {@code data.test-fraction}. The order of the
   * rows must be the same each time: sort them if Spark may change it.
   *
   * @param settings number of classes, scaling and fractions
   * @param dataset the rows
   * @param featureColumns columns of numbers, arrays of numbers or vectors of Spark ML, which are
   *     put side by side; a null among numbers is a missing value (see {@code data.missing})
   * @param labelColumn numbers of 0 to {@code data.classes} - 1, or words, which are numbered in
   *     sorted order
   * @return the data
   * @throws DataException at the first bad value, or when a split has no rows
   */
  public static LabeledData of(
      Settings settings, Dataset<Row> dataset, List<String> featureColumns, String labelColumn) {
    Settings.Data how = settings.data();
    Table table = SparkRows.table(dataset, featureColumns, labelColumn, how);
    Splits splits = Splits.cut(table, null, null, how);
    return new LabeledData(how, () -> splits);
  }

  /**
   * Has the listener told of the data each time they are prepared; for reports to people.
   *
   * @param told told from now on
   * @return this
   */
  public LabeledData onPrepared(Consumer<PreparedData> told) {
    listener = told;
    return this;
  }

  /**
   * The rows, scaled as the settings say and with the bias appended: what is encrypted.
   *
   * @return the prepared rows of all splits
   * @throws DataException at the first bad value
   */
  public PreparedData prepared() {
    if (prepared == null) {
      prepared = PreparedData.of(splits(), how);
      listener.accept(prepared);
    }
    return prepared;
  }

  /**
   * The rows, scaled as those of another data set were.
   *
   * @param earlier of that data set
   * @param classNames of that data set, which may have words that these rows lack
   * @return the prepared rows of all splits
   * @throws DataException at the first bad value
   */
  PreparedData prepared(Preparation earlier, List<String> classNames) {
    PreparedData data = PreparedData.of(splitsIn(classNames), earlier, how);
    listener.accept(data);
    return data;
  }

  /**
   * The rows, scaled as several owners agreed.
   *
   * @param common of the owners; its classes may be more than these rows have
   * @return the prepared rows of all splits
   * @throws DataException at the first bad value, and for a row that is longer than the bound
   */
  PreparedData commonlyPrepared(CommonPreparation common) {
    PreparedData data =
        PreparedData.ofCommon(splitsIn(common.classNames()), common.preparation(), how);
    listener.accept(data);
    return data;
  }

  private Splits splitsIn(List<String> classNames) {
    return splits().map(table -> table.inClasses(classNames));
  }

  /** {@return the numbers that a plan depends on; reads the rows if they were not read before} */
  public DataShape shape() {
    return prepared().shape();
  }

  /** {@return the rows to train on, as they were given; not a copy} */
  public Rows trainingRows() {
    return rows(splits().train());
  }

  /** {@return the rows for early stopping, as they were given; not a copy} */
  public Rows validationRows() {
    return rows(splits().validation());
  }

  /** {@return the rows to evaluate with, as they were given; not a copy} */
  public Optional<Rows> testRows() {
    return Optional.ofNullable(splits().test()).map(LabeledData::rows);
  }

  /** {@return the word of each class in the data; empty when labels are numbers} */
  public List<String> classNames() {
    return splits().train().classNames();
  }

  private static Rows rows(Table table) {
    return new Rows(table.features(), table.labels());
  }

  /** {@return the rows as they were given} */
  Splits splits() {
    if (splits == null) {
      splits = source.get();
    }
    return splits;
  }
}
