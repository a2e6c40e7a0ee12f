package org.hetal.features;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.AtomicFile;
import org.hetal.he.FileWriteException;
import org.hetal.he.library.OwnerOnly;

/**
 * A file of features that is written row by row and is there with all its rows or not at all: the
 * rows go to a file of a random name beside it, which {@link #commit} moves. Replaces a file that
 * exists. Features are data in the clear: the file has mode 0600.
 */
abstract class FeatureFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path target;
  private final Path part;

  FeatureFile(Path target) {
    this.target = target;
    this.part = AtomicFile.temporary(target);
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
   * @param target by whose ending the format is chosen; a folder above it is made with mode 0700
   * @param folder whose images the rows are, in its order
   * @param columns features per row
   * @throws FileWriteException when it cannot be written
   */
  static FeatureFile open(Path target, ImageFolder folder, int columns) {
    try {
      Path parent = target.toAbsolutePath().getParent();
      OwnerOnly.makeFolder(parent);
      new LocalStorage(parent).removeLeftovers(target.getFileName().toString());
      FeatureFile file =
          switch (Format.of(target)) {
            case PARQUET -> new ParquetFeatures(target, folder.isLabeled());
            case CSV_GZIP -> new CsvFeatures(target, folder.isLabeled(), columns);
            case NPY -> new NpyFeatures(target, folder, columns);
          };
      file.begin(file.create());
      return file;
    } catch (IOException e) {
      throw FileWriteException.of(target, e);
    }
  }

  private OutputStream create() throws IOException {
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    FileChannel channel = FileChannel.open(part, options, OwnerOnly.file());
    return new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
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
      try (FileChannel written = FileChannel.open(part, StandardOpenOption.WRITE)) {
        written.force(true);
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      AtomicFile.synchronize(target.toAbsolutePath().getParent());
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

  final Path target() {
    return target;
  }

  /** Takes the stream of the rows, which {@link #end} closes. */
  abstract void begin(OutputStream out) throws IOException;

  abstract void write(ImageFolder.Image image, float[] features) throws IOException;

  /** Closes the stream; does nothing the second time. */
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
