package org.hetal.owner.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Arrays in NumPy's {@code .npy} format: little-endian float32, float64, int32, int64 (and uint8),
 * C order, one or two dimensions, format versions 1 to 3.
 */
final class NpyReader {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{\\s*'descr':\\s*'([^']*)',\\s*'fortran_order':\\s*(True|False),"
              + "\\s*'shape':\\s*\\(([0-9, ]*)\\),?\\s*\\}\\s*");

  private NpyReader() {}

  private record Header(String type, int rows, int columns, int end) {}

  /** A matrix [rows][columns]; a vector is one column. */
  static double[][] matrix(Path file) {
    byte[] bytes = bytes(file);
    Header header = header(file, bytes);
    ByteBuffer in = content(file, bytes, header);
    double[][] out = new double[header.rows()][header.columns()];
    for (double[] row : out) {
      for (int column = 0; column < row.length; column++) {
        row[column] = next(in, header.type());
      }
    }
    return out;
  }

  /** Whole numbers, one a row. */
  static int[] labels(Path file) {
    byte[] bytes = bytes(file);
    Header header = header(file, bytes);
    if (header.columns() != 1) {
      throw new DataException(
          file + ": expected one label a row, actual " + header.columns() + " columns");
    }
    ByteBuffer in = content(file, bytes, header);
    int[] out = new int[header.rows()];
    for (int row = 0; row < out.length; row++) {
      out[row] = CsvReader.label(file + " row " + (row + 1), next(in, header.type()));
    }
    return out;
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException | OutOfMemoryError e) {
      throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static Header header(Path file, byte[] bytes) {
    if (bytes.length < 12
        || !java.util.Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new DataException(file + ": expected a .npy file, actual no such header");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int version = bytes[6];
    if (version < 1 || version > 3) {
      throw new DataException(file + ": expected .npy version 1 to 3, actual " + version);
    }
    int start = version == 1 ? 10 : 12;
    long length = version == 1 ? in.getShort(8) & 0xffff : in.getInt(8) & 0xffffffffL;
    if (start + length > bytes.length) {
      throw new DataException(
          file + ": expected a header of " + length + " bytes, actual the end of the file");
    }
    String text = new String(bytes, start, (int) length, StandardCharsets.UTF_8);
    Matcher matcher = HEADER.matcher(text);
    if (!matcher.matches()) {
      throw new DataException(
          file + ": expected descr, fortran_order and shape in the header, actual " + text.strip());
    }
    if (matcher.group(2).equals("True")) {
      throw new DataException(file + ": expected C order, actual Fortran order");
    }
    String[] sides = matcher.group(3).strip().split("\\s*,\\s*");
    if (sides.length > 2 || sides[0].isEmpty()) {
      throw new DataException(
          file + ": expected 1 or 2 dimensions, actual (" + matcher.group(3) + ")");
    }
    try {
      int rows = Integer.parseInt(sides[0]);
      int columns = sides.length == 2 ? Integer.parseInt(sides[1]) : 1;
      return new Header(matcher.group(1), rows, columns, start + (int) length);
    } catch (NumberFormatException e) {
      throw new DataException(
          file + ": expected sides below 2^31, actual (" + matcher.group(3) + ")", e);
    }
  }

  private static ByteBuffer content(Path file, byte[] bytes, Header header) {
    int width =
        switch (header.type()) {
          case "<f4", "<i4" -> 4;
          case "<f8", "<i8" -> 8;
          case "|u1" -> 1;
          default ->
              throw new DataException(
                  file
                      + ": expected little-endian float32, float64, int32, int64 or uint8, actual "
                      + header.type());
        };
    long expected = (long) header.rows() * header.columns() * width;
    int actual = bytes.length - header.end();
    if (expected != actual) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: expected %d bytes for %d x %d values, actual %d",
              file,
              expected,
              header.rows(),
              header.columns(),
              actual));
    }
    return ByteBuffer.wrap(bytes, header.end(), actual).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static double next(ByteBuffer in, String type) {
    return switch (type) {
      case "<f4" -> in.getFloat();
      case "<f8" -> in.getDouble();
      case "<i4" -> in.getInt();
      case "<i8" -> in.getLong();
      default -> in.get() & 0xff;
    };
  }
}
