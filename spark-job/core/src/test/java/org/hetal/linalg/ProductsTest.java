package org.hetal.linalg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.hetal.he.Ciphertext;
import org.hetal.he.HeLevelException;
import org.hetal.packing.Layout;
import org.hetal.packing.LayoutSearch;
import org.hetal.packing.Packing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProductsTest {
  private static final int LEVEL = 12;

  /** Every layout of a shape that is small enough, and the chosen ones at other sizes. */
  static Stream<Layout> layouts() {
    List<Layout> out = new ArrayList<>();
    for (int classes : new int[] {2, 3, 4, 7, 10, 16, 33, 64}) {
      for (int features : new int[] {1, 2, 5, 16, 61, 130, 785, 4096}) {
        int slots = features > 200 ? 2048 : 512;
        out.add(LayoutSearch.cheapest(slots, 40, features, classes));
        if (features <= 130) {
          out.add(LayoutSearch.cheapest(slots, 1, features, classes));
          out.add(LayoutSearch.cheapest(256, 1000, features, classes));
        }
        if (features <= 61 && classes <= 16) {
          int most = 128 / LayoutSearch.cheapest(128, 1, 1, classes).paddedClasses();
          for (int perGroup = most; perGroup >= 2; perGroup /= 2) {
            for (int rows = perGroup; rows >= 2; rows /= 2) {
              repeating(rows, classes, features, perGroup).ifPresent(out::add);
            }
          }
          out.add(LayoutSearch.cheapest(32, 3, features, classes));
        }
      }
    }
    out.add(new Layout(2048, 256, 3, 30, 256));
    out.add(new Layout(2048, 128, 4, 61, 128));
    out.add(new Layout(4096, 256, 2, 40, 256));
    return out.stream().distinct();
  }

  /** A layout of 128 slots, if the weights have room in it. */
  private static Optional<Layout> repeating(int rows, int classes, int features, int perGroup) {
    try {
      return Optional.of(new Layout(128, rows, classes, features, perGroup));
    } catch (IllegalArgumentException e) {
      assertTrue(e.getMessage().startsWith("rows per group: expected at least"), e.getMessage());
      return Optional.empty();
    }
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void products_equalPlainMatricesForAnyNumberOfRows(Layout layout) {
    Fixture fixture = new Fixture(layout);
    double[][] weights = Matrices.random(layout.classes(), layout.features(), 3);
    int full = layout.rowsPerGroup();
    try (Products products = new Products(fixture.recorder, layout)) {
      ExpandedWeights expanded = products.expand(fixture.weights(weights, LEVEL));
      assertEquals(LEVEL - 2, expanded.level());
      int some = layout.rowsPerBlock() + 1;
      int[] counts =
          layout.features() > 200 ? new int[] {some} : new int[] {1, some, full - 1, full};
      for (int rows : Arrays.stream(counts).filter(n -> n <= full).distinct().toArray()) {
        checkLogits(fixture, products, weights, expanded, rows);
        checkGradient(fixture, products, rows);
      }
      checkTwoGroups(fixture, products);
    }
  }

  private static void checkLogits(
      Fixture fixture, Products products, double[][] weights, ExpandedWeights expanded, int rows) {
    Layout layout = fixture.layout;
    double[][] x = Matrices.random(rows, layout.features(), rows);
    FeatureBlocks blocks = fixture.features(x, LEVEL);
    Ciphertext logits = products.logits(expanded, blocks);
    assertEquals(LEVEL - 4, logits.level());
    double[] slots = fixture.simulator.decrypt(logits);
    double[][] expected = Matrices.timesTransposed(x, weights);
    String what = layout + " logits of " + rows + " rows";
    Matrices.assertClose(expected, Packing.unpackLogits(layout, slots, rows), what);
    assertZeroElsewhere(
        Packing.packLogits(layout, filled(rows, layout.classes())), slots, what + ": padding");
    try (RotatedFeatures rotated = products.rotateAhead(blocks, expanded.level())) {
      assertArrayEquals(slots, fixture.simulator.decrypt(products.logits(expanded, rotated)), 0);
    }
  }

  private static void checkGradient(Fixture fixture, Products products, int rows) {
    Layout layout = fixture.layout;
    double[][] x = Matrices.random(rows, layout.features(), rows + 7);
    double[][] residual = Matrices.random(rows, layout.classes(), rows + 11);
    double factor = -0.37;
    List<Ciphertext> gradient =
        products.gradient(fixture.logits(residual, 7), fixture.features(x, 6), factor);
    gradient.forEach(part -> assertEquals(3, part.level()));
    double[][] slots = fixture.decrypt(gradient);
    String what = layout + " gradient of " + rows + " rows";
    Matrices.assertClose(
        Matrices.transposedTimes(residual, x, factor), Packing.unpackWeights(layout, slots), what);
    assertCompact(layout, slots, what);
  }

  private static void checkTwoGroups(Fixture fixture, Products products) {
    Layout layout = fixture.layout;
    int full = layout.rowsPerGroup();
    double[][] x1 = Matrices.random(full, layout.features(), 21);
    double[][] x2 = Matrices.random(1, layout.features(), 22);
    double[][] r1 = Matrices.random(full, layout.classes(), 23);
    double[][] r2 = Matrices.random(1, layout.classes(), 24);
    double[][] expected = Matrices.transposedTimes(r1, x1, 0.01);
    double[][] rest = Matrices.transposedTimes(r2, x2, 0.01);
    for (int i = 0; i < rest.length; i++) {
      for (int j = 0; j < rest[i].length; j++) {
        expected[i][j] += rest[i][j];
      }
    }
    try (RotatedFeatures t1 = products.rotateAhead(fixture.features(x1, LEVEL), 9);
        RotatedFeatures t2 = products.rotateAhead(fixture.features(x2, LEVEL), 9)) {
      List<Ciphertext> gradient =
          products.gradient(
              List.of(fixture.logits(r1, 6), fixture.logits(r2, 6)), List.of(t1, t2), 0.01);
      gradient.forEach(part -> assertEquals(2, part.level()));
      double[][] slots = fixture.decrypt(gradient);
      Matrices.assertClose(expected, Packing.unpackWeights(layout, slots), layout + " two groups");
      assertCompact(layout, slots, layout + " two groups");
    }
  }

  /** A gradient is added to weights: same places, copies alike, nothing elsewhere. */
  private static void assertCompact(Layout layout, double[][] slots, String what) {
    double[][] used = Packing.packWeights(layout, filled(layout.classes(), layout.features()));
    double[][] again = Packing.packWeights(layout, Packing.unpackWeights(layout, slots));
    Matrices.assertClose(again, slots, what + ": compact form");
    for (int i = 0; i < slots.length; i++) {
      assertZeroElsewhere(used[i], slots[i], what + ": padding");
    }
  }

  private static double[][] filled(int rows, int columns) {
    double[][] out = new double[rows][columns];
    Arrays.stream(out).forEach(row -> Arrays.fill(row, 1));
    return out;
  }

  private static void assertZeroElsewhere(double[] used, double[] slots, String what) {
    for (int i = 0; i < slots.length; i++) {
      assertTrue(used[i] != 0 || slots[i] == 0, what + ": slot " + i + " is " + slots[i]);
    }
  }

  @Test
  void logits_ofFeaturesAboveTheWeightsLevel_areTheSame() {
    Fixture fixture = new Fixture(new Layout(128, 4, 7, 20));
    double[][] weights = Matrices.random(7, 20, 1);
    double[][] x = Matrices.random(9, 20, 2);
    try (Products products = new Products(fixture.recorder, fixture.layout)) {
      ExpandedWeights expanded = products.expand(fixture.weights(weights, 4));
      Ciphertext logits = products.logits(expanded, fixture.features(x, 15));
      assertEquals(0, logits.level());
      double[] slots = fixture.simulator.decrypt(logits);
      Matrices.assertClose(
          Matrices.timesTransposed(x, weights),
          Packing.unpackLogits(fixture.layout, slots, 9),
          "logits");
    }
  }

  @Test
  void tooLowLevels_throwBeforeAnyWork() {
    Fixture fixture = new Fixture(new Layout(128, 4, 7, 20));
    double[][] weights = Matrices.random(7, 20, 1);
    double[][] x = Matrices.random(9, 20, 2);
    Ciphertext residual = fixture.logits(Matrices.random(9, 7, 3), 3);
    Ciphertext higher = fixture.logits(Matrices.random(9, 7, 3), 9);
    try (Products products = new Products(fixture.recorder, fixture.layout)) {
      ExpandedWeights spent = products.expand(fixture.weights(weights, 3));
      ExpandedWeights expanded = products.expand(fixture.weights(weights, 9));
      var before = fixture.recorder.counts();
      FeatureBlocks low = fixture.features(x, 6);
      assertLevel(
          "expand: weights: expected a level of at least 2, actual 1",
          () -> products.expand(fixture.weights(weights, 1)));
      assertLevel(
          "logits: weights: expected a level of at least 2, actual 1",
          () -> products.logits(spent, low));
      assertLevel(
          "logits: features: expected a level of at least 7, actual 6",
          () -> products.logits(expanded, low));
      assertLevel(
          "rotateAhead: features: expected a level of at least 7, actual 6",
          () -> products.rotateAhead(low, 7));
      assertLevel(
          "gradient: residual: expected a level of at least 4, actual 3",
          () -> products.gradient(residual, low, 1));
      assertLevel(
          "gradient: features: expected a level of at least 8, actual 6",
          () -> products.gradient(higher, low, 1));
      assertEquals(before, fixture.recorder.counts());
    }
  }

  private static void assertLevel(String message, Runnable what) {
    assertEquals(message, assertThrows(HeLevelException.class, what::run).getMessage());
  }

  @Test
  void products_fromSeveralThreads_areThoseOfOne() {
    Fixture fixture = new Fixture(new Layout(256, 4, 7, 40));
    List<Ciphertext> compact = fixture.weights(Matrices.random(7, 40, 1), LEVEL);
    FeatureBlocks x = fixture.features(Matrices.random(19, 40, 2), LEVEL);
    Ciphertext residual = fixture.logits(Matrices.random(19, 7, 3), 9);
    List<double[][]> alone = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      try (Products products = new Products(fixture.recorder, fixture.layout)) {
        alone.add(step(fixture, products, compact, x, residual, i));
      }
    }
    try (Products products = new Products(fixture.recorder, fixture.layout)) {
      List<double[][]> together =
          IntStream.range(0, 24)
              .parallel()
              .mapToObj(i -> step(fixture, products, compact, x, residual, i))
              .toList();
      for (int i = 0; i < 24; i++) {
        assertArrayEquals(alone.get(i), together.get(i));
      }
    }
  }

  /** Logits and a gradient whose factor is one of six: more than the masks that are kept. */
  private static double[][] step(
      Fixture fixture,
      Products products,
      List<Ciphertext> compact,
      FeatureBlocks x,
      Ciphertext residual,
      int i) {
    try (ExpandedWeights weights = products.expand(compact)) {
      List<Ciphertext> out = new ArrayList<>(List.of(products.logits(weights, x)));
      out.addAll(products.gradient(residual, x, 1 + i % 6));
      return fixture.decrypt(out);
    }
  }

  @Test
  void wrongShapes_areNamed() {
    Fixture fixture = new Fixture(new Layout(128, 4, 7, 20));
    Fixture other = new Fixture(new Layout(128, 16, 7, 20));
    double[][] x = Matrices.random(9, 20, 2);
    assertMessage(
        "products: expected a layout of 128 slots, actual 256",
        () -> new Products(fixture.recorder, new Layout(256, 4, 7, 20)));
    try (Products products = new Products(fixture.recorder, fixture.layout)) {
      assertMessage(
          "compact weights: expected " + fixture.layout.compactCiphertexts() + ", actual 0",
          () -> products.expand(List.of()));
      assertMessage(
          "features: column blocks: expected 1, actual 3",
          () -> products.rotateAhead(other.features(x, 5), 4));
      Ciphertext residual = fixture.logits(Matrices.random(9, 7, 3), 9);
      assertMessage(
          "factor: expected a finite value, actual NaN",
          () -> products.gradient(residual, fixture.features(x, 9), Double.NaN));
    }
  }

  private static void assertMessage(String message, Runnable what) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, what::run).getMessage());
  }
}
