package org.hetal.owner.table.parquet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.hetal.he.IoReason;
import org.hetal.owner.table.DataException;

/** The files of a Parquet data set: one, or the part files of a folder as Spark writes it. */
public final class ParquetParts {
  private static final String ENDING = ".parquet";

  private ParquetParts() {}

  /**
   * Whether the path is a folder with part files, or one of folders that Spark made by a column.
   */
  public static boolean isFolder(Path folder) {
    return Files.isDirectory(folder)
        && list(folder).stream()
            .anyMatch(
                path -> isPart(path) || (Files.isDirectory(path) && name(path).contains("=")));
  }

  /**
   * The part files, by name.
   *
   * @throws DataException when the folder is unfinished or divided by a column
   */
  static List<Path> of(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    for (Path entry : list(path)) {
      if (name(entry).equals("_temporary")) {
        throw new DataException(
            path
                + ": expected a folder that Spark finished, actual one with _temporary; write it"
                + " again, or delete _temporary if the job that made it has ended");
      }
      if (Files.isDirectory(entry) && name(entry).contains("=")) {
        throw new DataException(
            path
                + ": expected part files, actual the folder "
                + name(entry)
                + ": partitionBy takes that column out of the files; write it without partitionBy");
      }
    }
    return list(path).stream().filter(ParquetParts::isPart).toList();
  }

  /** Spark's own files start with _ or a dot. */
  private static boolean isPart(Path path) {
    String name = name(path);
    return name.endsWith(ENDING)
        && !name.startsWith("_")
        && !name.startsWith(".")
        && Files.isRegularFile(path);
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    } catch (IOException e) {
      throw new DataException(folder + ": cannot be read: " + IoReason.of(e), e);
    }
  }
}
