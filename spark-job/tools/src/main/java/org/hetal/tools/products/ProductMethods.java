package org.hetal.tools.products;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** The methods by name. */
public final class ProductMethods {
  private interface Factory {
    ProductMethod of(Shape shape, int slots, int level);
  }

  private record Named(String name, Factory factory) {}

  private static final List<Named> ALL =
      List.of(
          named("column-packed", (s, n, l) -> new ColumnPacked(Side.LOGITS, s, n, l)),
          named("column-major", (s, n, l) -> new ColumnMajor(s, n, l, false)),
          named("column-major-fused", (s, n, l) -> new ColumnMajor(s, n, l, true)),
          named("diag-abt", (s, n, l) -> new DiagAbt(s, n, l, false)),
          named("diag-abt-fused", (s, n, l) -> new DiagAbt(s, n, l, true)),
          named("ours", (s, n, l) -> new Ours(Side.LOGITS, s, n, l)),
          named("column-packed", (s, n, l) -> new ColumnPacked(Side.GRADIENT, s, n, l)),
          named("row-major", (s, n, l) -> new RowMajor(s, n, l, false)),
          named("row-major-fused", (s, n, l) -> new RowMajor(s, n, l, true)),
          named("diag-atb", (s, n, l) -> new DiagAtb(s, n, l, DiagAtb.Form.PUBLISHED)),
          named("diag-atb-partial", (s, n, l) -> new DiagAtb(s, n, l, DiagAtb.Form.PARTIAL)),
          named("diag-atb-fused", (s, n, l) -> new DiagAtb(s, n, l, DiagAtb.Form.FUSED)),
          named("ours", (s, n, l) -> new Ours(Side.GRADIENT, s, n, l)));

  private ProductMethods() {}

  private static Named named(String name, Factory factory) {
    return new Named(name, factory);
  }

  /** {@return the names, in the order in which they run; {@code ours} last} */
  public static List<String> names() {
    return ALL.stream().map(Named::name).distinct().toList();
  }

  /**
   * The methods of those names, first all for A W^T, then all for R^T A.
   *
   * @param level of the operand that is multiplied last, at least 4
   * @throws IllegalArgumentException for an unknown name
   */
  static List<ProductMethod> of(List<String> names, Shape shape, int slots, int level) {
    for (String name : names) {
      if (!names().contains(name)) {
        throw new IllegalArgumentException(
            "method: expected one of "
                + String.join(", ", new TreeSet<>(names()))
                + "; actual "
                + name);
      }
    }
    List<ProductMethod> out = new ArrayList<>();
    for (Named each : ALL) {
      if (names.contains(each.name())) {
        out.add(each.factory().of(shape, slots, level));
      }
    }
    return out;
  }
}
