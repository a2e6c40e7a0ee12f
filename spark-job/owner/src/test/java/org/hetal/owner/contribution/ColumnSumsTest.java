package org.hetal.owner.contribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Table;
import org.junit.jupiter.api.Test;

class ColumnSumsTest {
  private static final BigDecimal GRID = new BigDecimal(BigInteger.TWO.pow(192));

  private static ColumnSums of(double[]... rows) {
    return ColumnSums.of(Table.ofArrays("rows", List.of("a"), rows, null));
  }

  private static ColumnSums.Column column(double... values) {
    return of(Arrays.stream(values).mapToObj(x -> new double[] {x}).toArray(double[][]::new))
        .columns()
        .get(0);
  }

  /** A value in units of the grid, by another way. */
  private static BigInteger units(double value) {
    return new BigDecimal(value)
        .multiply(GRID)
        .setScale(0, RoundingMode.HALF_EVEN)
        .toBigIntegerExact();
  }

  private static double[] values(int count) {
    SplittableRandom random = new SplittableRandom(8);
    double[] out = new double[count];
    for (int i = 0; i < count; i++) {
      double mantissa = 1 + random.nextDouble();
      out[i] = Math.scalb(random.nextBoolean() ? mantissa : -mantissa, random.nextInt(-230, 150));
    }
    return out;
  }

  @Test
  void sums_areExact_overAllMagnitudes() {
    double[] values = values(3000);
    BigInteger sum = BigInteger.ZERO;
    BigInteger squares = BigInteger.ZERO;
    for (double value : values) {
      sum = sum.add(units(value));
      squares = squares.add(units(value).pow(2));
    }
    assertEquals(new ColumnSums.Column(3000, sum, squares), column(values));
  }

  @Test
  void sums_doNotDependOnTheOrder_orOnWhoHasWhichRows() {
    double[] values = values(999);
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    ColumnSums.Column whole = column(values);
    assertEquals(whole, column(sorted));
    ColumnSums.Column a = column(Arrays.copyOf(values, 100));
    ColumnSums.Column b = column(Arrays.copyOfRange(values, 100, 999));
    assertEquals(whole, a.plus(b));
    assertEquals(whole, b.plus(a));
  }

  @Test
  void eachPowerOfTwo_isSummedAtItsPlace() {
    for (int exponent = -192; exponent < 150; exponent++) {
      double value = Math.scalb(-1.0, exponent);
      BigInteger expected = BigInteger.TWO.pow(exponent + 192);
      ColumnSums.Column sums = column(value, 1);
      BigInteger one = BigInteger.TWO.pow(192);
      assertEquals(one.subtract(expected), sums.sum(), "2^" + exponent);
      assertEquals(one.pow(2).add(expected.pow(2)), sums.squares(), "2^" + exponent);
    }
  }

  @Test
  void valuesBelowTheGrid_areRoundedToIt() {
    for (double value :
        new double[] {0x1p-193, 0x1.8p-192, 0x1p-194, Double.MIN_VALUE, 0x1p-1022}) {
      assertEquals(units(value), column(value, 0, 1).sum().subtract(units(1)), value + "");
      assertEquals(units(-value), column(-value, 0, 1).sum().subtract(units(1)), value + "");
    }
  }

  @Test
  void missingValues_areCountedOut() {
    assertEquals(
        new ColumnSums.Column(2, units(4), units(1).pow(2).add(units(3).pow(2))),
        column(1, Double.NaN, 3));
    assertEquals(new ColumnSums.Column(0, BigInteger.ZERO, BigInteger.ZERO), column(Double.NaN));
  }

  @Test
  void manyTerms_carry() {
    ExactSum sum = new ExactSum(128, 3);
    BigInteger expected = BigInteger.ZERO;
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 1000; i++) {
      long high = i % 2 == 0 ? -1 : random.nextLong();
      long low = i % 2 == 0 ? -1 : random.nextLong();
      boolean negative = i % 5 == 0;
      sum.add(negative, high, low, 0);
      BigInteger term =
          new BigInteger(Long.toUnsignedString(high))
              .shiftLeft(64)
              .add(new BigInteger(Long.toUnsignedString(low)));
      expected = negative ? expected.subtract(term) : expected.add(term);
    }
    assertEquals(expected, sum.value());
  }

  @Test
  void valuesThatDoNotFit_areNamed() {
    String large =
        assertThrows(DataException.class, () -> of(new double[] {1}, new double[] {-0x1p150}))
            .getMessage();
    assertTrue(large.startsWith("rows row 2 column 0 (a): expected a number below 1.4e45"), large);
    String tiny =
        assertThrows(DataException.class, () -> of(new double[] {0}, new double[] {1e-31}))
            .getMessage();
    assertTrue(tiny.startsWith("rows column 0 (a): expected some number of at least"), tiny);
    of(new double[] {0});
  }
}
