package org.hetal.owner.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hetal.command.ExitCode;
import org.hetal.command.Units;
import org.hetal.dataset.CommitException;
import org.hetal.he.FileReadException;
import org.hetal.owner.DataOwner;
import org.hetal.owner.Digits;
import org.hetal.owner.Predictions;
import org.hetal.owner.UnlabeledRows;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Decrypts what the cluster predicted. */
@Command(
    name = "decrypt-predictions",
    description = {
      "Decrypts predicted logits into a CSV file (mode 0600) with one line for each row that was"
          + " encrypted: its number in its file, counted from 1, the class, and the probability of"
          + " each class.",
      "Rounds the probabilities to the precision of the logits, which it measures and prints, at most"
          + " 6 decimals.",
      "Refuses rows other than those that were encrypted, and to replace a file. May be repeated."
    })
final class DecryptPredictionsCommand extends OwnerCommand {
  @Option(
      names = "--logits",
      required = true,
      paramLabel = "FOLDER",
      description = "What the cluster's predict wrote.")
  private Path logits;

  @Option(
      names = "--rows",
      paramLabel = "FILE",
      description =
          "The rows that were encrypted: refused unless they are the very same. Without it the"
              + " record of encrypt is enough.")
  private Path rows;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "The CSV file to write; refused if it is there with another content.")
  private Path output;

  @Option(
      names = "--all-digits",
      description =
          "Do not round: for your own use only. Give nobody such a file who may have the"
              + " ciphertexts.")
  private boolean allDigits;

  @Override
  int run() {
    requireNotInput(rows);
    try (DataOwner owner = owner()) {
      Predictions predictions =
          owner.decryptPredictions(
              logits.toString(),
              rows == null ? null : UnlabeledRows.read(settings(), rows),
              output,
              allDigits ? Digits.ALL : Digits.PUBLISHABLE);
      say("%s in %s", Units.count(predictions.rows(), "row"), output);
      if (predictions.noise() > 0) {
        say(
            "noise of a logit: %.1e; %s",
            predictions.noise(),
            allDigits
                ? "written with all digits, for your own use only"
                : "probabilities rounded to " + predictions.decimals() + " decimals");
      }
    }
    return ExitCode.OK.status();
  }

  private void requireNotInput(Path input) {
    if (input == null) {
      return;
    }
    try {
      if (output.toAbsolutePath().normalize().equals(input.toAbsolutePath().normalize())
          || (Files.exists(output) && Files.exists(input) && Files.isSameFile(output, input))) {
        throw new CommitException(
            "--output " + output + ": expected another file than --rows, actual the same; kept");
      }
    } catch (IOException e) {
      throw FileReadException.of(output, e);
    }
  }
}
