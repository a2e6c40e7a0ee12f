package org.hetal.packing;

import java.io.Serializable;
import java.util.Locale;

/**
 * Where the entries of features, logits and weights lie in the slots.
 *
 * <p>S slots are a grid of {@code columns} times {@code rowsPerBlock}: slot(x, r) = x *
 * rowsPerBlock + r, so that rotations by multiples of rowsPerBlock move columns cyclically. With c
 * padded classes (a power of two) the column is also a class and a position in it: class(x) = x /
 * positions, pos(x) = x % positions, positions = columns / c. Class sums are rotations by multiples
 * of S/c: cyclic, so they come out replicated without a mask.
 *
 * <ul>
 *   <li><b>Logits, labels, probabilities</b> of a group of up to S/c rows: one ciphertext, slot(x,
 *       r) = value[pos(x) * rowsPerBlock + r][class(x)]. Row block i is position i.
 *   <li><b>Features</b>: one ciphertext for row block i and column block B: slot(x, r) = X[i *
 *       rowsPerBlock + r][feature(B, x)] * blockScale(B). A full column block has feature(B, x) = B
 *       * columns + x. A last block of few features w repeats them over the classes: its {@code
 *       classPeriod} n is the least power of two with n * positions >= w, and feature(B, x) = B *
 *       columns + (class(x) mod n) * positions + pos(x); that needs n diagonals instead of c/2, so
 *       it is done when n <= c/4.
 *   <li><b>Weights</b> (c x features) by diagonals: D_{B,k}(x) = W[(class(x) + k) mod c][feature(B,
 *       x)] * blockScale(B), rotated right by k mod {@link #babySteps()} classes, see {@link
 *       #babySteps()}. Complex diagonal m = B * c/2 + k joins k (real part) and k + c/2 (imaginary
 *       part). The <b>compact</b> form holds them as real slots: diagonal m in ciphertext m /
 *       (rowsPerBlock/2), the real part at row m mod rowsPerBlock/2, the imaginary part
 *       rowsPerBlock/2 further. All other slots are 0.
 * </ul>
 *
 * In a last block with repeated features both parts hold every weight, so each weight lies twice;
 * features and weights there are scaled by 1/sqrt(2), which makes the logits right and the two
 * copies follow equal gradients of the right size.
 *
 * @param slots S, a power of two
 * @param rowsPerBlock rows of a unit block, a power of two of at least 2; the columns that remain
 *     must be at least the padded classes
 * @param classes 2 to 64
 * @param features 1 to 4096, the bias column included
 */
