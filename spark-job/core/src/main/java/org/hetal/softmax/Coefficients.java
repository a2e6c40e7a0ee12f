package org.hetal.softmax;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The fitted constants of the chain for 2 to 16 classes, read once from {@code coefficients.txt},
 * which documents its lines. The program softmax_coefficients in he-native fits and checks them. An
 * entry is valid for its own number of classes only.
 */
final class Coefficients {
  private static final String RESOURCE = "coefficients.txt";

  /**
   * The factor by which s2 may leave a fitted interval: the steps were fitted with e^u instead of
   * the polynomial, which is 0.1 % smaller.
   */
  static final double MARGIN = 1.01;

  private static final Coefficients SHIPPED = read();

  /**
   * One look-ahead squaring.
   *
   * @param q q0, q1; null in the short form
   * @param b b0 to b4; b0 to b2 in the short form
   * @param before s2 before the step
   * @param after s2 after it
   */
  record Step(double[] q, double[] b, Interval before, Interval after) {
    boolean isShort() {
      return q == null;
    }

    /** The largest of a row's y before the step: none is larger than the root of s2. */
    double largest() {
      return Math.sqrt(before.widened(MARGIN).high());
    }
  }

  /** The constants of one number of classes: y (a - b s1) first, then the steps in order. */
  record Entry(int classes, double a, double b, List<Step> steps) {}

  private final double[] exponential;
  private final Map<Integer, Entry> entries;

  private Coefficients(double[] exponential, Map<Integer, Entry> entries) {
    this.exponential = exponential;
    this.entries = entries;
  }

  static Coefficients shipped() {
    return SHIPPED;
  }

  /** Ascending coefficients of the polynomial of degree 8 that is a multiple of e^u on [-2, 2]. */
  double[] exponential() {
    return exponential.clone();
  }

  /** The largest number of classes that has an entry. */
  int largest() {
    return Collections.max(entries.keySet());
  }

  Entry entry(int classes) {
    Entry entry = entries.get(classes);
    if (entry == null) {
      throw new IllegalArgumentException(
          "softmax: expected one of " + entries.keySet() + " classes, actual " + classes);
    }
    return entry;
  }

  private static Coefficients read() {
    double[] exponential = null;
    Map<Integer, Entry> entries = new TreeMap<>();
    try (InputStream in = Coefficients.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("softmax: the resource " + RESOURCE + " is missing");
      }
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      List<Step> steps = null;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.isBlank() || line.startsWith("#")) {
          continue;
        }
        String[] words = line.split(" ");
        double[] n = Arrays.stream(words).skip(1).mapToDouble(Double::parseDouble).toArray();
        switch (words[0]) {
          case "exponential" -> exponential = n;
          case "classes" -> {
            steps = new ArrayList<>();
            entries.put(
                (int) n[0], new Entry((int) n[0], n[1], n[2], Collections.unmodifiableList(steps)));
          }
          case "long" -> steps.add(step(Arrays.copyOf(n, 2), Arrays.copyOfRange(n, 2, 7), n, 7));
          case "short" -> steps.add(step(null, Arrays.copyOf(n, 3), n, 3));
          default -> throw new IllegalStateException(RESOURCE + ": unknown line: " + line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("softmax: reading " + RESOURCE, e);
    }
    return new Coefficients(exponential, entries);
  }

  private static Step step(double[] q, double[] b, double[] n, int intervals) {
    return new Step(
        q,
        b,
        new Interval(n[intervals], n[intervals + 1]),
        new Interval(n[intervals + 2], n[intervals + 3]));
  }
}
