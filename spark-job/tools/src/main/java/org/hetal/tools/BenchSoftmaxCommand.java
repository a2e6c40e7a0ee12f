package org.hetal.tools;

import java.util.List;
import org.hetal.he.owner.Client;
import org.hetal.tools.softmax.SoftmaxBench;
import org.hetal.tools.softmax.SoftmaxRow;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Times HETAL's softmax and that of org.hetal.softmax on one engine, with their errors. */
@Command(
    name = "softmax",
    description = {
      "Times two softmax methods on one ciphertext full of rows, with the same parameters and the"
          + " same centred logits within +-128, decrypts, and prints the largest and the mean error"
          + " of a probability.",
      "hetal: HETAL, arXiv 2403.14111: maximum by comparisons, domain extension, exponential,"
          + " Goldschmidt inverse. ours: org.hetal.softmax. Times include bootstraps.",
      "At 128 bits it needs 12 GB of memory; about a minute for each number of classes."
    })
final class BenchSoftmaxCommand extends BenchCommand {
  @Option(
      names = "--classes",
      paramLabel = "N",
      split = ",",
      description = "Numbers of classes, 2 to 16, several with commas (default: 3 to 10).")
  private List<Integer> classes = List.of(3, 4, 5, 6, 7, 8, 9, 10);

  @Option(
      names = "--methods",
      paramLabel = "NAME",
      split = ",",
      description = "hetal, ours, or both with a comma (default: both).")
  private List<String> methods = SoftmaxBench.METHODS;

  @Override
  protected void measure(Client client) {
    SoftmaxBench bench = asOption(() -> new SoftmaxBench(client, classes, methods));
    withKeys(
        client,
        bench.keys(),
        evaluator -> {
          List<SoftmaxRow> rows = bench.run(evaluator, row -> say("%s", row.line()));
          say("%s", SoftmaxRow.head());
          rows.forEach(row -> say("%s", row.line()));
          write(rows.stream().map(SoftmaxRow::figures).toList());
        });
  }
}
