package org.hetal.training;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Just enough of numpy's format for the benchmark's files: float32 [n][m] and int32 [n]. */
final class NpyFile {
  private static final int PREAMBLE = 10;
  private static final Pattern SHAPE = Pattern.compile("'shape': \\((\\d+),\\s*(\\d*)\\)");

  private final String header;
  private final ByteBuffer data;
  private final int rows;
  private final int columns;

  private NpyFile(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int headerLength = Short.toUnsignedInt(bytes.getShort(PREAMBLE - 2));
    header = new String(bytes.array(), PREAMBLE, headerLength, StandardCharsets.US_ASCII);
    Matcher shape = SHAPE.matcher(header);
    if (!shape.find() || header.contains("'fortran_order': True")) {
      throw new IOException(file + ": expected a C-order array of 1 or 2 axes, actual " + header);
    }
    rows = Integer.parseInt(shape.group(1));
    columns = shape.group(2).isEmpty() ? 1 : Integer.parseInt(shape.group(2));
    data = bytes.position(PREAMBLE + headerLength);
  }

  /** float32 rows with a bias column appended. */
  static double[][] features(Path file, double bias) throws IOException {
    NpyFile npy = new NpyFile(file);
    npy.require(file, "<f4");
    double[][] out = new double[npy.rows][npy.columns + 1];
    for (double[] row : out) {
      for (int c = 0; c < npy.columns; c++) {
        row[c] = npy.data.getFloat();
      }
      row[npy.columns] = bias;
    }
    return out;
  }

  static int[] labels(Path file) throws IOException {
    NpyFile npy = new NpyFile(file);
    npy.require(file, "<i4");
    int[] out = new int[npy.rows];
    for (int i = 0; i < out.length; i++) {
      out[i] = npy.data.getInt();
    }
    return out;
  }

  private void require(Path file, String type) throws IOException {
    if (!header.contains(type)) {
      throw new IOException(file + ": expected " + type + ", actual " + header);
    }
  }
}
