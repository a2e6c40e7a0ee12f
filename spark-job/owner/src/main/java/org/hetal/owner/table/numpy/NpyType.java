package org.hetal.owner.table.numpy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.hetal.format.Shown;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.HalfFloat;

/**
 * The type of an array's elements: float16, float32, float64, the signed and unsigned integers of 1
 * to 8 bytes and bool, in either byte order.
 *
 * @param kind 'f', 'i', 'u' or 'b', as NumPy writes it
 * @param bytes of an element
 */
record NpyType(char kind, int bytes, ByteOrder order) {
  private static final Pattern DESCRIPTION =
      Pattern.compile("([<>|=]?)([a-zA-Z?])([0-9]{0,9})(.*)");

  /**
   * The type of a header's {@code descr}.
   *
   * @param where the array, for the message
   * @throws DataException when it holds no real numbers; the message says how to save it instead
   */
  static NpyType of(String where, Object description) {
    if (description instanceof List<?> fields) {
      String names =
          fields.stream()
              .map(field -> field instanceof List<?> pair && !pair.isEmpty() ? pair.get(0) : field)
              .map(name -> Shown.unquoted(String.valueOf(name)))
              .limit(8)
              .collect(Collectors.joining(", "));
      throw refused(
          where,
          "a structured array with the fields " + names,
          "save one matrix: numpy.lib.recfunctions.structured_to_unstructured(array)");
    }
    Matcher matcher = DESCRIPTION.matcher(String.valueOf(description));
    if (!(description instanceof String) || !matcher.matches()) {
      throw refused(
          where, "the type " + Shown.unquoted(String.valueOf(description)), "array.astype(...)");
    }
    char kind = matcher.group(2).charAt(0);
    String digits = matcher.group(3);
    int bytes = digits.isEmpty() ? 1 : Integer.parseInt(digits);
    String order = matcher.group(1);
    boolean known =
        switch (kind) {
          case 'f' -> bytes == 2 || bytes == 4 || bytes == 8;
          case 'i', 'u' -> bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
          case 'b' -> bytes == 1 && !digits.isEmpty();
          default -> false;
        };
    if (!known || !matcher.group(4).isEmpty() || (kind != 'b' && digits.isEmpty())) {
      throw unknown(where, kind, (String) description);
    }
    if (bytes > 1 && !order.equals("<") && !order.equals(">")) {
      throw refused(
          where,
          "the type " + description + " without a byte order",
          "save it again with numpy.save");
    }
    return new NpyType(
        kind, bytes, order.equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
  }

  /** The next element; the buffer has this type's byte order. */
  double next(ByteBuffer in) {
    return switch (kind) {
      case 'f' ->
          bytes == 2 ? HalfFloat.value(in.getShort()) : bytes == 4 ? in.getFloat() : in.getDouble();
      case 'i' ->
          switch (bytes) {
            case 1 -> in.get();
            case 2 -> in.getShort();
            case 4 -> in.getInt();
            default -> in.getLong();
          };
      case 'u' ->
          switch (bytes) {
            case 1 -> in.get() & 0xff;
            case 2 -> in.getShort() & 0xffff;
            case 4 -> in.getInt() & 0xffffffffL;
            default -> unsigned(in.getLong());
          };
      default -> in.get() == 0 ? 0 : 1;
    };
  }

  private static double unsigned(long bits) {
    return bits >= 0 ? bits : 2.0 * (bits >>> 1 | bits & 1);
  }

  private static DataException unknown(String where, char kind, String description) {
    String type = Shown.unquoted(description);
    return switch (kind) {
      case 'O' ->
          refused(
              where,
              "Python objects (type " + type + ")",
              "save numbers: array.astype(np.float32), or for labels array.astype(np.int64)");
      case 'U', 'S', 'a' ->
          refused(
              where,
              "text (type " + type + ")",
              "give each class a number: np.unique(array, return_inverse=True)[1]");
      case 'c' ->
          refused(where, "complex numbers (type " + type + ")", "save array.real or np.abs(array)");
      case 'M', 'm' ->
          refused(
              where,
              "dates or durations (type " + type + ")",
              "save numbers: array.astype(np.int64).astype(np.float64)");
      case 'V' ->
          refused(
              where,
              "raw bytes, as of bfloat16 (type " + type + ")",
              "save array.astype(np.float32)");
      default -> refused(where, "the type " + type, "save array.astype(np.float64)");
    };
  }

  private static DataException refused(String where, String actual, String remedy) {
    return new DataException(
        String.format(
            Locale.ROOT,
            "%s: expected floats of 16, 32 or 64 bits, integers or bool, actual %s; %s",
            where,
            actual,
            remedy));
  }
}
