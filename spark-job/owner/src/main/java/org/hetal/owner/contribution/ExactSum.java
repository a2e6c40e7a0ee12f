package org.hetal.owner.contribution;

import java.math.BigInteger;

/**
 * A sum of whole numbers without rounding, so that it does not depend on their order. An addition
 * takes some nanoseconds: words of 32 bits are added without carries, which are settled once in
 * many additions.
 */
final class ExactSum {
  private static final int WORD = 32;
  private static final long MASK = (1L << WORD) - 1;

  /** An addition changes a word by less than 2^33. */
  private static final int ADDITIONS_BETWEEN_CARRIES = 1 << 29;

  private final long[] words; // sum of words[i] * 2^(32 i)
  private final int additionsBetweenCarries;
  private int additions;

  /**
   * Zero.
   *
   * @param bits of the largest magnitude of a term
   */
  ExactSum(int bits) {
    this(bits, ADDITIONS_BETWEEN_CARRIES);
  }

  /** For tests: carries are settled after fewer additions. */
  ExactSum(int bits, int additionsBetweenCarries) {
    words = new long[bits / WORD + 4];
    this.additionsBetweenCarries = additionsBetweenCarries;
  }

  /**
   * Adds ±(high · 2^64 + low) · 2^shift.
   *
   * @param high unsigned, as {@code low}
   * @param shift not negative; the term is within the bits of the constructor
   */
  void add(boolean negative, long high, long low, int shift) {
    int at = shift / WORD;
    int bit = shift % WORD;
    add(negative, at, (low & MASK) << bit);
    add(negative, at + 1, (low >>> WORD) << bit);
    if (high != 0) {
      add(negative, at + 2, (high & MASK) << bit);
      add(negative, at + 3, (high >>> WORD) << bit);
    }
    if (++additions == additionsBetweenCarries) {
      carry();
    }
  }

  private void add(boolean negative, int at, long term) {
    if (term != 0) {
      words[at] += negative ? -(term & MASK) : term & MASK;
      words[at + 1] += negative ? -(term >>> WORD) : term >>> WORD;
    }
  }

  private void carry() {
    for (int i = 0; i + 1 < words.length; i++) {
      long carry = words[i] >> WORD;
      words[i] -= carry << WORD;
      words[i + 1] += carry;
    }
    additions = 0;
  }

  /** The sum. */
  BigInteger value() {
    BigInteger sum = BigInteger.ZERO;
    for (int i = words.length - 1; i >= 0; i--) {
      sum = sum.shiftLeft(WORD).add(BigInteger.valueOf(words[i]));
    }
    return sum;
  }
}
