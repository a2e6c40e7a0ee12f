package org.hetal.owner.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.hetal.config.LocalPath;
import org.hetal.config.Settings;

/** Reads a file of rows by what its name ends with. */
public final class TableReader {
  private TableReader() {}

  /**
   * Reads one split; without a file of labels they are a column of the CSV file.
   *
   * @throws DataException when it cannot be read or has a bad value
   */
  public static Table read(Settings.Source source, Settings.Data data) {
    Path features = existing(source.features());
    if (source.labels().isEmpty()) {
      if (isNpy(features)) {
        throw new DataException(
            features + ": expected a file of labels beside a .npy file of features, actual none");
      }
      return CsvReader.read(features, data.header(), data.labelColumn())
          .requireValid(data.classes());
    }
    Table rows = unlabelled(features, data.header());
    Path labels = existing(source.labels());
    int[] values = NpyReader.labels(requireNpy(labels));
    if (values.length != rows.rows()) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: expected %d labels, one a row of %s; actual %d",
              labels,
              rows.rows(),
              features,
              values.length));
    }
    return new Table(rows.source(), rows.numbers(), rows.features(), values)
        .requireValid(data.classes());
  }

  /** Rows without labels. */
  public static Table unlabelled(Path file, boolean header) {
    Path features = existing(file.toString());
    Table rows =
        isNpy(features)
            ? numbered(features, NpyReader.matrix(features))
            : CsvReader.read(features, header, CsvReader.NO_LABEL);
    return rows.requireValid(Integer.MAX_VALUE);
  }

  private static Table numbered(Path file, double[][] rows) {
    return new Table(file.toString(), Table.numbered(rows.length), rows, null);
  }

  private static Path existing(String name) {
    Path file = LocalPath.of("data", name);
    if (!Files.isRegularFile(file)) {
      throw new DataException(file + ": expected a file, actual none");
    }
    if (!name.matches(".*\\.(npy|csv|csv\\.gz)")) {
      throw new DataException(file + ": expected .npy, .csv or .csv.gz, actual another ending");
    }
    return file;
  }

  private static Path requireNpy(Path file) {
    if (!isNpy(file)) {
      throw new DataException(file + ": expected a .npy file of labels, actual another ending");
    }
    return file;
  }

  private static boolean isNpy(Path file) {
    return file.toString().endsWith(".npy");
  }
}
