package org.hetal.tools.products;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One line of the table.
 *
 * @param seconds of all steps
 * @param stepsDone fewer than steps: the seconds are extrapolated
 * @param counts of all steps
 * @param error the largest difference of an entry from the product in the clear, of the steps done
 * @param ratio seconds over those of {@code ours}; NaN while {@code ours} did not run
 */
public record ProductRow(
    Shape shape,
    Side side,
    String method,
    double seconds,
    int stepsDone,
    int steps,
    Counts counts,
    int levels,
    double error,
    double ratio) {

  /** {@return whether the seconds are extrapolated} */
  public boolean extrapolated() {
    return stepsDone < steps;
  }

  ProductRow withRatio(double ours) {
    return new ProductRow(
        shape, side, method, seconds, stepsDone, steps, counts, levels, error, seconds / ours);
  }

  /** {@return the heads of the columns of {@link #line}} */
  public static String head() {
    return String.format(
        Locale.ROOT,
        "%-14s %-6s %-18s %10s %7s %6s %6s %8s %6s %5s %6s %7s %9s",
        "shape",
        "what",
        "method",
        "seconds",
        "ratio",
        "mult",
        "pmult",
        "rotate",
        "relin",
        "conj",
        "resc",
        "levels",
        "error");
  }

  /** {@return the row as text} */
  public String line() {
    return String.format(
        Locale.ROOT,
        "%-14s %-6s %-18s %10.3f %7s %6d %6d %8d %6d %5d %6d %7d %9.1e%s",
        shape,
        side.label(),
        method,
        seconds,
        Double.isNaN(ratio) ? "" : String.format(Locale.ROOT, "%.2f", ratio),
        counts.multiplications(),
        counts.plainMultiplications(),
        counts.rotations(),
        counts.relinearizations(),
        counts.conjugations(),
        counts.rescales(),
        levels,
        error,
        extrapolated() ? mark() : "");
  }

  private String mark() {
    return String.format(Locale.ROOT, "  extrapolated from %d of %d steps", stepsDone, steps);
  }

  /** {@return the row for a JSON file} */
  public Map<String, Object> figures() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("name", "matrix_product");
    out.put("shape", shape.toString());
    out.put("product", side == Side.LOGITS ? "a_bt" : "at_b");
    out.put("method", method);
    out.put("seconds", seconds);
    out.put("extrapolated", extrapolated());
    out.put("steps_done", stepsDone);
    out.put("steps", steps);
    if (!Double.isNaN(ratio)) {
      out.put("ratio_to_ours", ratio);
    }
    out.put("multiplications", counts.multiplications());
    out.put("plain_multiplications", counts.plainMultiplications());
    out.put("rotations", counts.rotations());
    out.put("relinearizations", counts.relinearizations());
    out.put("conjugations", counts.conjugations());
    out.put("rescales", counts.rescales());
    out.put("bootstraps", 0);
    out.put("levels", levels);
    out.put("largest_error", error);
    return out;
  }
}
