package org.hetal.tools.products;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.KeyPlan;
import org.hetal.he.Parameters;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.Scope;
import org.hetal.he.owner.Client;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;

/**
 * Times the methods at a shape. Each method first runs on the simulator, which gives its keys and
 * counts; then its keys are made, each is used once, and the method runs on the engine.
 */
public final class ProductBench {
  /** The level of the published measurements. */
  private static final int LEVEL = 12;

  /** Of entries of about 1; a wrong result is off by far more. */
  private static final double LARGEST_ERROR = 1e-3;

  private static final int COMPACT_LEVELS = 2;

  private final Client client;
  private final Engine engine;
  private final int level;

  /** Opens an evaluator with the keys of a plan, which it writes. */
  @FunctionalInterface
  public interface Engine {
    /**
     * Runs an action with an evaluator.
     *
     * @param keys which the action needs
     * @param action closes what it makes
     */
    void with(KeyPlan keys, Consumer<Evaluator> action);
  }

  /**
   * A bench.
   *
   * @param client encrypts and decrypts
   * @param engine opens evaluators for the client's keys
   * @throws IllegalArgumentException for parameters of fewer than 6 levels
   */
  public ProductBench(Client client, Engine engine) {
    this.client = client;
    this.engine = engine;
    this.level = Math.min(LEVEL, client.parameters().maxLevel() - COMPACT_LEVELS);
    if (level < 4) {
      throw new IllegalArgumentException(
          "products: expected a parameter set of at least 6 levels, actual "
              + client.parameters().maxLevel());
    }
  }

  /** {@return the level at which the operands of the products are} */
  public int level() {
    return level;
  }

  /**
   * Refuses methods and shapes that {@link #run} refuses.
   *
   * @throws IllegalArgumentException for an unknown name, or a shape that does not fit
   */
  public void require(Shape shape, List<String> names) {
    ProductMethods.of(names, shape, client.parameters().slotCount(), level);
  }

  /**
   * Runs methods at a shape.
   *
   * @param names of {@link ProductMethods#names}
   * @param longestMinutes above which a method is extrapolated
   * @param done told each row when it is there, without its ratio
   * @return the rows with ratios
   * @throws IllegalArgumentException for an unknown name, or a shape that does not fit
   * @throws IllegalStateException for a wrong result
   */
  public List<ProductRow> run(
      Shape shape, List<String> names, double longestMinutes, Consumer<ProductRow> done) {
    List<ProductRow> rows = new ArrayList<>();
    for (ProductMethod method :
        ProductMethods.of(names, shape, client.parameters().slotCount(), level)) {
      ProductRow row = run(shape, method, longestMinutes * 60);
      done.accept(row);
      rows.add(row);
    }
    return withRatios(rows);
  }

  private static List<ProductRow> withRatios(List<ProductRow> rows) {
    List<ProductRow> out = new ArrayList<>();
    for (ProductRow row : rows) {
      double ours = Double.NaN;
      for (ProductRow other : rows) {
        if (other.side() == row.side() && other.method().equals("ours")) {
          ours = other.seconds();
        }
      }
      out.add(row.withRatio(ours));
    }
    return out;
  }

  private ProductRow run(Shape shape, ProductMethod method, double longestSeconds) {
    double[][] left = left(shape, method.side());
    double[][] right = right(shape, method.side());
    DryRun dry = dryRun(method, left, right);
    List<ProductRow> row = new ArrayList<>();
    engine.with(
        dry.keys,
        evaluator -> {
          RecordingEvaluator recorder = new RecordingEvaluator(evaluator);
          warm(recorder, dry.keys);
          StepClock clock = new StepClock(method.steps(), method.steps(), longestSeconds);
          double[][] result =
              method.multiply(new Workbench(recorder, cipher(evaluator), clock), left, right);
          double error = error(method.expected(left, right, clock.done()), result);
          requireRight(shape, method, error);
          Counts counts = clock.extrapolated() ? dry.counts : Counts.of(recorder.counts());
          row.add(
              new ProductRow(
                  shape,
                  method.side(),
                  method.name(),
                  clock.seconds(),
                  clock.done(),
                  clock.steps(),
                  counts,
                  method.levels(),
                  error,
                  Double.NaN));
        });
    return row.get(0);
  }

