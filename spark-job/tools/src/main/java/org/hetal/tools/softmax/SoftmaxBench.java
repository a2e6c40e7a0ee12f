package org.hetal.tools.softmax;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.KeyPlan;
import org.hetal.he.Operation;
import org.hetal.he.Parameters;
import org.hetal.he.RecordingEvaluator;
import org.hetal.he.owner.Client;
import org.hetal.he.simulator.SimulatedParameters;
import org.hetal.he.simulator.Simulator;
import org.hetal.packing.Layout;
import org.hetal.packing.Packing;
import org.hetal.softmax.Softmax;

/**
 * Times both methods on one ciphertext full of rows, for logits within +-128. Both get the logits
 * four levels below a bootstrap's output, as training has them, and may end at any level.
 */
public final class SoftmaxBench {
  /** Of centred logits. */
  public static final int LOGIT_RANGE = 128;

  /** The names of the methods. */
  public static final List<String> METHODS = List.of("hetal", "ours");

  /** Expansion of the weights and their product take four. */
  private static final int LEVELS_TO_LOGITS = 4;

  /** A wrong softmax is off by far more. */
  private static final double LARGEST_ERROR = 0.05;

  private final Client client;
  private final List<Integer> classes;
  private final List<String> methods;

  /**
   * A bench.
   *
   * @param client encrypts and decrypts
   * @param classes each 2 to 16
   * @param methods of {@link #METHODS}
   * @throws IllegalArgumentException for other classes or methods, or too few slots
   */
  public SoftmaxBench(Client client, List<Integer> classes, List<String> methods) {
    this.client = client;
    this.classes = List.copyOf(classes);
    this.methods = List.copyOf(methods);
    for (String method : methods) {
      if (!METHODS.contains(method)) {
        throw new IllegalArgumentException("method: expected hetal or ours, actual " + method);
      }
    }
    for (int c : classes) {
      if (c < 2 || c > 16) {
        throw new IllegalArgumentException("classes: expected 2 to 16, actual " + c);
      }
      layout(c);
    }
  }

  /** {@return every key that the methods use} */
  public KeyPlan keys() {
    Parameters parameters = client.parameters();
    Simulator simulator = new Simulator(SimulatedParameters.like(parameters));
    try (RecordingEvaluator recorder = new RecordingEvaluator(simulator)) {
      for (int c : classes) {
        for (String method : methods) {
          try (Ciphertext logits = simulator.encrypt(new double[] {0}, inputLevel())) {
            apply(recorder, method, layout(c), logits).close();
          }
        }
      }
      return recorder.usedKeys();
    }
  }

  /**
   * Runs the methods.
   *
   * @param evaluator with {@link #keys}
   * @param done told each row when it is there
   * @return the rows
   * @throws IllegalStateException for a wrong result
   */
  public List<SoftmaxRow> run(Evaluator evaluator, Consumer<SoftmaxRow> done) {
    List<SoftmaxRow> rows = new ArrayList<>();
    for (int c : classes) {
      for (String method : methods) {
        SoftmaxRow row = run(evaluator, method, layout(c));
        done.accept(row);
        rows.add(row);
      }
    }
    return rows;
  }

  private SoftmaxRow run(Evaluator evaluator, String method, Layout layout) {
    double[][] x =
        SoftmaxRows.random(layout.rowsPerGroup(), layout.classes(), LOGIT_RANGE, layout.classes());
    double[] slots = Packing.packLogits(layout, x);
    for (int i = 0; i < slots.length; i++) {
      slots[i] *= 2.0 / LOGIT_RANGE;
    }
    RecordingEvaluator recorder = new RecordingEvaluator(evaluator);
    double[] values;
    double seconds;
    try (Ciphertext logits = evaluator.deserialize(client.encrypt(slots, inputLevel()))) {
      long start = System.nanoTime();
      try (Ciphertext out = apply(recorder, method, layout, logits)) {
        seconds = (System.nanoTime() - start) * 1e-9;
        values = client.decrypt(evaluator, out);
      }
    }
    return row(
        method, layout, x, Packing.unpackLogits(layout, values, x.length), seconds, recorder);
  }

  private static SoftmaxRow row(
      String method,
      Layout layout,
      double[][] x,
      double[][] probabilities,
      double seconds,
      RecordingEvaluator recorder) {
    double largest = 0;
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      double[] exact = SoftmaxRows.exact(x[i]);
      for (int k = 0; k < exact.length; k++) {
        double error = Math.abs(exact[k] - probabilities[i][k]);
        largest = Double.isNaN(error) ? Double.NaN : Math.max(largest, error);
        sum += error;
      }
    }
    if (!(largest <= LARGEST_ERROR)) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "softmax %s of %d classes: expected probabilities within %.2f, actual %.1e: the"
                  + " figures do not count",
              method,
              layout.classes(),
              LARGEST_ERROR,
              largest));
    }
    Map<Operation, Long> counts = recorder.counts();
    return new SoftmaxRow(
        method,
        layout.classes(),
        x.length,
        seconds,
        counts.get(Operation.BOOTSTRAP),
        counts.get(Operation.MULTIPLY),
        counts.get(Operation.ROTATE),
        largest,
        sum / (x.length * layout.classes()));
  }

  private static Ciphertext apply(
      Evaluator evaluator, String method, Layout layout, Ciphertext logits) {
    return method.equals("hetal")
        ? new PublishedSoftmax(evaluator, layout).apply(logits)
        : new Softmax(evaluator, layout, Softmax.squarings(LOGIT_RANGE))
            .apply(List.of(logits), 0)
            .get(0);
  }

  private int inputLevel() {
    return client.parameters().bootstrapOutputLevel() - LEVELS_TO_LOGITS;
  }

  /** One column for each class; any layout of these classes has the same slots for logits. */
  private Layout layout(int c) {
    int slots = client.parameters().slotCount();
    int padded = Integer.highestOneBit(c - 1) * 2;
    return new Layout(slots, slots / padded, c, 2);
  }
}
