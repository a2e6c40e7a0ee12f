package org.hetal.owner.table.files;

import java.nio.file.Path;
import java.util.Locale;
import org.hetal.config.Settings;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Labels;
import org.hetal.owner.table.Table;
import org.hetal.owner.table.text.CsvReader;
import org.hetal.owner.table.text.LibsvmReader;

/** Reads a file of rows in the form that it has. */
public final class TableReader {
  private TableReader() {}

  /**
   * Reads one split; without a file of labels they are a column of the CSV file or stand before the
   * features of libsvm's.
   *
   * @throws DataException when it cannot be read or has a bad value
   */
  public static Table read(Settings.Source source, Settings.Data data) {
    DataFile features = DataFile.of(source.features());
    if (source.labels().isEmpty()) {
      Table rows =
          switch (features.form()) {
            case CSV -> CsvReader.read(features.path(), data, data.labelColumn());
            case LIBSVM -> LibsvmReader.read(features.path(), data.classes());
            case NPY, NPZ ->
                throw new DataException(
                    features
                        + ": expected labels beside an array of features, actual none; set labels to a"
                        + " file of labels, for an archive such as \"data.npz#y\"");
          };
      return rows.requireValid(data.classes());
    }
    if (features.form() == DataFile.Form.LIBSVM) {
      throw new DataException(
          features
              + ": expected labels in the file of libsvm alone, actual another file, "
              + source.labels());
    }
    Table unlabelled = unlabelled(features, data);
    int[] labels = labels(DataFile.of(source.labels()), data);
    if (labels.length != unlabelled.rows()) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: expected %d labels, one for each row of %s; actual %d",
              source.labels(),
              unlabelled.rows(),
              features,
              labels.length));
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

  private static Table unlabelled(DataFile file, Settings.Data data) {
    Table rows =
        switch (file.form()) {
          case CSV -> CsvReader.read(file.path(), data, CsvReader.NO_LABEL);
          case LIBSVM -> LibsvmReader.read(file.path(), 0);
          case NPY, NPZ -> {
            double[][] matrix = file.matrix();
            yield new Table(file.toString(), Table.numbered(matrix.length), matrix, null);
          }
        };
    return rows.requireValid(Integer.MAX_VALUE);
  }

  private static int[] labels(DataFile file, Settings.Data data) {
    if (file.form() == DataFile.Form.LIBSVM) {
      throw new DataException(
          file + ": expected a .npy, .npz or .csv file of labels, actual libsvm");
    }
    Table table = unlabelled(file, data);
    return Labels.ofArray(
        file.toString(),
        table.sourceColumns().rowWord(),
        table.features(),
        table.numbers(),
        data.classes());
  }
}
