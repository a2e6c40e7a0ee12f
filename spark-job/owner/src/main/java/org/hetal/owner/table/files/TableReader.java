package org.hetal.owner.table.files;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.hetal.config.Settings;
import org.hetal.format.Shown;
import org.hetal.owner.table.Columns;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.LabelColumn;
import org.hetal.owner.table.Labels;
import org.hetal.owner.table.Table;
import org.hetal.owner.table.parquet.ParquetReader;
import org.hetal.owner.table.text.CsvReader;
import org.hetal.owner.table.text.LibsvmReader;
import org.hetal.plan.MissingValues;

/** Reads a file of rows in the form that it has. */
public final class TableReader {
  private TableReader() {}

  /**
   * Reads one split; without a file of labels they are a column of the CSV file or stand before the
   * features of libsvm's.
   *
   * @param known the names of the classes of the training rows, empty when their labels are
   *     numbers; null: these are the training rows
   * @throws DataException when it cannot be read or has a bad value
   */
  public static Table read(Settings.Source source, Settings.Data data, List<String> known) {
    Table table = read(source, DataFile.of(source.features()), data, known);
    boolean words = known != null && !known.isEmpty();
    if (words && table.classNames().isEmpty()) {
      throw new DataException(
          source.features()
              + ": expected words as labels, as the training rows have, "
              + Shown.quoted(known)
              + "; actual numbers");
    }
    return table;
  }

  private static Table read(
      Settings.Source source, DataFile features, Settings.Data data, List<String> known) {
    requireNoChoice(features, data);
    if (source.labels().isEmpty()) {
      Table rows =
          switch (features.form()) {
            case CSV -> CsvReader.read(features.path(), data, data.labelColumn(), known);
            case PARQUET -> ParquetReader.read(features.path(), data, data.labelColumn(), known);
            case LIBSVM -> LibsvmReader.read(features.path(), data.classes());
            case NPY, NPZ ->
                throw new DataException(
                    features
                        + ": expected labels beside an array of features, actual none; set labels to a"
                        + " file of labels, for an archive such as \"data.npz#y\"");
          };
      return rows.requireValid(data.classes(), data.missing());
    }
    if (features.form() == DataFile.Form.LIBSVM) {
      throw new DataException(
          features
              + ": expected labels in the file of libsvm alone, actual another file, "
              + source.labels());
    }
    Table unlabelled = unlabelled(features, data);
    LabelColumn.Classes labels = labels(DataFile.of(source.labels()), data, known);
    if (labels.labels().length != unlabelled.rows()) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: expected %d labels, one for each row of %s; actual %d",
              source.labels(),
              unlabelled.rows(),
              features,
              labels.labels().length));
    }
    return unlabelled.withLabels(labels);
  }

  /**
   * Rows without labels; those of a file of libsvm's are not looked at.
   *
   * @param data header and separator of a CSV file
   */
  public static Table unlabelled(Path file, Settings.Data data) {
    return unlabelled(DataFile.of(file.toString()), data);
  }

  /** Columns of arrays are not chosen here. */
  private static void requireNoChoice(DataFile file, Settings.Data data) {
    boolean hasColumns = file.form() == DataFile.Form.CSV || file.form() == DataFile.Form.PARQUET;
    if (!hasColumns && !(data.dropColumns().isEmpty() && data.featureColumns().isEmpty())) {
      throw new DataException(
          file
              + ": data.drop-columns and data.feature-columns: expected none but for CSV and Parquet;"
              + " take the columns out of the array, in NumPy with array[:, columns]");
    }
  }

  private static Table unlabelled(DataFile file, Settings.Data data) {
    requireNoChoice(file, data);
    Table rows =
        switch (file.form()) {
          case CSV -> CsvReader.read(file.path(), data, Columns.NO_LABEL, null);
          case PARQUET -> ParquetReader.read(file.path(), data, Columns.NO_LABEL, null);
          case LIBSVM -> LibsvmReader.read(file.path(), 0);
          case NPY, NPZ -> {
            double[][] matrix = file.matrix();
            yield new Table(file.toString(), Table.numbered(matrix.length), matrix, null);
          }
        };
    return rows.requireValid(Integer.MAX_VALUE, data.missing());
  }

  private static LabelColumn.Classes labels(DataFile file, Settings.Data data, List<String> known) {
    return switch (file.form()) {
      case CSV -> CsvReader.labels(file.path(), data, known);
      case NPY, NPZ -> {
        double[][] matrix = file.matrix();
        Table table = new Table(file.toString(), Table.numbered(matrix.length), matrix, null);
        table.requireValid(Integer.MAX_VALUE, MissingValues.REFUSE);
        yield new LabelColumn.Classes(
            Labels.ofArray(
                file.toString(), "row", table.features(), table.numbers(), data.classes()),
            List.of());
      }
      case LIBSVM, PARQUET ->
          throw new DataException(
              file
                  + ": expected a .npy, .npz or .csv file of labels, actual "
                  + file.form().name().toLowerCase(Locale.ROOT));
    };
  }
}
