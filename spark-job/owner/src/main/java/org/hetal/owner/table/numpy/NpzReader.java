package org.hetal.owner.table.numpy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.hetal.format.Shown;
import org.hetal.he.IoReason;
import org.hetal.owner.table.DataException;

/** Matrices in NumPy's {@code .npz} format: a zip archive of {@code .npy} files. */
public final class NpzReader {
  private static final String ENDING = ".npy";

  /** Deflate makes at most 1032 bytes of one. */
  private static final long LARGEST_RATIO = 1100;

  private NpzReader() {}

  /**
   * A matrix of an archive.
   *
   * @param member its name as in numpy.savez; "": the only one
   * @throws DataException when there is no such member, or it is none of numbers
   */
  public static double[][] matrix(Path file, String member) {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      List<String> names =
          zip.stream().map(ZipEntry::getName).filter(name -> name.endsWith(ENDING)).toList();
      ZipEntry entry = zip.getEntry(chosen(file, names, member));
      long bytes = entry.getSize();
      if (bytes < 0 || bytes > LARGEST_RATIO * Files.size(file)) {
        throw new DataException(
            file + "#" + member + ": expected an entry of a known size, actual " + bytes);
      }
      try (InputStream in = new BufferedInputStream(zip.getInputStream(entry), 1 << 16)) {
        double[][] matrix = NpyReader.matrix(file + "#" + plain(entry.getName()), in, bytes);
        if (in.read() >= 0) {
          throw new DataException(
              file + ": expected the end of " + entry.getName() + ", actual more");
        }
        return matrix;
      }
    } catch (IOException e) {
      throw new DataException(
          file + ": expected a whole .npz archive, actual: " + IoReason.of(e), e);
    } catch (IllegalArgumentException e) {
      throw new DataException(
          file + ": expected a whole .npz archive, actual: " + e.getMessage(), e);
    }
  }

  private static String chosen(Path file, List<String> names, String member) {
    if (names.stream().distinct().count() < names.size()) {
      throw new DataException(
          file + ": expected a different name for each array, actual " + Shown.quoted(names));
    }
    if (names.contains(member + ENDING)) {
      return member + ENDING;
    }
    if (member.isEmpty() && names.size() == 1) {
      return names.get(0);
    }
    List<String> known = names.stream().map(NpzReader::plain).toList();
    String example = known.isEmpty() ? "NAME" : Shown.unquoted(known.get(0));
    throw new DataException(
        String.format(
            Locale.ROOT,
            "%s: expected the name of one of its arrays, %s; actual %s; write %s#%s",
            file,
            known.isEmpty() ? "of which it has none" : Shown.quoted(known),
            member.isEmpty() ? "no name" : Shown.quoted(member),
            file,
            example));
  }

  private static String plain(String name) {
    return name.substring(0, name.length() - ENDING.length());
  }
}
