package org.hetal.owner.contribution;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hetal.dataset.DatasetException;
import org.hetal.owner.data.Requirement;
import org.hetal.owner.data.Splits;

/**
 * What owners contribute, one or several together, and its form in slots: whole numbers in digits
 * of base 2^16 from -2^15 to 2^15 - 1, a slot for each, the lowest first. Slots are added without
 * carries. A sum of 1000 contributions is below 2^25 in a slot, and a ciphertext at level 1 holds
 * numbers below 2^48; 512 equal terms together had errors of at most 2^-11 at N = 2^16
 * (ContributionTest).
 *
 * @param contributions whose sum this is
 * @param validationRows of all
 * @param training rows and columns of all
 */
record Totals(long contributions, long validationRows, ColumnSums training) {
  /** More are refused when they are opened. */
  static final int MOST_CONTRIBUTIONS = 1000;

  /** A slot that is farther from a whole number is damaged. */
  private static final double TOLERANCE = 0.1;

  private static final int BASE_BITS = 16;
  private static final int HALF = 1 << BASE_BITS - 1;
  private static final BigInteger MASK = BigInteger.valueOf((1 << BASE_BITS) - 1);

  /** Digits of a number of rows or contributions, of a sum and of a sum of squares. */
  private static final int COUNT = 3;

  private static final int ROW_BITS = 31;
  private static final int SUM = digits(ColumnSums.LARGEST + ColumnSums.GRID);
  private static final int SQUARES = digits(2 * (ColumnSums.LARGEST + ColumnSums.GRID));

  /** For a sum of terms of so many bits over as many rows as there can be, and a sign. */
  private static int digits(int bits) {
    return (bits + ROW_BITS + 1) / BASE_BITS + 1;
  }

  /** The contribution of one owner: its training rows, and how many rows it validates with. */
  static Totals of(Splits splits) {
    return new Totals(1, splits.validation().rows(), ColumnSums.of(splits.train()));
  }

  /** Slots that so many columns take. */
  static int slots(int columns) {
    return 3 * COUNT + columns * (COUNT + SUM + SQUARES);
  }

  /** Ciphertexts that so many columns take. */
  static int ciphertexts(int columns, int slotCount) {
    return (slots(columns) + slotCount - 1) / slotCount;
  }

  /** The slots of each ciphertext; those that are not used are zero. */
  List<double[]> toSlots(int slotCount) {
    double[] all = new double[ciphertexts(training.columns().size(), slotCount) * slotCount];
    int at = write(BigInteger.valueOf(contributions), COUNT, all, 0);
    at = write(BigInteger.valueOf(training.rows()), COUNT, all, at);
    at = write(BigInteger.valueOf(validationRows), COUNT, all, at);
    for (ColumnSums.Column column : training.columns()) {
      at = write(BigInteger.valueOf(column.present()), COUNT, all, at);
      at = write(column.sum(), SUM, all, at);
      at = write(column.squares(), SQUARES, all, at);
    }
    List<double[]> out = new ArrayList<>();
    for (int from = 0; from < all.length; from += slotCount) {
      out.add(Arrays.copyOfRange(all, from, from + slotCount));
    }
    return out;
  }

  private static int write(BigInteger value, int digits, double[] out, int from) {
    BigInteger rest = value;
    for (int i = from; i < from + digits; i++) {
      int digit = rest.and(MASK).intValue();
      digit -= digit >= HALF ? 2 * HALF : 0;
      out[i] = digit;
      rest = rest.subtract(BigInteger.valueOf(digit)).shiftRight(BASE_BITS);
    }
    if (rest.signum() != 0) {
      throw new IllegalStateException("expected a number of " + digits + " digits, actual more");
    }
    return from + digits;
  }

  /**
   * The totals of decrypted slots.
   *
   * @param ciphertexts {@link #ciphertexts} arrays of equal length
   * @throws DatasetException unless every slot is near a whole number that so many contributions
   *     can give, and the numbers are possible for rows of numbers
   */
  static Totals ofSlots(List<double[]> ciphertexts, int columns) {
    Digits digits = new Digits(rounded(ciphertexts));
    long contributions = digits.count();
    Requirement.that(
        contributions >= 1 && contributions <= MOST_CONTRIBUTIONS,
        "contributions",
        "1 to " + MOST_CONTRIBUTIONS,
        contributions);
    digits.requireWithin(contributions * HALF, slots(columns));
    long rows = rows("rows to train on", digits.count(), contributions);
    long validationRows = rows("rows to validate with", digits.count(), contributions);
    List<ColumnSums.Column> out = new ArrayList<>();
    for (int column = 0; column < columns; column++) {
      ColumnSums.Column sums =
          new ColumnSums.Column(digits.count(), digits.take(SUM), digits.take(SQUARES));
      BigInteger most = sums.squares().multiply(BigInteger.valueOf(sums.present()));
      Requirement.that(
          sums.present() >= 0
              && sums.present() <= rows
              && sums.squares().signum() >= 0
              && sums.sum().pow(2).compareTo(most) <= 0,
          "column " + column,
          "sums of at most " + rows + " numbers and of their squares",
          "others; an owner contributed what are no sums");
      out.add(sums);
    }
    return new Totals(contributions, validationRows, new ColumnSums(rows, out));
  }

  private static long rows(String what, long rows, long contributions) {
    Requirement.that(
        rows >= contributions && rows <= Integer.MAX_VALUE,
        what,
        contributions + " or more, as that many contributions have, to " + Integer.MAX_VALUE,
        rows);
    return rows;
  }

  /**
   * No message shows a slot that is no whole number: somebody may have given a ciphertext of rows.
   */
  private static long[] rounded(List<double[]> ciphertexts) {
    int slotCount = ciphertexts.get(0).length;
    long[] out = new long[ciphertexts.size() * slotCount];
    for (int i = 0; i < out.length; i++) {
      double slot = ciphertexts.get(i / slotCount)[i % slotCount];
      double nearest = Math.rint(slot);
      if (!(Math.abs(slot - nearest) <= TOLERANCE && Math.abs(nearest) < 1L << 53)) {
        throw new DatasetException(
            "ciphertext "
                + (i / slotCount + 1)
                + ", slot "
                + i % slotCount
                + ": expected a whole number to within "
                + TOLERANCE
                + ", actual none; the contribution is damaged, has too many additions, or is no"
                + " contribution");
      }
      out[i] = (long) nearest;
    }
    return out;
  }

  /** Reads numbers off their digits. */
  private static final class Digits {
    private final long[] all;
    private int at;

    Digits(long[] all) {
      this.all = all;
    }

    /** Of slots that are not used, zero. */
    void requireWithin(long bound, int used) {
      for (int i = 0; i < all.length; i++) {
        long most = i < used ? bound : 0;
        Requirement.that(
            Math.abs(all[i]) <= most,
            "slot " + i,
            "a whole number of at most " + most + " in magnitude",
            "a larger one; the contribution is damaged");
      }
    }

    BigInteger take(int digits) {
      BigInteger out = BigInteger.ZERO;
      for (int i = at + digits - 1; i >= at; i--) {
        out = out.shiftLeft(BASE_BITS).add(BigInteger.valueOf(all[i]));
      }
      at += digits;
      return out;
    }

    /** Of rows or contributions; -1 for one that is no long. */
    long count() {
      BigInteger value = take(COUNT);
      return value.bitLength() < Long.SIZE ? value.longValue() : -1;
    }
  }
}
