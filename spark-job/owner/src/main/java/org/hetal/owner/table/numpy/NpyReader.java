package org.hetal.owner.table.numpy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.hetal.he.IoReason;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Heap;

/** Matrices in NumPy's {@code .npy} format, in C or Fortran order. */
public final class NpyReader {
  private static final int CHUNK = 1 << 16;

  private NpyReader() {}

  /**
   * A matrix [rows][columns]; a vector is one column.
   *
   * @throws DataException when the file is none of numbers, or longer or shorter than its shape
   *     says
   */
  public static double[][] matrix(Path file) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), CHUNK)) {
      return matrix(file.toString(), in, Files.size(file));
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + IoReason.of(e), e);
    }
  }

  /**
   * The matrix of a stream that holds an array and nothing else.
   *
   * @param where the array, for messages
   * @param bytes of the stream, checked before anything is allocated
   */
  public static double[][] matrix(String where, InputStream in, long bytes) throws IOException {
    NpyHeader header = NpyHeader.read(where, in);
    long actual = bytes - header.length();
    requireSize(where, header, actual);
    Heap.require(where, header.rows(), header.columns());
    Elements elements = new Elements(where, header, in);
    double[][] out = new double[header.rows()][];
    if (header.fortran()) {
      for (int row = 0; row < out.length; row++) {
        out[row] = new double[header.columns()];
      }
      for (int column = 0; column < header.columns(); column++) {
        for (double[] row : out) {
          row[column] = elements.next();
        }
      }
    } else {
      for (int row = 0; row < out.length; row++) {
        out[row] = new double[header.columns()];
        for (int column = 0; column < header.columns(); column++) {
          out[row][column] = elements.next();
        }
      }
    }
    return out;
  }

  private static void requireSize(String where, NpyHeader header, long actual) {
    long elements = (long) header.rows() * header.columns();
    boolean overflow = elements > Long.MAX_VALUE / header.type().bytes();
    if (overflow || header.contentBytes() != actual) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: expected %s bytes for the shape %s, actual %d; %s",
              where,
              overflow ? "more than 2^63" : String.valueOf(header.contentBytes()),
              header.shape(),
              actual,
              !overflow && header.contentBytes() < actual
                  ? "something follows the array: save it alone"
                  : "the file was cut: copy or save it again"));
    }
  }

  /** The elements in the order of the file. */
  private static final class Elements {
    private final String where;
    private final NpyType type;
    private final InputStream in;
    private long left;
    private ByteBuffer chunk = ByteBuffer.allocate(0);

    Elements(String where, NpyHeader header, InputStream in) {
      this.where = where;
      this.type = header.type();
      this.in = in;
      this.left = header.contentBytes();
    }

    double next() throws IOException {
      if (!chunk.hasRemaining()) {
        byte[] bytes = in.readNBytes((int) Math.min(CHUNK, left));
        if (bytes.length == 0 || bytes.length % type.bytes() != 0) {
          throw new DataException(
              where + ": expected " + left + " more bytes, actual the end of the file");
        }
        left -= bytes.length;
        chunk = ByteBuffer.wrap(bytes).order(type.order());
      }
      return type.next(chunk);
    }
  }
}
