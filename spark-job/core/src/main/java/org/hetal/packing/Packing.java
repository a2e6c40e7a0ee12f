package org.hetal.packing;

import java.util.Locale;

/**
 * Matrices to slots and back, as {@link Layout} places their entries. Plain numbers, no
 * ciphertexts.
 */
public final class Packing {
  private Packing() {}

  /**
   * The features of a group.
   *
   * @param layout where they lie
   * @param rows 1 to {@link Layout#rowsPerGroup()} rows of {@code features} values
   * @return [rowBlock * columnBlocks + columnBlock][slot]; rows and features that are not there: 0
   * @throws IllegalArgumentException for another number of rows or values
   */
  public static double[][] packFeatures(Layout layout, double[][] rows) {
    int rowBlocks = layout.rowBlocks(rows.length);
    requireWidth("features", rows, layout.features());
    double[][] out = new double[rowBlocks * layout.columnBlocks()][layout.slots()];
    for (int b = 0; b < layout.columnBlocks(); b++) {
      double scale = layout.blockScale(b);
      for (int x = 0; x < layout.columns(); x++) {
        int feature = layout.feature(b, x);
        if (feature >= layout.features()) {
          continue;
        }
        for (int row = 0; row < rows.length; row++) {
          int block = row / layout.rowsPerBlock();
          out[block * layout.columnBlocks() + b][
                  x * layout.rowsPerBlock() + row % layout.rowsPerBlock()] =
              scale * rows[row][feature];
        }
      }
    }
    return out;
  }

