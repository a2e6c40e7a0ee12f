package org.hetal.owner.contribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.hetal.dataset.DatasetException;
import org.hetal.owner.data.Splits;
import org.junit.jupiter.api.Test;

class TotalsTest {
  private static final int SLOTS = 512;

  private static List<double[]> sum(List<double[]> a, List<double[]> b) {
    return java.util.stream.IntStream.range(0, a.size())
        .mapToObj(
            i -> {
              double[] out = a.get(i).clone();
              Arrays.setAll(out, slot -> out[slot] + b.get(i)[slot]);
              return out;
            })
        .toList();
  }

  private static Totals of(Splits splits) {
    return Totals.of(splits);
  }

  @Test
  void slots_giveTheTotalsBack() {
    Totals own = of(OwnersRows.three(0.1).get(0));
    List<double[]> slots = own.toSlots(SLOTS);
    assertEquals(Totals.ciphertexts(7, SLOTS), slots.size());
    assertEquals(1, Totals.ciphertexts(454, 1 << 15));
    assertEquals(2, Totals.ciphertexts(784, 1 << 15));
    assertEquals(own, Totals.ofSlots(slots, 7));
    for (double[] each : slots) {
      assertTrue(Arrays.stream(each).allMatch(x -> Math.abs(x) <= 1 << 15), "16 bits a slot");
    }
  }

  /** The numbers at the ends of their digits. */
  @Test
  void slots_holdTheLargestNumbers() {
    BigInteger sum = BigInteger.TWO.pow(150 + 192).multiply(BigInteger.valueOf(Integer.MAX_VALUE));
    BigInteger squares =
        BigInteger.TWO.pow(300 + 384).multiply(BigInteger.valueOf(Integer.MAX_VALUE));
    for (BigInteger each : List.of(sum, sum.negate())) {
      ColumnSums.Column column = new ColumnSums.Column(Integer.MAX_VALUE, each, squares);
      Totals totals =
          new Totals(1, Integer.MAX_VALUE, new ColumnSums(Integer.MAX_VALUE, List.of(column)));
      assertEquals(totals, Totals.ofSlots(totals.toSlots(SLOTS), 1));
    }
  }

  @Test
  void sumsOfSlots_areTheTotalsOfAllRows() {
    List<Splits> owners = OwnersRows.three(0.1);
    List<double[]> slots = of(owners.get(0)).toSlots(SLOTS);
    slots = sum(slots, of(owners.get(1)).toSlots(SLOTS));
    slots = sum(slots, of(owners.get(2)).toSlots(SLOTS));
    Totals union = of(OwnersRows.union(owners));
    assertEquals(new Totals(3, union.validationRows(), union.training()), Totals.ofSlots(slots, 7));
  }

  @Test
  void aThousandContributions_areOpened_andOneMoreIsRefused() {
    Totals own = of(OwnersRows.three(0).get(2));
    List<double[]> one = own.toSlots(SLOTS);
    List<double[]> all = one.stream().map(double[]::clone).toList();
    for (int i = 1; i < 1000; i++) {
      all = sum(all, one);
    }
    Totals opened = Totals.ofSlots(all, 7);
    assertEquals(1000, opened.contributions());
    assertEquals(37000, opened.training().rows());
    assertEquals(
        own.training().columns().get(6).squares().multiply(BigInteger.valueOf(1000)),
        opened.training().columns().get(6).squares());
    List<double[]> more = sum(all, one);
    refused("contributions: expected 1 to 1000, actual 1001", more);
  }

  private static void refused(String message, List<double[]> slots) {
    String actual =
        assertThrows(DatasetException.class, () -> Totals.ofSlots(slots, 7)).getMessage();
    assertTrue(actual.contains(message), actual);
    assertEquals(1, actual.lines().count());
  }

  private static List<double[]> changed(Consumer<double[]> change) {
    List<double[]> slots =
        of(OwnersRows.three(0).get(0)).toSlots(SLOTS).stream().map(double[]::clone).toList();
    change.accept(slots.get(0));
    return slots;
  }

  /** They may be those of a row that somebody gave in place of sums. */
  @Test
  void decryptedSlots_areNotShown() {
    for (double value : new double[] {0.37251, 73251.0}) {
      List<double[]> slots = changed(s -> s[30] = value);
      String message =
          assertThrows(DatasetException.class, () -> Totals.ofSlots(slots, 7)).getMessage();
      assertFalse(message.contains("7251"), message);
    }
  }

  @Test
  void slotsOfNoSums_areRefused() {
    Totals.ofSlots(changed(slots -> slots[20] += 0.09), 7);
    refused("ciphertext 1, slot 20: expected a whole number", changed(s -> s[20] += 0.2));
    refused("ciphertext 1, slot 0: expected a whole number", changed(s -> s[0] = Double.NaN));
    refused("slot 30: expected a whole number of at most", changed(s -> s[30] = 1 << 17));
    refused("ciphertext 1, slot 3: expected a whole number", changed(s -> s[3] = 1e300));
    refused("contributions: expected 1 to 1000, actual 0", changed(s -> s[0] = 0));
    refused("rows to train on: expected 1 or more", changed(s -> s[3] = -1));
    refused("column 0: expected sums of at most 200 numbers", changed(s -> s[9] = 201));
    refused("column 0: expected sums", changed(s -> Arrays.fill(s, 36, 36 + 45, 0)));
    List<double[]> slots = of(OwnersRows.three(0).get(0)).toSlots(1024);
    slots.get(0)[1000] = 1;
    refused("slot 1000: expected a whole number of at most 0", slots);
  }
}
