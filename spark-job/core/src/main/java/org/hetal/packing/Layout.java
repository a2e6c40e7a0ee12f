package org.hetal.packing;

import java.io.Serializable;
import java.util.Locale;

/**
 * Where the entries of features, logits and weights lie in the slots.
 *
 * <p>S slots are a grid of {@code columns} times {@code rowsPerBlock}: slot(x, r) = x *
 * rowsPerBlock + r, so that rotations by multiples of rowsPerBlock move columns cyclically. With c
 * padded classes (a power of two) the column is also a copy, a class and a position in it: pos(x) =
 * x % positions, class(x) = (x / positions) % c, copy(x) = x / (positions * c), positions =
 * rowsPerGroup / rowsPerBlock.
 *
 * <ul>
 *   <li><b>Logits, labels, probabilities</b> of a group of up to rowsPerGroup rows: one ciphertext,
 *       slot(x, r) = value[pos(x) * rowsPerBlock + r][class(x)]. Row block i is position i. Every
 *       copy holds the same, so the slots repeat with the {@link #period()} rowsPerGroup * c: a
 *       bootstrap costs less than one of S slots. Class sums are rotations by multiples of
 *       rowsPerGroup: cyclic in the period, so they come out replicated without a mask.
 *   <li><b>Features</b>: one ciphertext for row block i and column block B: slot(x, r) = X[i *
 *       rowsPerBlock + r][feature(B, x)] * blockScale(B). A full column block has feature(B, x) = B
 *       * columns + x. A last block of few features w repeats them over the classes: its {@code
 *       classPeriod} n is the least power of two with {@code n * columns / c >= w}, and feature(B,
 *       x) = B * columns + ((class(x) mod n) * copies + copy(x)) * positions + pos(x); that needs n
 *       diagonals instead of c/2, so it is done when {@code n <= c/4}.
 *   <li><b>Weights</b> (c x features) by diagonals: D_{B,k}(x) = W[(class(x) + k) mod c][feature(B,
 *       x)] * blockScale(B), rotated right by k mod {@link #babySteps()} classes, see {@link
 *       #babySteps()}. Complex diagonal m = B * c/2 + k joins k (real part) and k + c/2 (imaginary
 *       part). The <b>compact</b> form holds them as real slots: diagonal m in ciphertext m /
 *       (rowsPerBlock/2), the real part at row m mod rowsPerBlock/2, the imaginary part
 *       rowsPerBlock/2 further. All other slots are 0. Where logits repeat, the compact form does,
 *       too: it is folded into the period ({@link #folds()}), so that one set of bootstrap keys
 *       serves both.
 * </ul>
 *
 * In a last block with repeated features both parts hold every weight, so each weight lies twice;
 * features and weights there are scaled by 1/sqrt(2), which makes the logits right and the two
 * copies follow equal gradients of the right size.
 *
 * @param slots S, a power of two
 * @param rowsPerBlock rows of a block, a power of two of at least 2; the columns that remain must
 *     be at least the padded classes
 * @param classes 2 to 64
 * @param features 1 to 4096, the bias column included
 * @param rowsPerGroup the rows that one ciphertext of logits holds, a power of two from {@code
 *     rowsPerBlock} to S/c; below S/c only where there is room for two folded compact forms
 * @serial exclude
 */