  private record DryRun(KeyPlan keys, Counts counts) {}

  /** On the simulator, as far as it takes to use every key. */
  private DryRun dryRun(ProductMethod method, double[][] left, double[][] right) {
    Parameters parameters = client.parameters();
    SimulatedParameters simulated =
        new SimulatedParameters(
            parameters.ringDegree(), 0, parameters.maxLevel(), parameters.bootstrapBound());
    Simulator simulator = new Simulator(simulated);
    try (RecordingEvaluator recorder = new RecordingEvaluator(simulator)) {
      StepClock clock =
          new StepClock(method.steps(), method.stepsUsingAllKeys(), Double.POSITIVE_INFINITY);
      method.multiply(
          new Workbench(
              recorder,
              new Workbench.Cipher() {
                @Override
                public Ciphertext encrypt(double[] slots, int at) {
                  return simulator.encrypt(slots, at);
                }

                @Override
                public double[] decrypt(Ciphertext a) {
                  return simulator.decrypt(a);
                }
              },
              clock),
          left,
          right);
      return new DryRun(
          recorder.usedKeys(), method.formula().orElseGet(() -> Counts.of(recorder.counts())));
    }
  }

  private Workbench.Cipher cipher(Evaluator evaluator) {
    return new Workbench.Cipher() {
      @Override
      public Ciphertext encrypt(double[] slots, int at) {
        return evaluator.deserialize(client.encrypt(slots, at));
      }

      @Override
      public double[] decrypt(Ciphertext a) {
        return client.decrypt(evaluator, a);
      }
    };
  }

  /** Uses every key once, so that reading keys is not timed. */
  private void warm(Evaluator evaluator, KeyPlan keys) {
    keys.rotations()
        .forEach(
            (steps, at) -> {
              try (Ciphertext zero = evaluator.zero(at)) {
                evaluator.rotate(zero, steps).close();
              }
            });
    try (Scope scope = new Scope()) {
      if (keys.relinearizationLevel() >= 0) {
        Ciphertext zero = scope.own(evaluator.zero(keys.relinearizationLevel()));
        scope.own(evaluator.relinearize(scope.own(evaluator.multiply(zero, zero))));
      }
      if (keys.conjugationLevel() >= 0) {
        Ciphertext zero = scope.own(evaluator.zero(keys.conjugationLevel()));
        scope.own(evaluator.conjugate(zero));
      }
    }
  }

  private static double error(double[][] expected, double[][] actual) {
    double error = 0;
    for (int i = 0; i < expected.length; i++) {
      for (int j = 0; j < expected[i].length; j++) {
        double difference = Math.abs(expected[i][j] - actual[i][j]);
        error = Double.isNaN(difference) ? Double.NaN : Math.max(error, difference);
      }
    }
    return error;
  }

  private static void requireRight(Shape shape, ProductMethod method, double error) {
    if (!(error <= LARGEST_ERROR)) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "%s at %s: expected within %.0e of the product in the clear, actual %.1e: the figures"
                  + " do not count",
              method.name(),
              shape,
              LARGEST_ERROR,
              error));
    }
  }

  /** A, or R by the square root of the rows, so that the entries of both products are about 1. */
  private static double[][] left(Shape shape, Side side) {
    return side == Side.LOGITS
        ? random(shape.rows(), shape.features(), 1, 1)
        : random(shape.rows(), shape.classes(), 2, 1 / Math.sqrt(shape.rows()));
  }

  private static double[][] right(Shape shape, Side side) {
    return side == Side.LOGITS
        ? random(shape.classes(), shape.features(), 3, 1 / Math.sqrt(shape.features()))
        : random(shape.rows(), shape.features(), 1, 1);
  }

  private static double[][] random(int rows, int columns, long seed, double bound) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] out = new double[rows][columns];
    for (double[] row : out) {
      for (int i = 0; i < columns; i++) {
        row[i] = bound * random.nextDouble(-1, 1);
      }
    }
    return out;
  }
}
