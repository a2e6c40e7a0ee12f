package org.hetal.tools.softmax;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One line of the table.
 *
 * @param rows of logits in the ciphertext
 * @param seconds of one ciphertext
 * @param largestError of a probability
 * @param meanError of all probabilities
 * @param rotations key switches of rotations outside bootstraps
 * @param multiplications of two ciphertexts outside bootstraps
 */
public record SoftmaxRow(
    String method,
    int classes,
    int rows,
    double seconds,
    long bootstraps,
    long multiplications,
    long rotations,
    double largestError,
    double meanError) {

  /** {@return the heads of the columns of {@link #line}} */
  public static String head() {
    return String.format(
        Locale.ROOT,
        "%-8s %7s %7s %9s %11s %6s %8s %11s %11s",
        "method",
        "classes",
        "rows",
        "seconds",
        "bootstraps",
        "mult",
        "rotate",
        "max error",
        "mean error");
  }

  /** {@return the row as text} */
  public String line() {
    return String.format(
        Locale.ROOT,
        "%-8s %7d %7d %9.2f %11d %6d %8d %11.1e %11.1e",
        method,
        classes,
        rows,
        seconds,
        bootstraps,
        multiplications,
        rotations,
        largestError,
        meanError);
  }

  /** {@return the row for a JSON file} */
  public Map<String, Object> figures() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("name", "softmax");
    out.put("method", method);
    out.put("classes", classes);
    out.put("rows", rows);
    out.put("logit_range", SoftmaxBench.LOGIT_RANGE);
    out.put("seconds", seconds);
    out.put("bootstraps", bootstraps);
    out.put("multiplications", multiplications);
    out.put("rotations", rotations);
    out.put("largest_error", largestError);
    out.put("mean_error", meanError);
    return out;
  }
}
