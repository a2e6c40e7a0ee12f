package org.hetal.softmax;

import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Plaintext;
import org.hetal.he.Scope;
import org.hetal.packing.SumSteps;

/**
 * The operations of the stages: products, and sums over the classes of a row. The classes lie
 * cyclically in the period of the slots, slot = class * stride + row. A sum over the classes is
 * therefore a sum of rotations by multiples of the stride. It needs no mask, and every class has
 * the result.
 */
final class ClassArithmetic {
  private final Evaluator evaluator;
  private final int classes;
  private final int paddedClasses;
  private final int stride;
  private final List<int[]> sumSteps;

  /**
   * @param stride from class to class; {@code stride * paddedClasses} is the period of the slots
   */
  ClassArithmetic(Evaluator evaluator, int classes, int paddedClasses, int stride) {
    this.evaluator = evaluator;
    this.classes = classes;
    this.paddedClasses = paddedClasses;
    this.stride = stride;
    this.sumSteps = SumSteps.of(paddedClasses, stride);
  }

  Evaluator evaluator() {
    return evaluator;
  }

  int paddedClasses() {
    return paddedClasses;
  }

  /**
   * For each slot the sum over the (padded) classes of its row; level and scale degree unchanged.
   */
  Ciphertext classSum(Ciphertext y) {
    Ciphertext sum = y;
    for (int[] steps : sumSteps) {
      Ciphertext next = evaluator.rotateSum(sum, steps);
      if (sum != y) {
        sum.close();
      }
      sum = next;
    }
    return sum;
  }

  /** A square, relinearized and not rescaled: scale degree 2. */
  Ciphertext relinearizedSquare(Ciphertext y) {
    try (Ciphertext square = evaluator.square(y)) {
      return evaluator.relinearize(square);
    }
  }

  /** (y + shift)^2, a level lower. */
  Ciphertext shiftedSquare(Ciphertext y, double shift) {
    try (Scope scope = new Scope()) {
      Ciphertext shifted = scope.own(evaluator.add(y, shift));
      return evaluator.relinearizeRescale(scope.own(evaluator.square(shifted)));
    }
  }

  /** factor * y at a level not above y's, scale degree 2: a term for a sum of products there. */
  Ciphertext term(Ciphertext y, double factor, int level) {
    try (Ciphertext dropped = evaluator.dropToLevel(y, level)) {
      return evaluator.multiply(dropped, factor);
    }
  }

  /** Adds one constant to the slots of the real classes and another to those of the padded ones. */
  Ciphertext addByClass(Ciphertext y, double real, double padded) {
    if (classes == paddedClasses) {
      return evaluator.add(y, real);
    }
    try (Plaintext constants = evaluator.encode(byClass(real, padded), y.level())) {
      return evaluator.add(y, constants);
    }
  }

  /** Multiplies the real classes by a constant and the padded ones by 0, a level lower. */
  Ciphertext maskedByClass(Ciphertext y, double real) {
    try (Plaintext mask = evaluator.encode(byClass(real, 0), y.level())) {
      return evaluator.multiplyRescale(y, mask);
    }
  }

  private double[] byClass(double real, double padded) {
    double[] values = new double[paddedClasses * stride];
    for (int i = 0; i < values.length; i++) {
      values[i] = i < classes * stride ? real : padded;
    }
    return values;
  }
}
