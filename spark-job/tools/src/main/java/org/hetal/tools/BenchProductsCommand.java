package org.hetal.tools;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hetal.he.owner.Client;
import org.hetal.tools.products.ProductBench;
import org.hetal.tools.products.ProductMethods;
import org.hetal.tools.products.ProductRow;
import org.hetal.tools.products.Shape;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Times the matrix products of earlier work and those of org.hetal.linalg on one engine. */
@Command(
    name = "products",
    description = {
      "Times encrypted matrix products of earlier work beside this project's, on the same engine"
          + " with the same parameters: A W^T (logits) and R^T A (gradient), for A of rows x"
          + " features, W of classes x features, R of rows x classes. Every result is decrypted and"
          + " compared with the product in the clear.",
      "column-packed: Jin et al., ProvSec 2020. column-major, row-major: Crockett, eprint"
          + " 2020/1483. diag-abt, diag-atb: HETAL, arXiv 2403.14111 (-partial: with its PRotUp)."
          + " -fused: the same with the engine's sums of products and hoisted rotations. ours:"
          + " org.hetal.linalg.",
      "A product that would take longer than --longest-minutes is stopped after a part of its"
          + " identical steps; its row says so. Ratios are to ours."
    })
final class BenchProductsCommand extends BenchCommand {
  @Option(
      names = "--shapes",
      paramLabel = "SHAPE",
      split = ",",
      description =
          "ROWSxFEATURESxCLASSES, several with commas (default: those of HETAL's table,"
              + " 128x128x4,256x256x8,512x769x4,1024x769x8,2048x769x16).")
  private List<String> shapes = Shape.PUBLISHED.stream().map(Shape::toString).toList();

  @Option(
      names = "--methods",
      paramLabel = "NAME",
      split = ",",
      description = "Which methods, several with commas (default: all).")
  private List<String> methods = ProductMethods.names();

  @Option(
      names = "--longest-minutes",
      paramLabel = "N",
      defaultValue = "60",
      description =
          "The longest time of one product; above it a part is timed and the rest extrapolated"
              + " (default ${DEFAULT-VALUE}).")
  private double longestMinutes;

  @Override
  protected void measure(Client client) {
    ProductBench bench = asOption(() -> bench(client));
    List<Shape> checked =
        shapes.stream().map(text -> asOption(() -> checked(bench, text))).toList();
    List<ProductRow> rows = new ArrayList<>();
    for (Shape shape : checked) {
      rows.addAll(bench.run(shape, methods, longestMinutes, row -> say("%s", row.line())));
    }
    say("operands at level %d; ratios are to ours", bench.level());
    say("%s", ProductRow.head());
    rows.forEach(row -> say("%s", row.line()));
    write(rows.stream().map(row -> withSetting(bench, row)).toList());
  }

  /** Before anything is timed. */
  private Shape checked(ProductBench bench, String text) {
    if (!(longestMinutes >= 0)) {
      throw new IllegalArgumentException(
          "--longest-minutes: expected at least 0, actual " + longestMinutes);
    }
    Shape shape = Shape.parse(text);
    bench.require(shape, methods);
    return shape;
  }

  private Map<String, Object> withSetting(ProductBench bench, ProductRow row) {
    Map<String, Object> out = new LinkedHashMap<>(row.figures());
    out.put("level", bench.level());
    return out;
  }

  private ProductBench bench(Client client) {
    return new ProductBench(client, (keys, action) -> withKeys(client, keys, action));
  }
}