public record Layout(int slots, int rowsPerBlock, int classes, int features, int rowsPerGroup)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The most classes of a layout. */
  public static final int MAX_CLASSES = 64;

  /** Of bootstraps of slots that repeat with all slots, a half, a quarter, ... of them. */
  private static final double[] SPARSE_SHARES = {1, 0.88, 0.85, 0.79, 0.76};

  /** The most features of a layout, the bias column included. */
  public static final int MAX_FEATURES = 4096;

  /**
   * Checks the ranges.
   *
   * @param slots a power of two, at least 4
   * @param rowsPerBlock a power of two, at least 2; times the padded classes at most {@code slots}
   * @param classes 2 to {@link #MAX_CLASSES}
   * @param features 1 to {@link #MAX_FEATURES}
   * @param rowsPerGroup a power of two, {@code rowsPerBlock} to slots / padded classes; below that
   *     only where two folded compact forms have room
   * @throws IllegalArgumentException for a number out of its range
   */
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
    requirePowerOfTwo("rows per group", rowsPerGroup, rowsPerBlock);
    int most = slots / powerOfTwoAtLeast(classes);
    requireRange("rows per group", rowsPerGroup, rowsPerBlock, most);
    if (rowsPerGroup < most) {
      Layout full = new Layout(slots, rowsPerBlock, classes, features);
      if (!full.canRepeat(rowsPerGroup)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "rows per group: expected at least %d, since %d diagonals of the weights need as many"
                    + " rows of a block in each copy; actual %d",
                full.fewestRowsPerGroup(),
                full.diagonals(),
                rowsPerGroup));
      }
    }
  }

  /**
   * A layout whose groups fill all slots: S/c rows.
   *
   * @param slots a power of two, at least 4
   * @param rowsPerBlock a power of two, at least 2; times the padded classes at most {@code slots}
   * @param classes 2 to {@link #MAX_CLASSES}
   * @param features 1 to {@link #MAX_FEATURES}
   * @throws IllegalArgumentException for a number out of its range
   */
  public Layout(int slots, int rowsPerBlock, int classes, int features) {
    this(slots, rowsPerBlock, classes, features, slots / powerOfTwoAtLeast(classes));
  }

  // ---- shape ----

  /** The columns of the grid: S / rowsPerBlock. */
  int columns() {
    return slots / rowsPerBlock;
  }

  /** {@return c, the least power of two that holds the classes} */
  public int paddedClasses() {
    return powerOfTwoAtLeast(classes);
  }

  /** {@return the columns of one class in one copy, which are also a group's most row blocks} */
  public int positions() {
    return rowsPerGroup / rowsPerBlock;
  }

  /** {@return the rows per group of a layout whose logits do not repeat: S/c} */
  public int mostRowsPerGroup() {
    return slots / paddedClasses();
  }

  /** {@return how far apart two neighboring classes of a row lie in the slots: rowsPerGroup} */
  public int classStride() {
    return rowsPerGroup;
  }

  /** {@return the slots after which logits, labels and probabilities repeat; S: they do not} */
  public int period() {
    return rowsPerGroup * paddedClasses();
  }

  /** {@return how often logits, labels and probabilities lie in the slots} */
  public int copies() {
    return slots / period();
  }

  /**
   * {@return whether two ciphertexts of logits share their bootstraps: those that do not repeat}
   */
  public boolean sharesBootstraps() {
    return copies() == 1;
  }

  /**
   * What a bootstrap of logits costs.
   *
   * @return the share of one of all slots, at most 1: of the transforms counted in {@code
   *     sparse_bootstrapper.h}
   */
  public double bootstrapShare() {
    int halvings = Integer.numberOfTrailingZeros(copies());
    return SPARSE_SHARES[Math.min(halvings, SPARSE_SHARES.length - 1)];
  }

  /** The columns of one class in all copies. */
  private int columnsPerClass() {
    return columns() / paddedClasses();
  }

  /** {@return the ciphertexts that the features of a row block fill} */
  public int columnBlocks() {
    return ceilDiv(features, columns());
  }

  /**
   * Row blocks that the rows of a group fill.
   *
   * @param rows 1 to {@link #rowsPerGroup()}
   * @return 1 to {@link #positions()}
   * @throws IllegalArgumentException for a number of rows out of range
   */
  public int rowBlocks(int rows) {
    requireRange("rows of a group", rows, 1, rowsPerGroup());
    return ceilDiv(rows, rowsPerBlock);
  }

  /**
   * Row blocks of a group for which keys are planned whatever its rows.
   *
   * @param rows 1 to {@link #rowsPerGroup()}
   * @return the least power of two that is at least {@link #rowBlocks}
   * @throws IllegalArgumentException for a number of rows out of range
   */
  public int rowBlocksOfAnyGroup(int rows) {
    return powerOfTwoAtLeast(rowBlocks(rows));
  }

  /**
   * The number of classes over which a column block's features are repeated: c, or less in a short
   * last one.
   */
  int classPeriod(int columnBlock) {
    int width = features - columnBlock * columns();
    int period = powerOfTwoAtLeast(ceilDiv(Math.min(width, columns()), columnsPerClass()));
    return period <= paddedClasses() / 4 ? period : paddedClasses();
  }

  /**
   * Complex diagonals of a column block.
   *
   * @param columnBlock 0 to {@link #columnBlocks()} - 1
   * @return c/2, or the class period of a short last block
   */
  public int diagonals(int columnBlock) {
    return Math.min(paddedClasses() / 2, classPeriod(columnBlock));
  }

  /**
   * {@return the complex diagonals of all column blocks, which are the rows of the compact form and
   * the products of a row block}
   */
  public int diagonals() {
    int last = columnBlocks() - 1;
    return firstDiagonal(last) + diagonals(last);
  }

  /**
   * The index of a column block's first complex diagonal.
   *
   * @param columnBlock 0 to {@link #columnBlocks()} - 1
   * @return 0 to {@link #diagonals()} - 1
   */
  public int firstDiagonal(int columnBlock) {
    return columnBlock * (paddedClasses() / 2);
  }

  /**
   * The column block that a complex diagonal belongs to.
   *
   * @param diagonal 0 to {@link #diagonals()} - 1
   * @return 0 to {@link #columnBlocks()} - 1
   */
  public int columnBlockOf(int diagonal) {
    return diagonal / (paddedClasses() / 2);
  }

  /**
   * {@return the diagonals of the column block that has most, which are the steps from class to
   * class}
   */
  public int diagonalSteps() {
    return diagonals(0);
  }

  /** {@return the complex diagonals that one compact ciphertext holds} */
  public int diagonalsPerCompact() {
    return rowsPerBlock / 2;
  }

  /**
   * Complex diagonals in one compact ciphertext: all are full but the last.
   *
   * @param ciphertext 0 to {@link #compactCiphertexts()} - 1
   * @return 1 to {@link #diagonalsPerCompact()}
   */
  public int diagonalsOf(int ciphertext) {
    return Math.min(diagonalsPerCompact(), diagonals() - ciphertext * diagonalsPerCompact());
  }

  /** {@return the ciphertexts of the compact form} */
  public int compactCiphertexts() {
    return ceilDiv(diagonals(), diagonalsPerCompact());
  }

  /**
   * {@return whether the compact form is one ciphertext with room for a second form in it, so that
   * weights and look-ahead point are refreshed as one}
   */
  public boolean hasRoomForTwo() {
    return diagonals() <= folds().rows();
  }

  /** {@return how the compact form is folded into the period of the logits} */
  public Folds folds() {
    return new Folds(copies(), rowsToSecond() / copies(), period());
  }

  /** Whether two compact forms have room where the logits of so many rows repeat. */
  boolean canRepeat(int rows) {
    return diagonals() <= (long) rowsToSecond() * rows * paddedClasses() / slots;
  }

  /** The least power of two that {@link #canRepeat}, at most S/c. */
  private int fewestRowsPerGroup() {
    int rows = mostRowsPerGroup();
    while (rows / 2 >= rowsPerBlock && canRepeat(rows / 2)) {
      rows /= 2;
    }
    return rows;
  }

  /**
   * {@return by how many rows the second form lies further in each column, where there is room for
   * two}
   */
  public int rowsToSecond() {
    return diagonalsPerCompact() / 2;
  }

  /**
   * Ones in the rows of the compact form, zeros in the others.
   *
   * @return one column, {@code rowsPerBlock} values, which repeats over the slots; for layouts with
   *     room for two forms
   */
  public double[] compactRows() {
    double[] column = new double[rowsPerBlock];
    Folds folds = folds();
    for (int fold = 0; fold < folds.count(); fold++) {
      for (int diagonal = 0; diagonal < diagonals(); diagonal++) {
        int row = fold * folds.rows() + diagonal;
        column[row] = 1;
        column[row + diagonalsPerCompact()] = 1;
      }
    }
    return column;
  }

  /** What features and weights of a column block are multiplied by: 1, or 1/sqrt(2). */
  double blockScale(int columnBlock) {
    return classPeriod(columnBlock) == paddedClasses() ? 1 : Math.sqrt(0.5);
  }

  /**
   * The baby steps t of a product: diagonal k = g * t + j is kept rotated right by j classes, so
   * that a row block's features are rotated by 0 to t-1 classes and the products are relinearized
   * and rotated once per giant step g instead of once per diagonal. Part of the format of compact
   * weights: it minimizes, in fifths of a rotation, the key switches of one row block, and the
   * smallest such t is taken.
   *
   * @return t, a power of two, at most {@link #diagonalSteps()}
   */
  public int babySteps() {
    int steps = diagonalSteps();
    int best = 1;
    for (int babySteps = 1; babySteps <= steps; babySteps *= 2) {
      if (rotationCost(babySteps, steps) < rotationCost(best, steps)) {
        best = babySteps;
      }
    }
    return best;
  }

  /** Decomposition 2, key product 1, division by the special primes 2, relinearization 5. */
  private int rotationCost(int babySteps, int steps) {
    int giants = steps / babySteps;
    int features = babySteps == 1 ? 0 : columnBlocks() * (2 + 3 * (babySteps - 1));
    int products = giants == 1 ? 0 : 2 * (2 + 3 * (giants - 1));
    return features + 5 * giants + products;
  }

  /** The feature at a column of a column block; {@code features} or more: none. */
  int feature(int columnBlock, int column) {
    int period = classPeriod(columnBlock);
    if (period == paddedClasses()) {
      return columnBlock * columns() + column;
    }
    int position = column % positions();
    int copy = column / positions() / paddedClasses();
    int repeated = classOf(column) % period * copies() + copy;
    return columnBlock * columns() + repeated * positions() + position;
  }

  /** The class of a column. */
  int classOf(int column) {
    return column / positions() % paddedClasses();
  }

  /**
   * The slot of a group's row and class in the first copy of the logits' layout.
   *
   * @param row 0 to {@link #rowsPerGroup()} - 1
   * @param label the class, 0 to {@code classes} - 1
   * @return 0 to {@link #period()} - 1
   */
  public int logitSlot(int row, int label) {
    int x = label * positions() + row / rowsPerBlock;
    return x * rowsPerBlock + row % rowsPerBlock;
  }

  /**
   * The slot of a compact form's column and row in the first segment.
   *
   * @param row of the form that is not folded
   */
  int compactSlot(int column, int row) {
    Folds folds = folds();
    int slot = column * rowsPerBlock + row;
    return slot % folds.period() + slot / folds.period() * folds.rows();
  }

  // ---- checks ----

  static void requirePowerOfTwo(String what, int value, int least) {
    if (value < least || Integer.bitCount(value) != 1) {
      throw new IllegalArgumentException(
          what + ": expected a power of two of at least " + least + ", actual " + value);
    }
  }

  static void requireRange(String what, int value, int least, int most) {
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
        "Layout[slots=%d, rowsPerBlock=%d, rowsPerGroup=%d, columns=%d, classes=%d/%d, features=%d in"
            + " %d blocks]",
        slots,
        rowsPerBlock,
        rowsPerGroup,
        columns(),
        classes,
        paddedClasses(),
        features,
        columnBlocks());
  }
}
