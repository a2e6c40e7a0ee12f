package org.hetal.owner.data;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.hetal.config.Settings;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Table;
import org.hetal.owner.table.files.TableReader;

/**
 * The rows to train on, to validate with and, perhaps, to test with. Splits without a file of their
 * own are cut from the training file, after one shuffle.
 *
 * @param test null when there is none
 */
public record Splits(Table train, Table validation, Table test) {

  /**
   * Reads and cuts.
   *
   * @throws DataException when a file or a value is bad, or nothing is left to train or validate on
   */
  public static Splits read(Settings.Data data) {
    if (!data.train().isPresent()) {
      throw new DataException("data.train.features: expected a file, actual none is set");
    }
    Table train = TableReader.read(data.train(), data, null);
    return cut(
        train,
        data.validation().isPresent()
            ? () -> TableReader.read(data.validation(), data, train.classNames())
            : null,
        data.test().isPresent()
            ? () -> TableReader.read(data.test(), data, train.classNames())
            : null,
        data);
  }

  /** The splits with another table for each. */
  public Splits map(UnaryOperator<Table> change) {
    return new Splits(
        change.apply(train), change.apply(validation), test == null ? null : change.apply(test));
  }

  /**
   * Shuffles rows and cuts off those to validate and test with.
   *
   * @param labeled rows to train on, in file order
   * @param ownValidation rows to validate with; null: cut from {@code labeled}
   * @param ownTest rows to test with; null: cut from {@code labeled}
   * @param data seed of the shuffle, fractions
   * @throws DataException when nothing is left to train or validate on
   */
  public static Splits cut(
      Table labeled, Supplier<Table> ownValidation, Supplier<Table> ownTest, Settings.Data data) {
    Table all = labeled.select(order(labeled.rows(), data.shuffleSeed()));
    int validationRows = ownValidation != null ? 0 : (int) (all.rows() * data.validationFraction());
    int testRows = ownTest != null ? 0 : (int) (all.rows() * data.testFraction());
    int trainRows = all.rows() - validationRows - testRows;
    if (trainRows < 1 || (ownValidation == null && validationRows < 1)) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: expected rows to train on and to validate with, actual %d and %d of %d",
              all.source(),
              trainRows,
              validationRows,
              all.rows()));
    }
    Table train = range(all, 0, trainRows);
    Table validation =
        ownValidation != null ? ownValidation.get() : range(all, trainRows, validationRows);
    Table test =
        ownTest != null
            ? ownTest.get()
            : testRows > 0 ? range(all, trainRows + validationRows, testRows) : null;
    return new Splits(
        train, likeTrain(train, validation), test == null ? null : likeTrain(train, test));
  }

  private static Table likeTrain(Table train, Table other) {
    return other
        .requireNames(train.sourceColumns().names(), train.source())
        .withColumns(train.columns(), train.source());
  }

  private static Table range(Table all, int first, int rows) {
    return all.select(IntStream.range(first, first + rows).toArray());
  }

  /** Fisher and Yates. */
  private static int[] order(int rows, Long seed) {
    int[] order = IntStream.range(0, rows).toArray();
    if (seed == null) {
      return order;
    }
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = rows - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  /** One line for people. */
  public String describe() {
    long classes = Arrays.stream(train.labels()).distinct().count();
    return String.format(
        Locale.ROOT,
        "%d rows to train on, %d to validate with, %d to test with; %d columns; %d labels seen",
        train.rows(),
        validation.rows(),
        test == null ? 0 : test.rows(),
        train.columns(),
        classes);
  }
}
