package org.hetal.owner.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.KeyPlan;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.Scope;
import org.hetal.he.engine.NativeEngine;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.NativeClient;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.hetal.linalg.ExpandedWeights;
import org.hetal.linalg.FeatureBlocks;
import org.hetal.linalg.Products;
import org.hetal.packing.Layout;
import org.hetal.packing.LayoutSearch;
import org.hetal.packing.Packing;
import org.hetal.softmax.Softmax;
import org.hetal.training.PlainTrainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Softmax and matrix products on real ciphertexts of a toy ring, with the keys the simulator noted.
 */
class AlgorithmsOnEngineTest {
  private static final String PARAMETERS = "insecure_n10_l12";
  private static final int SLOTS = 1 << 9;
  private static final int TOP = 15;

  @TempDir Path root;

  @Test
  void softmax_onCiphertexts_isTheExactOneAndPaddedClassesVanish() {
    int squarings = 6;
    Layout layout = new Layout(SLOTS, 16, 7, 1);
    double[][] logits = logits(layout.rowsPerGroup(), layout.classes(), 100);
    double[][] scaled = scaled(logits, 1 / 64.0);
    Function<Arithmetic, double[]> softmax =
        arithmetic -> {
          Evaluator evaluator = arithmetic.evaluator;
          try (Scope scope = new Scope()) {
            Ciphertext u = scope.own(arithmetic.encrypt(Packing.packLogits(layout, scaled), TOP));
            Softmax chain = new Softmax(evaluator, layout, squarings);
            Ciphertext p = scope.ownAll(chain.apply(List.of(u), 7)).get(0);
            assertEquals(7, p.level());
            return arithmetic.decrypt(p);
          }
        };
    double[] slots = onEngine(softmax);
    double[][] actual = Packing.unpackLogits(layout, slots, logits.length);
    double worst = 0;
    for (int row = 0; row < logits.length; row++) {
      double[] expected = PlainTrainer.softmax(logits[row]);
      for (int c = 0; c < expected.length; c++) {
        worst = Math.max(worst, Math.abs(expected[c] - actual[row][c]));
      }
    }
    // The simulator's error with measured noise is of this size too; less would not be encrypted.
    assertTrue(worst < 2e-4 && worst > 1e-7, "largest error " + worst);
    int firstPadded = layout.classes() * layout.classStride();
    for (int slot = firstPadded; slot < SLOTS; slot++) {
      assertTrue(Math.abs(slots[slot]) < 0x1p-18, "padded slot " + slot + ": " + slots[slot]);
    }
  }

  @Test
  void logits_onCiphertexts_areThoseOfPlainMatrices() {
    Layout layout = LayoutSearch.cheapest(SLOTS, 50, 21, 5);
    double[][] rows = logits(50, 21, 0.2);
    double[][] weights = logits(5, 21, 0.2);
    Function<Arithmetic, double[]> product =
        arithmetic -> {
          Evaluator evaluator = arithmetic.evaluator;
          try (Scope scope = new Scope()) {
            Products products = scope.own(new Products(evaluator, layout));
            List<Ciphertext> compact = new ArrayList<>();
            for (double[] slots : Packing.packWeights(layout, weights)) {
              compact.add(scope.own(arithmetic.encrypt(slots, TOP)));
            }
            List<Ciphertext> blocks = new ArrayList<>();
            for (double[] slots : Packing.packFeatures(layout, rows)) {
              blocks.add(scope.own(arithmetic.encrypt(slots, TOP - Products.EXPAND_LEVELS)));
            }
            ExpandedWeights expanded = scope.own(products.expand(compact));
            FeatureBlocks features = new FeatureBlocks(blocks, layout.rowBlocks(rows.length));
            return arithmetic.decrypt(scope.own(products.logits(expanded, features)));
          }
        };
    double[][] actual = Packing.unpackLogits(layout, onEngine(product), rows.length);
    double[][] expected = PlainTrainer.logits(rows, weights);
    double worst = 0;
    for (int row = 0; row < rows.length; row++) {
      for (int c = 0; c < expected[row].length; c++) {
        worst = Math.max(worst, Math.abs(expected[row][c] - actual[row][c]));
      }
    }
    assertTrue(worst < 1e-5 && worst > 1e-12, "largest error " + worst);
  }

  /** An evaluator with a way in and out. */
  private abstract static class Arithmetic {
    final Evaluator evaluator;

    Arithmetic(Evaluator evaluator) {
      this.evaluator = evaluator;
    }

    abstract Ciphertext encrypt(double[] slots, int level);

    abstract double[] decrypt(Ciphertext a);
  }

  /** Runs on the simulator to learn the keys, then on the engine with exactly these. */
  private double[] onEngine(Function<Arithmetic, double[]> work) {
    KeyPlan keys;
    try (Simulator simulator = new Simulator(SimulatedParameters.withRingDegree(2 * SLOTS))) {
      RecordingEvaluator recorder = new RecordingEvaluator(simulator);
      work.apply(
          new Arithmetic(recorder) {
            @Override
            Ciphertext encrypt(double[] slots, int level) {
              return simulator.encrypt(slots, level);
            }

            @Override
            double[] decrypt(Ciphertext a) {
              return simulator.decrypt(a);
            }
          });
      keys = recorder.usedKeys();
    }
    try (Client client = NativeClient.insecureGenerate(PARAMETERS, 11)) {
      client.writeEvaluationKeys(root.resolve("keys"), keys, (done, of, bytes) -> {});
      try (Evaluator engine = NativeEngine.open(root.resolve("keys"), 2)) {
        return work.apply(
            new Arithmetic(engine) {
              @Override
              Ciphertext encrypt(double[] slots, int level) {
                return engine.deserialize(client.encrypt(slots, level));
              }

              @Override
              double[] decrypt(Ciphertext a) {
                return client.decrypt(engine, a);
              }
            });
      }
    }
  }

  /** Random rows within the bound, each with its mean taken away. */
  private static double[][] logits(int rows, int columns, double bound) {
    SplittableRandom random = new SplittableRandom(rows + columns);
    double[][] out = new double[rows][columns];
    for (double[] row : out) {
      double mean = 0;
      for (int c = 0; c < columns; c++) {
        row[c] = random.nextDouble(-bound / 2, bound / 2);
        mean += row[c] / columns;
      }
      for (int c = 0; c < columns; c++) {
        row[c] -= mean;
      }
    }
    return out;
  }

  private static double[][] scaled(double[][] values, double factor) {
    double[][] out = new double[values.length][];
    for (int i = 0; i < out.length; i++) {
      out[i] = java.util.Arrays.stream(values[i]).map(x -> factor * x).toArray();
    }
    return out;
  }
}
