package org.hetal.owner.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.hetal.command.ExitCode;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.owner.Client;
import org.hetal.owner.data.DecryptedLogits;
import org.hetal.owner.data.TableReader;
import org.hetal.training.Judge;
import org.hetal.training.PlainTrainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Decrypts the logits that the cluster predicted. */
@Command(
    name = "decrypt-predictions",
    description =
        "Decrypts the logits of rows that were encrypted with encrypt --rows and predicted by the"
            + " cluster: a CSV file with the class and the probability of each class a row.")
final class DecryptPredictionsCommand extends OwnerCommand {
  @Option(
      names = "--logits",
      required = true,
      paramLabel = "FOLDER",
      description = "What the cluster's predict wrote.")
  private Path logits;

  @Option(
      names = "--rows",
      required = true,
      paramLabel = "FILE",
      description = "The rows that were encrypted.")
  private Path rows;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "FILE",
      description = "The CSV file to write.")
  private Path to;

  @Override
  int run() {
    int count = TableReader.unlabelled(rows, settings().data().header()).rows();
    try (Client client = loadClient()) {
      double[][] values = DecryptedLogits.decrypt(client, new LocalStorage(logits), count);
      StringBuilder text = new StringBuilder("class");
      for (int label = 0; label < values[0].length; label++) {
        text.append(",probability_").append(label);
      }
      for (double[] row : values) {
        text.append('\n').append(Judge.largestIndex(row));
        for (double probability : PlainTrainer.softmax(row)) {
          text.append(String.format(Locale.ROOT, ",%.6f", probability));
        }
      }
      Path file = to.toAbsolutePath();
      new LocalStorage(file.getParent())
          .writeAtomically(
              file.getFileName().toString(),
              text.append('\n').toString().getBytes(StandardCharsets.UTF_8));
      say("%d rows in %s", count, to);
    }
    return ExitCode.OK.status();
  }
}
