package org.hetal.linalg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.Plaintext;
import org.hetal.packing.Layout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who closes what: everything that an evaluator returned and that is not a result. */
class OwnershipTest {
  private final List<AutoCloseable> made = new ArrayList<>();
  private Fixture fixture;

  private Evaluator watched() {
    return (Evaluator)
        Proxy.newProxyInstance(
            Evaluator.class.getClassLoader(),
            new Class<?>[] {Evaluator.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(fixture.simulator, arguments);
                note(result);
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private void note(Object result) {
    if (result instanceof List<?> list) {
      list.forEach(this::note);
    } else if (result instanceof Ciphertext || result instanceof Plaintext) {
      made.add((AutoCloseable) result);
    }
  }

  private boolean isOpen(AutoCloseable value) {
    try {
      if (value instanceof Ciphertext a) {
        fixture.simulator.negate(a);
      } else {
        Plaintext p = (Plaintext) value;
        fixture.simulator.add(fixture.simulator.encrypt(new double[] {0}, p.level()), p);
      }
      return true;
    } catch (IllegalStateException closed) {
      return false;
    }
  }

  private long open() {
    return made.stream().filter(this::isOpen).count();
  }

  @ParameterizedTest
  @CsvSource({"128,4,7,20", "128,2,10,61", "128,8,3,5", "128,64,2,1", "512,16,10,33"})
  void everyIntermediate_isClosed(int slots, int rowsPerBlock, int classes, int features) {
    Layout layout = new Layout(slots, rowsPerBlock, classes, features);
    fixture = new Fixture(layout);
    int rows = layout.rowsPerGroup();
    List<Ciphertext> compact = fixture.weights(Matrices.random(classes, features, 1), 12);
    FeatureBlocks x = fixture.features(Matrices.random(rows, features, 2), 12);
    FeatureBlocks exact = fixture.features(Matrices.random(rows, features, 2), 10);
    Ciphertext residual = fixture.logits(Matrices.random(rows, classes, 3), 8);
    try (Products products = new Products(watched(), layout)) {
      try (ExpandedWeights weights = products.expand(compact);
          RotatedFeatures rotated = products.rotateAhead(exact, 10)) {
        products.logits(weights, x).close();
        products.logits(weights, exact).close();
        products.logits(weights, rotated).close();
        products.gradient(residual, x, 0.5).forEach(Ciphertext::close);
        products.gradient(List.of(residual), List.of(rotated), 0.5).forEach(Ciphertext::close);
        assertEquals(layout.diagonals() + rotations(layout, rotated), openCiphertexts());
      }
      assertEquals(0, openCiphertexts());
      assertTrue(compact.stream().allMatch(this::isOpen));
      assertTrue(x.blocks().stream().allMatch(this::isOpen));
      assertTrue(exact.blocks().stream().allMatch(this::isOpen));
      assertTrue(isOpen(residual));
    }
    assertEquals(0, open());
  }

  /** Of features that are at the level of their copies. */
  private static int rotations(Layout layout, RotatedFeatures x) {
    int perRowBlock = 0;
    for (int b = 0; b < layout.columnBlocks(); b++) {
      perRowBlock += FeatureCopies.count(layout, b) - 1;
    }
    return x.rowBlocks() * perRowBlock;
  }

  private long openCiphertexts() {
    return made.stream().filter(a -> a instanceof Ciphertext).filter(this::isOpen).count();
  }

  @Test
  void masks_areEncodedOnceALevel() {
    fixture = new Fixture(new Layout(128, 4, 7, 20));
    List<Ciphertext> compact = fixture.weights(Matrices.random(7, 20, 1), 12);
    try (Products products = new Products(watched(), fixture.layout)) {
      products.expand(compact).close();
      long first = made.stream().filter(a -> a instanceof Plaintext).count();
      products.expand(compact).close();
      assertEquals(first, made.stream().filter(a -> a instanceof Plaintext).count());
    }
  }

  @Test
  void masksOfManyFactors_areNotKept() {
    fixture = new Fixture(new Layout(128, 4, 7, 20));
    FeatureBlocks x = fixture.features(Matrices.random(9, 20, 2), 8);
    Ciphertext residual = fixture.logits(Matrices.random(9, 7, 3), 8);
    try (Products products = new Products(watched(), fixture.layout)) {
      long most = 0;
      for (int i = 1; i <= 40; i++) {
        products.gradient(residual, x, 1.0 / i).forEach(Ciphertext::close);
        if (i == 10) {
          most = open();
        }
      }
      assertEquals(most, open());
    }
  }

  @Test
  void closedProducts_throw() {
    fixture = new Fixture(new Layout(128, 4, 7, 20));
    FeatureBlocks x = fixture.features(Matrices.random(9, 20, 2), 8);
    Ciphertext residual = fixture.logits(Matrices.random(9, 7, 3), 8);
    Products products = new Products(fixture.simulator, fixture.layout);
    products.close();
    assertThrows(IllegalStateException.class, () -> products.gradient(residual, x, 1));
    assertThrows(
        IllegalStateException.class,
        () -> products.expand(fixture.weights(Matrices.random(7, 20, 1), 12)));
  }
}
