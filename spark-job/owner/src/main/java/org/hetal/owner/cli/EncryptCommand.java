package org.hetal.owner.cli;

import java.nio.file.Path;
import org.hetal.command.ExitCode;
import org.hetal.config.SettingsException;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.Storage;
import org.hetal.he.owner.Client;
import org.hetal.owner.data.DataException;
import org.hetal.owner.data.DatasetEncryptor;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.data.PrivateModel;
import org.hetal.owner.data.TableReader;
import org.hetal.training.TrainingPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Encrypts the owner's data for the cluster. */
@Command(
    name = "encrypt",
    description = {
      "Reads and checks your data, scales it, and encrypts minibatches and validation features into"
          + " the folder that the cluster is given. Labels to validate with stay with you.",
      "With --rows FILE it encrypts rows to be predicted instead, prepared as those of training."
    })
final class EncryptCommand extends OwnerCommand {
  @Option(
      names = "--rows",
      paramLabel = "FILE",
      description = "Rows to predict: .csv, .csv.gz or .npy, features only.")
  private Path rows;

  @Option(names = "--test", description = "Encrypt the test split, to be predicted.")
  private boolean test;

  @Option(
      names = "--to",
      paramLabel = "FOLDER",
      description = "Where rows to predict go (with --rows or --test).")
  private Path to;

  @Override
  int run() {
    boolean predicting = rows != null || test;
    if (predicting != (to != null) || (rows != null && test)) {
      throw new SettingsException(
          "encrypt: expected --to FOLDER together with one of --rows FILE and --test");
    }
    Storage storage = predicting ? new LocalStorage(to) : datasetStorage();
    if (EncryptedDataset.isPresent(storage)) {
      throw new CommitException(
          storage.describe() + ": expected no data set yet, actual one; kept");
    }
    PreparedData data = readData();
    TrainingPlan plan = plan(data);
    try (Client client = loadClient();
        ProgressBar bar = ProgressBar.start(out(), "encrypt: groups")) {
      DatasetEncryptor encryptor = new DatasetEncryptor(client, plan);
      EncryptedDataset written;
      if (predicting) {
        written = encryptor.encryptRows(rowsToPredict(data), settings().training(), storage, bar);
      } else {
        new PrivateModel(data.preparation(), encryptor.origin()).write(privateStorage());
        written = encryptor.encryptTraining(data, settings().training(), storage, bar);
      }
      bar.close();
      say(
          "%s, %s, in %s",
          predicting
              ? written.rowsToJudge().size() + " groups of rows to predict"
              : String.format(
                  "%d rows in %d minibatches and %d groups to validate with",
                  written.trainingRows(), written.batches().size(), written.rowsToJudge().size()),
          Sizes.bytes(written.bytes()),
          storage.describe());
    }
    return ExitCode.OK.status();
  }

  private double[][] rowsToPredict(PreparedData data) {
    if (test) {
      if (data.test() == null) {
        throw new DataException("data.test: expected a test split, actual none");
      }
      return data.test();
    }
    PrivateModel model = PrivateModel.read(privateStorage());
    return model.preparation().applyToNew(TableReader.unlabelled(rows, settings().data().header()));
  }
}