public record Layout(int slots, int rowsPerBlock, int classes, int features)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public static final int MAX_CLASSES = 64;
  public static final int MAX_FEATURES = 4096;

  public Layout {
    requirePowerOfTwo("slots", slots, 4);
    requirePowerOfTwo("rows per block", rowsPerBlock, 2);
    requireRange("classes", classes, 2, MAX_CLASSES);
    requireRange("features", features, 1, MAX_FEATURES);
    if ((long) rowsPerBlock * powerOfTwoAtLeast(classes) > slots) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layout: expected rows per block * padded classes of at most %d slots, actual %d * %d",
              slots,
              rowsPerBlock,
              powerOfTwoAtLeast(classes)));
    }
  }

  /**
   * The layout in which a training step costs least by {@link StepCost}.
   *
   * @param batchRows rows of a full minibatch
   */
  public static Layout choose(int slots, int batchRows, int features, int classes) {
    requirePowerOfTwo("slots", slots, 4);
    requireRange("classes", classes, 2, MAX_CLASSES);
    requireRange("features", features, 1, MAX_FEATURES);
    if (batchRows < 1) {
      throw new IllegalArgumentException("batch rows: expected at least 1, actual " + batchRows);
    }
    int most = slots / powerOfTwoAtLeast(classes);
    if (most < 2) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layout: %d classes need at least %d slots, actual %d",
              classes,
              2 * powerOfTwoAtLeast(classes),
              slots));
    }
    Layout best = null;
    double least = Double.POSITIVE_INFINITY;
    for (int rowsPerBlock = most; rowsPerBlock >= 2; rowsPerBlock /= 2) {
      Layout candidate = new Layout(slots, rowsPerBlock, classes, features);
      double cost = StepCost.of(candidate, batchRows);
      if (cost < least) {
        least = cost;
        best = candidate;
      }
    }
    return best;
  }

  // -- shape
  // ---------------------------------------------------------------------------------------

  public int columns() {
    return slots / rowsPerBlock;
  }

  /** c: the least power of two that holds the classes. */
  public int paddedClasses() {
    return powerOfTwoAtLeast(classes);
  }

  /** Columns of one class, which is also how many row blocks a group may have. */
  public int positions() {
    return columns() / paddedClasses();
  }

  /** Rows that one ciphertext of logits holds: S/c. */
  public int rowsPerGroup() {
    return slots / paddedClasses();
  }

  /** How far apart two neighbouring classes of a row lie in the slots: S/c. */
  public int classStride() {
    return slots / paddedClasses();
  }

  public int columnBlocks() {
    return ceilDiv(features, columns());
  }

  /**
   * Row blocks that {@code rows} rows of a group fill.
   *
   * @param rows 1 to {@link #rowsPerGroup()}
   */
  public int rowBlocks(int rows) {
    requireRange("rows of a group", rows, 1, rowsPerGroup());
    return ceilDiv(rows, rowsPerBlock);
  }

  /** Over how many classes a column block's features are spread: c, or less in a short last one. */
  public int classPeriod(int columnBlock) {
    int width = features - columnBlock * columns();
    int period = powerOfTwoAtLeast(ceilDiv(Math.min(width, columns()), positions()));
    return period <= paddedClasses() / 4 ? period : paddedClasses();
  }

  /** Complex diagonals of a column block: c/2, or the class period of a short last one. */
  public int diagonals(int columnBlock) {
    return Math.min(paddedClasses() / 2, classPeriod(columnBlock));
  }

  /** Complex diagonals of all column blocks: rows of the compact form, products of a row block. */
  public int diagonals() {
    int last = columnBlocks() - 1;
    return firstDiagonal(last) + diagonals(last);
  }

  /** The index of a column block's first complex diagonal. */
  public int firstDiagonal(int columnBlock) {
    return columnBlock * (paddedClasses() / 2);
  }

  /** The column block that a complex diagonal belongs to. */
  public int columnBlockOf(int diagonal) {
    return diagonal / (paddedClasses() / 2);
  }

  /** The diagonals of the column block that has most: the steps from class to class. */
  public int diagonalSteps() {
    return diagonals(0);
  }

  /** Complex diagonals that one compact ciphertext holds. */
  public int diagonalsPerCompact() {
    return rowsPerBlock / 2;
  }

  /** Complex diagonals in one compact ciphertext: all are full but the last. */
  public int diagonalsOf(int ciphertext) {
    return Math.min(diagonalsPerCompact(), diagonals() - ciphertext * diagonalsPerCompact());
  }

  /** Ciphertexts of the compact form. */
  public int compactCiphertexts() {
    return ceilDiv(diagonals(), diagonalsPerCompact());
  }

  /** What features and weights of a column block are multiplied by: 1, or 1/sqrt(2). */
  public double blockScale(int columnBlock) {
    return classPeriod(columnBlock) == paddedClasses() ? 1 : Math.sqrt(0.5);
  }

  /**
   * t, the baby steps of a product (a power of two, at most {@link #diagonalSteps()}): diagonal k =
   * g * t + j is kept rotated right by j classes, so that a row block's features are rotated by 0
   * to t-1 classes and the products are relinearized and rotated once a giant step g instead of
   * once a diagonal. Part of the format of compact weights: it minimises, in fifths of a rotation,
   * the key switches of one row block, and the smallest such t is taken.
   */
  public int babySteps() {
    int steps = diagonalSteps();
    int best = 1;
    for (int babySteps = 1; babySteps <= steps; babySteps *= 2) {
      if (turnCost(babySteps, steps) < turnCost(best, steps)) {
        best = babySteps;
      }
    }
    return best;
  }

  /** Decomposition 2, key product 1, division by the special primes 2, relinearization 5. */
  private int turnCost(int babySteps, int steps) {
    int giants = steps / babySteps;
    int features = babySteps == 1 ? 0 : columnBlocks() * (2 + 3 * (babySteps - 1));
    int products = giants == 1 ? 0 : 2 * (2 + 3 * (giants - 1));
    return features + 5 * giants + products;
  }

  /** The feature at a column of a column block; {@code features} or more: none. */
  public int feature(int columnBlock, int column) {
    int period = classPeriod(columnBlock);
    int position = column % positions();
    return columnBlock * columns() + (column / positions()) % period * positions() + position;
  }

  // -- matrices to slots and back
  // ------------------------------------------------------------------

  /**
   * The features of a group.
   *
   * @param rows 1 to {@link #rowsPerGroup()} rows of {@code features} values
   * @return [rowBlock * columnBlocks + columnBlock][slot]; rows and features that are not there: 0
   */
  public double[][] packFeatures(double[][] rows) {
    int rowBlocks = rowBlocks(rows.length);
    requireWidth("features", rows, features);
    double[][] out = new double[rowBlocks * columnBlocks()][slots];
    for (int b = 0; b < columnBlocks(); b++) {
      double scale = blockScale(b);
      for (int x = 0; x < columns(); x++) {
        int feature = feature(b, x);
        if (feature >= features) {
          continue;
        }
        for (int row = 0; row < rows.length; row++) {
          int block = row / rowsPerBlock;
          out[block * columnBlocks() + b][x * rowsPerBlock + row % rowsPerBlock] =
              scale * rows[row][feature];
        }
      }
    }
    return out;
  }

  /**
   * The labels of a group, one-hot in the logits' layout; rows that are not there: 0.
   *
   * @param labels 1 to {@link #rowsPerGroup()} of 0 to classes - 1
   */
  public double[] packLabels(int[] labels) {
    rowBlocks(labels.length);
    double[] out = new double[slots];
    for (int row = 0; row < labels.length; row++) {
      if (labels[row] < 0 || labels[row] >= classes) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "label of row %d: expected 0 to %d, actual %d",
                row,
                classes - 1,
                labels[row]));
      }
      out[logitSlot(row, labels[row])] = 1;
    }
    return out;
  }

  /** Values [rows][classes] of a group in the logits' layout; padded classes and rows: 0. */
  public double[] packLogits(double[][] values) {
    rowBlocks(values.length);
    requireWidth("logits", values, classes);
    double[] out = new double[slots];
    for (int row = 0; row < values.length; row++) {
      for (int k = 0; k < classes; k++) {
        out[logitSlot(row, k)] = values[row][k];
      }
    }
    return out;
  }

  /** The first {@code rows} rows of a group's logits: [rows][classes]. */
  public double[][] unpackLogits(double[] slotValues, int rows) {
    rowBlocks(rows);
    requireSlots("logits", slotValues);
    double[][] out = new double[rows][classes];
    for (int row = 0; row < rows; row++) {
      for (int k = 0; k < classes; k++) {
        out[row][k] = slotValues[logitSlot(row, k)];
      }
    }
    return out;
  }

  /** The slot of a group's row and class in the logits' layout. */
  public int logitSlot(int row, int label) {
    int x = label * positions() + row / rowsPerBlock;
    return x * rowsPerBlock + row % rowsPerBlock;
  }

  /**
   * Weights in the compact form.
   *
   * @param weights [classes][features]
   * @return [compactCiphertexts][slots]
   */
  public double[][] packWeights(double[][] weights) {
    if (weights.length != classes) {
      throw new IllegalArgumentException(
          "weights: expected " + classes + " rows, actual " + weights.length);
    }
    requireWidth("weights", weights, features);
    double[][] out = new double[compactCiphertexts()][slots];
    forEachWeight(
        (ciphertext, slot, label, feature, scale) ->
            out[ciphertext][slot] = weights[label][feature] * scale);
    return out;
  }

  /** The inverse of {@link #packWeights}; where a weight lies twice, the mean. */
  public double[][] unpackWeights(double[][] slotValues) {
    if (slotValues.length != compactCiphertexts()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "compact weights: expected %d ciphertexts, actual %d",
              compactCiphertexts(),
              slotValues.length));
    }
    for (double[] values : slotValues) {
      requireSlots("compact weights", values);
    }
    double[][] out = new double[classes][features];
    // The scale s of a weight that lies m times is sqrt(1/m): value/s is the weight, and the mean
    // over m of them is the sum of value * s.
    forEachWeight(
        (ciphertext, slot, label, feature, scale) ->
            out[label][feature] += slotValues[ciphertext][slot] * scale);
    return out;
  }

  private interface WeightVisitor {
    void visit(int ciphertext, int slot, int label, int feature, double scale);
  }

  private void forEachWeight(WeightVisitor visitor) {
    for (int b = 0; b < columnBlocks(); b++) {
      for (int k = 0; k < diagonals(b); k++) {
        int diagonal = firstDiagonal(b) + k;
        int ciphertext = diagonal / diagonalsPerCompact();
        int row = diagonal % diagonalsPerCompact();
        visitDiagonal(visitor, b, k, ciphertext, row);
        visitDiagonal(visitor, b, k + paddedClasses() / 2, ciphertext, row + diagonalsPerCompact());
      }
    }
  }

  private void visitDiagonal(WeightVisitor visitor, int block, int k, int ciphertext, int row) {
    int rotated = k % babySteps() * positions();
    double scale = blockScale(block);
    for (int x = 0; x < columns(); x++) {
      int label = (x / positions() + k) % paddedClasses();
      int feature = feature(block, x);
      if (label < classes && feature < features) {
        int slot = (x + rotated) % columns() * rowsPerBlock + row;
        visitor.visit(ciphertext, slot, label, feature, scale);
      }
    }
  }

  // -- checks
  // --------------------------------------------------------------------------------------

  private void requireSlots(String what, double[] values) {
    if (values.length != slots) {
      throw new IllegalArgumentException(
          what + ": expected " + slots + " slots, actual " + values.length);
    }
  }

  private static void requireWidth(String what, double[][] rows, int width) {
    for (int row = 0; row < rows.length; row++) {
      if (rows[row].length != width) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s of row %d: expected %d values, actual %d",
                what,
                row,
                width,
                rows[row].length));
      }
    }
  }

  private static void requirePowerOfTwo(String what, int value, int least) {
    if (value < least || Integer.bitCount(value) != 1) {
      throw new IllegalArgumentException(
          what + ": expected a power of two of at least " + least + ", actual " + value);
    }
  }

  private static void requireRange(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          what + ": expected " + least + " to " + most + ", actual " + value);
    }
  }

  static int powerOfTwoAtLeast(int value) {
    return value <= 1 ? 1 : Integer.highestOneBit(value - 1) * 2;
  }

  static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "Layout[slots=%d, rowsPerBlock=%d, columns=%d, classes=%d/%d, features=%d in %d blocks]",
        slots,
        rowsPerBlock,
        columns(),
        classes,
        paddedClasses(),
        features,
        columnBlocks());
  }
}
