package org.hetal.tools.products;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every method on the simulator: results, operation counts, levels. */
class ProductMethodsTest {
  private static List<ProductMethod> all(Shape shape, int slots) {
    return ProductMethods.of(ProductMethods.names(), shape, slots, SimulatedRun.LEVEL);
  }

  private static void assertRight(ProductMethod method, SimulatedRun run) {
    assertEquals(run.expected.length, run.result.length);
    for (int i = 0; i < run.expected.length; i++) {
      assertArrayEquals(
          run.expected[i], run.result[i], 1e-10, method.name() + " " + method.side() + " row " + i);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "16x20x4, 512",
    "16x40x4, 128",
    "32x40x8, 512",
    "13x21x3, 256",
    "8x9x2, 64",
    "16x33x16, 256"
  })
  void everyMethod_isTheProductWithTheCountsAndLevelsOfItsFormula(String text, int slots) {
    Shape shape = Shape.parse(text);
    for (ProductMethod method : all(shape, slots)) {
      SimulatedRun run = new SimulatedRun(method, shape, slots, method.steps());
      assertRight(method, run);
      method.formula().ifPresent(counts -> assertEquals(counts, run.counts, method.name()));
      assertEquals(
          method.levels(), run.inputLevel - run.outputLevel, method.name() + " " + method.side());
    }
  }

  @Test
  void everyMethodStoppedEarly_hasWhatItsStepsComputed() {
    Shape shape = new Shape(16, 40, 8);
    for (ProductMethod method : all(shape, 256)) {
      for (int steps = 1; steps < Math.min(method.steps(), 50); steps += 3) {
        SimulatedRun run = new SimulatedRun(method, shape, 256, steps);
        assertRight(method, run);
      }
    }
  }

  /** The corrected table of HETAL, at 2^15 slots. */
  @ParameterizedTest
  @CsvSource({
    "diag-abt, 1024x769x8, 8, 100, 140",
    "diag-abt, 2048x769x16, 16, 392, 456",
    "diag-atb, 1024x769x8, 104, 100, 1008",
    "diag-atb, 2048x769x16, 400, 392, 4328",
    "diag-atb-partial, 1024x769x8, 176, 100, 1080",
    "diag-atb-partial, 2048x769x16, 736, 392, 4664",
    "row-major, 2048x769x16, 800, 784, 8688",
    "column-major, 2048x769x16, 816, 784, 8752"
  })
  void formulas_areThoseOfThePublishedTable(
      String name, String shape, long plainMultiplications, long multiplications, long rotations) {
    Counts counts =
        ProductMethods.of(List.of(name), Shape.parse(shape), 1 << 15, 12)
            .get(0)
            .formula()
            .orElseThrow();
    assertEquals(plainMultiplications, counts.plainMultiplications());
    assertEquals(multiplications, counts.multiplications());
    assertEquals(rotations, counts.rotations());
  }

  /** Jin et al. have no rotation in A W^T, and as many as HETAL's table timed in R^T A. */
  @Test
  void columnPacked_multipliesEachColumnWithEachWeight() {
    List<ProductMethod> both =
        ProductMethods.of(List.of("column-packed"), new Shape(2048, 769, 16), 1 << 15, 12);
    assertEquals(0, both.get(0).formula().orElseThrow().rotations());
    assertEquals(12304, both.get(0).formula().orElseThrow().multiplications());
    assertEquals(12304L * 15, both.get(1).formula().orElseThrow().rotations());
  }

  /** Fused methods do what the plain ones do with fewer key switches. */
  @Test
  void fusedMethods_relinearizeOncePerSum() {
    Shape shape = new Shape(32, 40, 8);
    ProductMethod plain = ProductMethods.of(List.of("diag-abt"), shape, 512, 6).get(0);
    ProductMethod fused = ProductMethods.of(List.of("diag-abt-fused"), shape, 512, 6).get(0);
    Counts plainCounts = new SimulatedRun(plain, shape, 512, plain.steps()).counts;
    Counts fusedCounts = new SimulatedRun(fused, shape, 512, fused.steps()).counts;
    assertEquals(plainCounts.multiplications(), fusedCounts.multiplications());
    assertEquals(fused.steps(), fusedCounts.relinearizations());
    assertTrue(fusedCounts.relinearizations() < plainCounts.relinearizations());
  }

  @Test
  void wrongNamesAndShapes_throw() {
    assertThrows(
        IllegalArgumentException.class,
        () -> ProductMethods.of(List.of("diagabt"), new Shape(16, 20, 4), 512, 6));
    assertThrows(IllegalArgumentException.class, () -> all(new Shape(256, 20, 4), 512));
    assertThrows(IllegalArgumentException.class, () -> all(new Shape(4, 20, 16), 512));
    for (String text : List.of("16x20", "16,20,4", "0x1x2", "16x5000x4", "16x20x65")) {
      assertThrows(IllegalArgumentException.class, () -> Shape.parse(text), text);
    }
  }
}
