package org.hetal.owner.table.numpy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.hetal.format.Shown;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.FileContent;

/**
 * The header of a {@code .npy} file, format versions 1 to 3.
 *
 * @param fortran elements go down the columns
 * @param rows at least 1
 * @param columns at least 1; an array of one dimension is one column
 * @param length of the header in bytes, the magic included
 */
record NpyHeader(NpyType type, boolean fortran, int rows, int columns, long length) {
  private static final int MAGIC = 6;
  private static final int LONGEST = 1 << 20;

  /**
   * Reads the header; the elements follow in the stream.
   *
   * @param where the array, for messages
   * @throws DataException when it is none, or is of an array that is no matrix or vector of numbers
   */
  static NpyHeader read(String where, InputStream in) throws IOException {
    byte[] head = exactly(where, in, MAGIC + 2);
    if (!FileContent.isNpy(head)) {
      String kind = FileContent.binaryKind(head);
      throw new DataException(
          where
              + ": expected a .npy file, actual "
              + (kind == null ? "another: it does not start as numpy.save does" : kind));
    }
    int version = head[MAGIC];
    if (version < 1 || version > 3) {
      throw new DataException(where + ": expected .npy version 1 to 3, actual " + version);
    }
    int sized = version == 1 ? 2 : 4;
    ByteBuffer size = ByteBuffer.wrap(exactly(where, in, sized)).order(ByteOrder.LITTLE_ENDIAN);
    long length = version == 1 ? size.getShort() & 0xffff : size.getInt() & 0xffffffffL;
    if (length > LONGEST) {
      throw new DataException(
          where + ": expected a header of at most " + LONGEST + " bytes, actual " + length);
    }
    String text =
        new String(
            exactly(where, in, (int) length),
            version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    return of(where, text, MAGIC + 2 + sized + length);
  }

  private static NpyHeader of(String where, String text, long length) {
    Object parsed;
    try {
      parsed = PythonLiteral.parse(text);
    } catch (IllegalArgumentException e) {
      throw new DataException(
          where + ": expected the header of numpy.save, actual " + e.getMessage(), e);
    }
    if (!(parsed instanceof Map<?, ?> entries)
        || !entries.containsKey("descr")
        || !(entries.get("fortran_order") instanceof Boolean fortran)
        || !entries.containsKey("shape")) {
      throw new DataException(
          where
              + ": expected descr, fortran_order and shape in the header, actual "
              + Shown.quoted(text.strip()));
    }
    NpyType type = NpyType.of(where, entries.get("descr"));
    List<?> sides = entries.get("shape") instanceof List<?> l ? l : listOf(entries.get("shape"));
    if (sides.isEmpty() || sides.size() > 2) {
      throw new DataException(
          where
              + ": expected 1 or 2 dimensions, actual shape "
              + shown(sides)
              + "; "
              + (sides.isEmpty()
                  ? "a single value is no data set"
                  : "save array.reshape(len(array), -1)"));
    }
    int rows = side(where, sides, 0);
    int columns = sides.size() == 2 ? side(where, sides, 1) : 1;
    return new NpyHeader(type, fortran, rows, columns, length);
  }

  /** Bytes of the elements. */
  long contentBytes() {
    return (long) rows * columns * type.bytes();
  }

  /** "(150, 4)". */
  String shape() {
    return "(" + rows + ", " + columns + ")";
  }

  private static List<?> listOf(Object shape) {
    return shape == null ? List.of() : List.of(shape);
  }

  private static int side(String where, List<?> sides, int index) {
    Object side = sides.get(index);
    if (!(side instanceof Long value) || value < 1 || value > Integer.MAX_VALUE) {
      throw new DataException(
          where + ": expected sides of 1 to 2147483647, actual shape " + shown(sides));
    }
    return value.intValue();
  }

  private static String shown(List<?> sides) {
    return sides.stream().map(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
  }

  private static byte[] exactly(String where, InputStream in, int length) throws IOException {
    byte[] out = in.readNBytes(length);
    if (out.length < length) {
      EOFException end = new EOFException("the file ends in its header");
      throw new DataException(
          where + ": expected a whole .npy header, actual the end of the file in it", end);
    }
    return out;
  }
}
