package org.hetal.owner.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.hetal.command.ExitCode;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedLogits;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.Storage;
import org.hetal.he.FileReadException;
import org.hetal.he.owner.Client;
import org.hetal.owner.data.DecryptedLogits;
import org.hetal.owner.data.Table;
import org.hetal.owner.data.TableReader;
import org.hetal.owner.record.RowsRecord;
import org.hetal.plan.TrainingPlan;
import org.hetal.training.EarlyStopping;
import org.hetal.training.PlainTrainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Decrypts what the cluster predicted. */
@Command(
    name = "decrypt-predictions",
    description = {
      "Decrypts predicted logits into a CSV file (mode 0600) with one line for each row that was"
          + " encrypted: its number in its file, counted from 1, the class, and the probability of"
          + " each class.",
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

  @Override
  int run() {
    requireNotInput(rows);
    try (OwnerLock lock = lockOwner();
        Client client = loadClient()) {
      Storage storage = new LocalStorage(logits);
      EncryptedLogits stored = EncryptedLogits.open(storage);
      RowsRecord record = records().rows(stored.rowsId(), "predictions in " + storage.describe());
      if (!record.datasetId().equals(stored.origin().datasetId())) {
        throw new DatasetException(
            storage.describe()
                + ": expected predictions of data set "
                + record.datasetId()
                + ", for which the rows were prepared; actual of "
                + stored.origin().datasetId());
      }
      if (rows != null) {
        Table table = TableReader.unlabelled(rows, settings().data());
        record.require(rows.toString(), table);
      }
      TrainingPlan plan =
          planOf(records().dataset(record.datasetId(), "predictions in " + storage.describe()));
      double[][] values = DecryptedLogits.decrypt(client, stored, storage, plan, record.rows());
      write(csv(record, values));
      say("%d rows in %s", record.rows(), output);
    }
    return ExitCode.OK.status();
  }

  private static byte[] csv(RowsRecord record, double[][] logits) {
    StringBuilder text = new StringBuilder("row,class");
    for (int label = 0; label < logits[0].length; label++) {
      text.append(",probability_").append(label);
    }
    for (int row = 0; row < logits.length; row++) {
      text.append('\n').append(record.numbers()[row]);
      text.append(',').append(EarlyStopping.largestIndex(logits[row]));
      for (double probability : PlainTrainer.softmax(logits[row])) {
        text.append(String.format(Locale.ROOT, ",%.6f", probability));
      }
    }
    return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  private void write(byte[] csv) {
    if (Files.exists(output)) {
      if (!Files.isRegularFile(output) || !Arrays.equals(read(output), csv)) {
        throw new CommitException(
            output + ": expected no file or one with these predictions, actual another; kept");
      }
      return;
    }
    writeResult(output, csv);
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw FileReadException.of(file, e);
    }
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
