package org.hetal.owner.table.numpy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Arrays of float64 in NumPy's {@code .npz}: a zip of {@code .npy} files, format version 1. */
public final class NpzWriter {
  private static final int ALIGNMENT = 64;
  private static final int PREFIX = 10;

  private NpzWriter() {}

  /** The bytes of a file with these matrices; a matrix of one row stays a matrix. */
  public static byte[] bytes(Map<String, double[][]> matrices) {
    return bytes(matrices, Map.of());
  }

  /** As {@link #bytes(Map)}, and arrays of one axis after the matrices. */
  public static byte[] bytes(Map<String, double[][]> matrices, Map<String, double[]> vectors) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, double[][]> entry : matrices.entrySet()) {
        put(zip, entry.getKey(), npy(entry.getValue()));
      }
      for (Map.Entry<String, double[]> entry : vectors.entrySet()) {
        double[] values = entry.getValue();
        put(zip, entry.getKey(), npy("(" + values.length + ",)", new double[][] {values}));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return out.toByteArray();
  }

  private static void put(ZipOutputStream zip, String name, byte[] npy) throws IOException {
    ZipEntry file = new ZipEntry(name + ".npy");
    file.setTime(0);
    zip.putNextEntry(file);
    zip.write(npy);
    zip.closeEntry();
  }

  public static byte[] npy(double[][] matrix) {
    int columns = matrix.length == 0 ? 0 : matrix[0].length;
    return npy("(" + matrix.length + ", " + columns + ")", matrix);
  }

  /**
   * The bytes of a {@code .npy} file before its values.
   *
   * @param type as NumPy writes it, such as {@code <f8}
   * @param shape as a Python tuple; the values follow in C order
   */
  public static byte[] header(String type, String shape) {
    String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
    int unpadded = PREFIX + header.length() + 1;
    int padding = (ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT;
    String text = header + " ".repeat(padding) + "\n";
    ByteBuffer out = ByteBuffer.allocate(PREFIX + text.length()).order(ByteOrder.LITTLE_ENDIAN);
    out.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    out.put((byte) 1).put((byte) 0).putShort((short) text.length());
    out.put(text.getBytes(StandardCharsets.US_ASCII));
    return out.array();
  }

  private static byte[] npy(String shape, double[][] rows) {
    byte[] header = header("<f8", shape);
    int values = 0;
    for (double[] row : rows) {
      values += row.length;
    }
    ByteBuffer out =
        ByteBuffer.allocate(header.length + Double.BYTES * values).order(ByteOrder.LITTLE_ENDIAN);
    out.put(header);
    for (double[] row : rows) {
      for (double value : row) {
        out.putDouble(value);
      }
    }
    return out.array();
  }
}
