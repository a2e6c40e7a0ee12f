package org.hetal.owner.table.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hetal.config.LocalPath;
import org.hetal.he.IoReason;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.FileContent;
import org.hetal.owner.table.numpy.NpyReader;
import org.hetal.owner.table.numpy.NpzReader;
import org.hetal.owner.table.parquet.ParquetParts;

/**
 * A file of data as the settings name it.
 *
 * @param member of an archive, written {@code FILE.npz#NAME}; "" when none is named
 */
record DataFile(Path path, Form form, String member) {
  /** How the rows are stored. */
  enum Form {
    CSV,
    NPY,
    NPZ,
    LIBSVM,
    PARQUET
  }

  private static final Pattern MEMBER =
      Pattern.compile("(.+\\.np[yz])#([^#]+)", Pattern.CASE_INSENSITIVE);
  private static final Pattern ENDING =
      Pattern.compile(".*\\.(parquet|csv|csv\\.gz|npy|npz|(libsvm|svmlight)(\\.gz)?)");

  /** What to do about files of other formats, by their ending. */
  private static final Map<String, String> REMEDIES =
      Map.of(
          "pq",
          "rename it to .parquet",
          "xlsx",
          "in Excel: Save As, CSV UTF-8",
          "xls",
          "in Excel: Save As, CSV UTF-8",
          "ods",
          "in LibreOffice: Save As, Text CSV, character set UTF-8",
          "json",
          "in pandas: pd.read_json(FILE).to_parquet(FILE)",
          "tsv",
          "rename it to .csv and set data.separator = \"tab\"",
          "txt",
          "rename it to .csv and set data.separator",
          "pkl",
          "in pandas: pd.read_pickle(FILE).to_parquet(FILE)",
          "feather",
          "in pandas: pd.read_feather(FILE).to_parquet(FILE)",
          "arff",
          "keep the lines below @data and rename the file to .csv");

  /**
   * Finds the file and how it is written: NumPy's two formats are told apart by their content.
   *
   * @throws DataException when there is none, or it is of a form that is not read; with the remedy
   */
  static DataFile of(String name) {
    Matcher matcher = MEMBER.matcher(name);
    boolean named = matcher.matches() && !Files.exists(path(name));
    Path path = path(named ? matcher.group(1) : name);
    String member = named ? matcher.group(2) : "";
    if (ParquetParts.isFolder(path)) {
      return new DataFile(path, Form.PARQUET, "");
    }
    if (Files.isDirectory(path)) {
      throw new DataException(
          path
              + ": expected a file or a folder with .parquet files, actual another folder; if Spark"
              + " wrote it, write it again with df.write.parquet(FOLDER)");
    }
    if (!Files.isRegularFile(path)) {
      throw new DataException(
          path
              + ": expected a file, actual "
              + (Files.exists(path) ? "a pipe or device; write the rows to a file" : "none"));
    }
    String lower = path.getFileName().toString().toLowerCase(Locale.ROOT);
    if (!ENDING.matcher(lower).matches()) {
      String ending = lower.substring(lower.lastIndexOf('.') + 1);
      throw new DataException(
          path
              + ": expected .parquet, .csv, .csv.gz, .npy, .npz or .libsvm, actual another ending; "
              + REMEDIES.getOrDefault(ending, "write it as .csv or .npy"));
    }
    Form form = form(path, lower);
    if (named && form != Form.NPZ) {
      throw new DataException(name + ": expected an .npz archive before #, actual a single array");
    }
    return new DataFile(path, form, member);
  }

  private static Path path(String name) {
    try {
      return LocalPath.parse(name);
    } catch (IllegalArgumentException e) {
      throw new DataException("data: " + e.getMessage(), e);
    }
  }

  private static Form form(Path path, String lower) {
    if (lower.matches(".*\\.csv(\\.gz)?")) {
      return Form.CSV;
    }
    if (lower.endsWith(".parquet")) {
      return Form.PARQUET;
    }
    if (!lower.matches(".*\\.np[yz]")) {
      return Form.LIBSVM;
    }
    try (InputStream in = Files.newInputStream(path)) {
      return FileContent.isZip(in.readNBytes(FileContent.HEAD)) ? Form.NPZ : Form.NPY;
    } catch (IOException e) {
      throw new DataException(path + ": cannot be read: " + IoReason.of(e), e);
    }
  }

  /** The matrix of NumPy's file. */
  double[][] matrix() {
    return form == Form.NPZ ? NpzReader.matrix(path, member) : NpyReader.matrix(path);
  }

  /** The file, with the member if one is named. */
  @Override
  public String toString() {
    return path + (member.isEmpty() ? "" : "#" + member);
  }
}
