package org.hetal.tools.products;

/**
 * Blocks of s0 rows and s1 columns in row-major order: slot = row * s1 + column. Plain numbers, no
 * ciphertexts.
 *
 * @param rows s0, a power of two
 * @param columns s1, a power of two
 */
record Grid(int rows, int columns) {
  /** A value at a row and a column; the column counts over all blocks. */
  @FunctionalInterface
  interface Entry {
    double at(int row, int column);
  }

  int slots() {
    return rows * columns;
  }

  /** B of a matrix of that many columns. */
  int blocks(int width) {
    return (width + columns - 1) / columns;
  }

  /** [block][slot]. */
  double[][] pack(int blocks, Entry entry) {
    double[][] out = new double[blocks][slots()];
    for (int block = 0; block < blocks; block++) {
      for (int slot = 0; slot < out[block].length; slot++) {
        out[block][slot] = entry.at(slot / columns, block * columns + slot % columns);
      }
    }
    return out;
  }

  /** The matrix in the upper left corner, 0 elsewhere. */
  double[][] pack(double[][] matrix) {
    return pack(blocks(matrix[0].length), (row, column) -> value(matrix, row, column));
  }

  /** Row r of the blocks is row r mod period of the matrix. */
  double[][] tiledDown(double[][] matrix, int period) {
    return pack(blocks(matrix[0].length), (row, column) -> value(matrix, row % period, column));
  }

  /** One block, whose column x is column x mod period of the matrix. */
  double[] tiledAcross(double[][] matrix, int period) {
    return pack(1, (row, column) -> value(matrix, row, column % period))[0];
  }

  /** The first rows and columns of blocks. */
  double[][] unpack(double[][] blocks, int height, int width) {
    double[][] out = new double[height][width];
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        out[row][column] = blocks[column / columns][row * columns + column % columns];
      }
    }
    return out;
  }

  private static double value(double[][] matrix, int row, int column) {
    return row < matrix.length && column < matrix[row].length ? matrix[row][column] : 0;
  }
}