  /**
   * The labels of a group, one-hot in the logits' layout.
   *
   * @param layout where they lie
   * @param labels 1 to {@link Layout#rowsPerGroup()} of 0 to classes - 1
   * @return one value per slot; rows that are not there: 0
   * @throws IllegalArgumentException for another number of labels, or a label out of range
   */
  public static double[] packLabels(Layout layout, int[] labels) {
    layout.rowBlocks(labels.length);
    double[] out = new double[layout.slots()];
    for (int row = 0; row < labels.length; row++) {
      if (labels[row] < 0 || labels[row] >= layout.classes()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "label of row %d: expected 0 to %d, actual %d",
                row,
                layout.classes() - 1,
                labels[row]));
      }
      out[layout.logitSlot(row, labels[row])] = 1;
    }
    return repeated(layout, out);
  }

  /** Writes the first copy to the others. */
  private static double[] repeated(Layout layout, double[] slots) {
    int period = layout.period();
    for (int copy = 1; copy < layout.copies(); copy++) {
      System.arraycopy(slots, 0, slots, copy * period, period);
    }
    return slots;
  }

  /**
   * As {@link #packLabels}, for rows that the validation loss is computed on: rows that are not
   * there are 1 / classes in each class, the probabilities of a row of zeros.
   *
   * @param layout where they lie
   * @param labels 1 to {@link Layout#rowsPerGroup()} of 0 to classes - 1
   * @return one value per slot; padded classes: 0
   * @throws IllegalArgumentException for another number of labels, or a label out of range
   */
  public static double[] packValidationLabels(Layout layout, int[] labels) {
    double[] out = packLabels(layout, labels);
    for (int row = labels.length; row < layout.rowsPerGroup(); row++) {
      for (int label = 0; label < layout.classes(); label++) {
        out[layout.logitSlot(row, label)] = 1.0 / layout.classes();
      }
    }
    return repeated(layout, out);
  }

  /**
   * Values of a group in the logits' layout.
   *
   * @param layout where they lie
   * @param values [rows][classes], 1 to {@link Layout#rowsPerGroup()} rows
   * @return one value per slot; padded classes and rows: 0
   */
  public static double[] packLogits(Layout layout, double[][] values) {
    layout.rowBlocks(values.length);
    requireWidth("logits", values, layout.classes());
    double[] out = new double[layout.slots()];
    for (int row = 0; row < values.length; row++) {
      for (int k = 0; k < layout.classes(); k++) {
        out[layout.logitSlot(row, k)] = values[row][k];
      }
    }
    return repeated(layout, out);
  }

  /**
   * The first rows of a group's logits.
   *
   * @param layout where they lie
   * @param slotValues one value per slot
   * @param rows 1 to {@link Layout#rowsPerGroup()}
   * @return [rows][classes]
   */
  public static double[][] unpackLogits(Layout layout, double[] slotValues, int rows) {
    layout.rowBlocks(rows);
    requireSlots(layout, "logits", slotValues);
    double[][] out = new double[rows][layout.classes()];
    for (int row = 0; row < rows; row++) {
      for (int k = 0; k < layout.classes(); k++) {
        out[row][k] = slotValues[layout.logitSlot(row, k)];
      }
    }
    return out;
  }

  /**
   * Weights in the compact form.
   *
   * @param layout where they lie
   * @param weights [classes][features]
   * @return [compactCiphertexts][slots]
   * @throws IllegalArgumentException for another shape
   */
  public static double[][] packWeights(Layout layout, double[][] weights) {
    if (weights.length != layout.classes()) {
      throw new IllegalArgumentException(
          "weights: expected " + layout.classes() + " rows, actual " + weights.length);
    }
    requireWidth("weights", weights, layout.features());
    double[][] out = new double[layout.compactCiphertexts()][layout.slots()];
    forEachWeight(
        layout,
        (ciphertext, slot, label, feature, scale) ->
            out[ciphertext][slot] = weights[label][feature] * scale);
    for (double[] slots : out) {
      repeated(layout, slots);
    }
    return out;
  }

  /**
   * The inverse of {@link #packWeights}; where a weight lies twice, the mean.
   *
   * @param layout where they lie
   * @param slotValues [compactCiphertexts][slots]
   * @return [classes][features]
   */
  public static double[][] unpackWeights(Layout layout, double[][] slotValues) {
    if (slotValues.length != layout.compactCiphertexts()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "compact weights: expected %d ciphertexts, actual %d",
              layout.compactCiphertexts(),
              slotValues.length));
    }
    for (double[] values : slotValues) {
      requireSlots(layout, "compact weights", values);
    }
    double[][] out = new double[layout.classes()][layout.features()];
    // The scale s of a weight that lies m times is sqrt(1/m): value/s is the weight, and the mean
    // over m of them is the sum of value * s.
    forEachWeight(
        layout,
        (ciphertext, slot, label, feature, scale) ->
            out[label][feature] += slotValues[ciphertext][slot] * scale);
    return out;
  }

  private interface WeightVisitor {
    void visit(int ciphertext, int slot, int label, int feature, double scale);
  }

  private static void forEachWeight(Layout layout, WeightVisitor visitor) {
    for (int b = 0; b < layout.columnBlocks(); b++) {
      for (int k = 0; k < layout.diagonals(b); k++) {
        int diagonal = layout.firstDiagonal(b) + k;
        int ciphertext = diagonal / layout.diagonalsPerCompact();
        int row = diagonal % layout.diagonalsPerCompact();
        visitDiagonal(layout, visitor, b, k, ciphertext, row);
        visitDiagonal(
            layout,
            visitor,
            b,
            k + layout.paddedClasses() / 2,
            ciphertext,
            row + layout.diagonalsPerCompact());
      }
    }
  }

  private static void visitDiagonal(
      Layout layout, WeightVisitor visitor, int block, int k, int ciphertext, int row) {
    int rotated = k % layout.babySteps() * layout.positions();
    double scale = layout.blockScale(block);
    for (int x = 0; x < layout.columns(); x++) {
      int label = (layout.classOf(x) + k) % layout.paddedClasses();
      int feature = layout.feature(block, x);
      if (label < layout.classes() && feature < layout.features()) {
        int slot = layout.compactSlot((x + rotated) % layout.columns(), row);
        visitor.visit(ciphertext, slot, label, feature, scale);
      }
    }
  }

  private static void requireSlots(Layout layout, String what, double[] values) {
    if (values.length != layout.slots()) {
      throw new IllegalArgumentException(
          what + ": expected " + layout.slots() + " slots, actual " + values.length);
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
}
