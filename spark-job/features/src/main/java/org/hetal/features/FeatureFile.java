package org.hetal.features;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.hetal.he.FileWriteException;

/**
 * A file of features that is written row by row and is there with all its rows or not at all: the
 * rows go to a file beside it, which {@link #commit} moves. Replaces a file that exists.
 */
abstract class FeatureFile implements AutoCloseable {
  private final Path target;
  private final Path part;

  FeatureFile(Path target) {
    this.target = target;
    this.part = target.resolveSibling(target.getFileName() + ".part");
  }

  /** The formats, by the ending of the file. */
  enum Format {
    PARQUET(".parquet"),
    CSV_GZIP(".csv.gz"),
    NPY(".npy");

    private final String ending;

    Format(String ending) {
      this.ending = ending;
    }

    /** The format of a file, or null when its ending is none of these. */
    static Format of(Path file) {
      String name = file.getFileName() == null ? "" : file.getFileName().toString();
      for (Format format : values()) {
        if (name.endsWith(format.ending) && name.length() > format.ending.length()) {
          return format;
        }
      }
      return null;
    }

    /** The name of a file beside this one. */
    Path beside(Path file, String suffix) {
      String name = file.getFileName().toString();
      return file.resolveSibling(name.substring(0, name.length() - ending.length()) + suffix);
    }
  }

  /**
   * Opens a file for the rows of a folder.
   *
   * @param target by whose ending the format is chosen; folders above it are made
   * @param folder whose images the rows are, in its order
   * @param columns features per row
   * @throws FileWriteException when it cannot be written
   */
  static FeatureFile open(Path target, ImageFolder folder, int columns) {
    try {
      Files.createDirectories(target.toAbsolutePath().getParent());
      FeatureFile file =
          switch (Format.of(target)) {
            case PARQUET -> new ParquetFeatures(target, folder.isLabeled());
            case CSV_GZIP -> new CsvFeatures(target, folder.isLabeled(), columns);
            case NPY -> new NpyFeatures(target, folder, columns);
          };
      Files.deleteIfExists(file.part());
      file.begin();
      return file;
    } catch (IOException e) {
      throw FileWriteException.of(target, e);
    }
  }

  /** Adds the row of the next image. */
  final void add(ImageFolder.Image image, float[] features) {
    try {
      write(image, features);
    } catch (IOException e) {
      throw FileWriteException.of(target, e);
    }
  }

  /**
   * Ends the file and puts it in its place.
   *
   * @return the files that were written
   */
  final List<Path> commit() {
    try {
      end();
      List<Path> others = writeOthers();
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return concatenated(target, others);
    } catch (IOException e) {
      throw FileWriteException.of(target, e);
    }
  }

  /** Removes what is not committed. */
  @Override
  public final void close() {
    try {
      end();
    } catch (IOException e) {
      // What could not be ended is deleted now; commit reports such a failure.
    }
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      throw FileWriteException.of(part, e);
    }
  }

  final Path part() {
    return part;
  }

  final Path target() {
    return target;
  }

  /** Opens {@link #part}. */
  abstract void begin() throws IOException;

  abstract void write(ImageFolder.Image image, float[] features) throws IOException;

  /** Closes {@link #part}; does nothing the second time. */
  abstract void end() throws IOException;

  /** Writes what belongs to the file besides the rows. */
  List<Path> writeOthers() throws IOException {
    return List.of();
  }

  private static List<Path> concatenated(Path first, List<Path> others) {
    List<Path> out = new ArrayList<>(List.of(first));
    out.addAll(others);
    return List.copyOf(out);
  }
}
