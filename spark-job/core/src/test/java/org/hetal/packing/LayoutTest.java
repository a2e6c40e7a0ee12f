package org.hetal.packing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LayoutTest {
  @Test
  void shape_ofAFullLayout() {
    Layout layout = new Layout(256, 8, 7, 61);
    assertEquals(32, layout.columns());
    assertEquals(8, layout.paddedClasses());
    assertEquals(4, layout.positions());
    assertEquals(32, layout.rowsPerGroup());
    assertEquals(32, layout.classStride());
    assertEquals(2, layout.columnBlocks());
    assertEquals(8, layout.diagonals());
    assertEquals(2, layout.compactCiphertexts());
    assertEquals(3, layout.rowBlocks(17));
  }

  @Test
  void shortLastColumnBlock_repeatsItsFeaturesOverTheClasses() {
    Layout layout = new Layout(256, 8, 7, 33);
    assertEquals(8, layout.classPeriod(0));
    assertEquals(1, layout.classPeriod(1));
    assertEquals(5, layout.diagonals());
    assertEquals(32, layout.feature(1, 0));
    assertEquals(32, layout.feature(1, 4));
    assertEquals(33, layout.feature(1, 5));
  }

  @Test
  void packFeatures_putsRowsInsideAndColumnsOutside() {
    Layout layout = new Layout(32, 2, 4, 20);
    double[][] rows = random(5, 20, 1);
    double[][] slots = Packing.packFeatures(layout, rows);
    assertEquals(3 * 2, slots.length);
    assertEquals(rows[3][7], slots[2][7 * 2 + 1]);
    assertEquals(rows[4][17] * Math.sqrt(0.5), slots[5][1 * 2], 1e-15);
    assertEquals(rows[4][17] * Math.sqrt(0.5), slots[5][13 * 2], 1e-15);
    assertEquals(0, slots[4][7 * 2 + 1]);
  }

  @Test
  void packLabels_isOneHotAndZeroElsewhere() {
    Layout layout = new Layout(64, 4, 3, 5);
    double[] slots = Packing.packLabels(layout, new int[] {2, 0, 1, 1, 2});
    assertEquals(5, Arrays.stream(slots).sum());
    double[][] back = Packing.unpackLogits(layout, slots, 16);
    assertArrayEquals(new double[] {0, 0, 1}, back[4]);
    assertArrayEquals(new double[3], back[5]);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> Packing.packLabels(layout, new int[] {0, 3}));
    assertEquals("label of row 1: expected 0 to 2, actual 3", e.getMessage());
  }

  @Test
  void unpack_invertsPack() {
    for (int classes : new int[] {2, 3, 4, 7, 10, 16, 33, 64}) {
      for (int features : new int[] {1, 2, 5, 16, 61, 130, 785}) {
        for (int rowsPerBlock = 2; rowsPerBlock * 64 <= 1024; rowsPerBlock *= 2) {
          Layout full = new Layout(1024, rowsPerBlock, classes, features);
          unpackInvertsPack(full);
          for (int perGroup = rowsPerBlock; perGroup < full.rowsPerGroup(); perGroup *= 2) {
            if (full.canRepeat(perGroup)) {
              unpackInvertsPack(new Layout(1024, rowsPerBlock, classes, features, perGroup));
            }
          }
        }
      }
    }
  }

  private static void unpackInvertsPack(Layout layout) {
    int classes = layout.classes();
    double[][] weights = random(classes, layout.features(), classes + layout.features());
    double[][] packed = Packing.packWeights(layout, weights);
    assertClose(weights, Packing.unpackWeights(layout, packed));
    int rows = Math.min(layout.rowsPerGroup(), 2 * layout.rowsPerBlock() - 1);
    double[][] logits = random(rows, classes, 7);
    double[] slots = Packing.packLogits(layout, logits);
    assertClose(logits, Packing.unpackLogits(layout, slots, rows));
    assertRepeats(layout, slots);
    assertRepeats(layout, packed[0]);
  }

  private static void assertRepeats(Layout layout, double[] slots) {
    for (int i = layout.period(); i < slots.length; i++) {
      assertEquals(slots[i - layout.period()], slots[i], layout + " slot " + i);
    }
  }

  @Test
  void packWeights_leavesPaddingZero() {
    Layout layout = new Layout(1024, 16, 10, 61);
    double[][] ones = new double[10][61];
    Arrays.stream(ones).forEach(row -> Arrays.fill(row, 1));
    double total =
        Arrays.stream(Packing.packWeights(layout, ones)).flatMapToDouble(Arrays::stream).sum();
    assertEquals(10 * 61, total);
  }

  @Test
  void choose_holdsTheModelInOneCiphertextWhereItFits() {
    assertEquals(1, LayoutSearch.cheapest(1 << 15, 1024, 785, 10).compactCiphertexts());
    assertEquals(1, LayoutSearch.cheapest(1 << 15, 1024, 62, 10).compactCiphertexts());
    assertEquals(1, LayoutSearch.cheapest(1 << 15, 1024, 385, 7).compactCiphertexts());
    assertEquals(1, LayoutSearch.cheapest(1 << 15, 2048, 769, 16).compactCiphertexts());
    assertEquals(8, LayoutSearch.cheapest(1 << 15, 512, 4096, 64).compactCiphertexts());
  }

  @Test
  void compactRows_areThoseThatTheFormFills_andLeaveRoomForTheSecond() {
    Layout layout = LayoutSearch.cheapest(1 << 15, 1024, 769, 10);
    assertTrue(layout.hasRoomForTwo());
    double[][] ones = new double[10][769];
    Arrays.stream(ones).forEach(row -> Arrays.fill(row, 1));
    double[] packed = Packing.packWeights(layout, ones)[0];
    double[] rows = layout.compactRows();
    double[] filled = new double[rows.length];
    for (int slot = 0; slot < packed.length; slot++) {
      filled[slot % rows.length] += packed[slot];
    }
    for (int row = 0; row < rows.length; row++) {
      assertEquals(rows[row] == 1, filled[row] > 0, "row " + row);
      int second = Math.floorMod(row - layout.rowsToSecond(), rows.length);
      assertEquals(0, rows[row] * rows[second], "row " + row + " of both forms");
    }
    assertFalse(new Layout(1024, 16, 10, 61).hasRoomForTwo());
  }

  @Test
  void choose_repeatsLogitsWhereAMinibatchDoesNotFillTheSlots() {
    Layout small = LayoutSearch.cheapest(1 << 15, 512, 769, 3);
    assertTrue(small.copies() > 1 && small.rowsPerGroup() >= 512, small.toString());
    assertEquals(small.rowsPerGroup() * 4, small.period());
    assertTrue(small.hasRoomForTwo());
    Layout holdsMore = LayoutSearch.cheapest(1 << 15, 512, 769, 3, 3000);
    assertTrue(holdsMore.rowsPerGroup() >= 3000, holdsMore.toString());
    for (int groupRows : new int[] {1 << 15, Integer.MAX_VALUE}) {
      assertEquals(1, LayoutSearch.cheapest(1 << 15, 512, 769, 3, groupRows).copies());
    }
    assertEquals(1, LayoutSearch.cheapest(1 << 15, 2048, 769, 10).copies());
  }

  @Test
  void choose_findsALayoutWheneverTwoRowsOfAllClassesFit() {
    for (int logSlots = 5; logSlots <= 15; logSlots++) {
      int slots = 1 << logSlots;
      for (int classes : new int[] {2, 3, 16, 17, 33, 64}) {
        int padded = Layout.powerOfTwoAtLeast(classes);
        if (2 * padded <= slots) {
          Layout layout = LayoutSearch.cheapest(slots, 37, 130, classes);
          assertTrue(layout.columns() >= padded, layout.toString());
        } else {
          IllegalArgumentException e =
              assertThrows(
                  IllegalArgumentException.class,
                  () -> LayoutSearch.cheapest(slots, 37, 130, classes));
          assertTrue(e.getMessage().contains("need at least"), e.getMessage());
        }
      }
    }
  }

  @Test
  void badShapes_areNamed() {
    assertMessage(
        "classes: expected 2 to 64, actual 65", () -> LayoutSearch.cheapest(1024, 9, 5, 65));
    assertMessage("features: expected 1 to 4096, actual 0", () -> new Layout(1024, 4, 3, 0));
    assertMessage(
        "rows per block: expected a power of two of at least 2, actual 3",
        () -> new Layout(1024, 3, 3, 5));
    assertMessage(
        "layout: expected rows per block * padded classes of at most 32 slots, actual 16 * 4",
        () -> new Layout(32, 16, 3, 5));
    Layout layout = new Layout(64, 4, 3, 5);
    assertMessage("rows of a group: expected 1 to 16, actual 17", () -> layout.rowBlocks(17));
    assertMessage(
        "features of row 1: expected 5 values, actual 4",
        () -> Packing.packFeatures(layout, new double[][] {new double[5], new double[4]}));
    assertMessage(
        "compact weights: expected 64 slots, actual 2",
        () -> Packing.unpackWeights(layout, new double[layout.compactCiphertexts()][2]));
  }

  private static void assertMessage(String message, Runnable what) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, what::run).getMessage());
  }

  private static double[][] random(int rows, int columns, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] out = new double[rows][columns];
    for (double[] row : out) {
      Arrays.setAll(row, i -> random.nextDouble(-1, 1));
    }
    return out;
  }

  private static void assertClose(double[][] expected, double[][] actual) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i], actual[i], 1e-12);
    }
  }
}
