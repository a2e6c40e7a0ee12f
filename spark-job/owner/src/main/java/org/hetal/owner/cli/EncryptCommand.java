package org.hetal.owner.cli;

import java.nio.file.Path;
import org.hetal.command.ExitCode;
import org.hetal.command.ProgressBar;
import org.hetal.command.Units;
import org.hetal.config.SettingsException;
import org.hetal.owner.DataOwner;
import org.hetal.owner.JointOwner;
import org.hetal.owner.OwnerFiles;
import org.hetal.owner.UnlabeledRows;
import org.hetal.owner.WrittenDataset;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Encrypts the owner's data for the cluster. */
@Command(
    name = "encrypt",
    description = {
      "Reads and checks your data, scales it, and encrypts minibatches and validation features into"
          + " the folder that the cluster is given. Labels to validate with stay with you, unless"
          + " early-stopping.metric is encrypted-loss: then they are encrypted, too.",
      "With --rows FILE it encrypts rows to be predicted instead, prepared as those of the data set"
          + " in paths.dataset.",
      "With a plan for several owners it encrypts your rows with the public key of their key holder;"
          + " you need public.key, preparation.json and plan.json, all in one folder (paths.plan).",
      "What it used is kept in paths.private, a record for each data set; the later commands work by"
          + " it. After it was killed, or the disk was full, the same command begins again; a"
          + " finished data set is never replaced."
    })
final class EncryptCommand extends OwnerCommand {
  @Option(
      names = "--rows",
      paramLabel = "FILE",
      description =
          "Rows to predict: .parquet, .csv, .csv.gz, .npy, .npz#NAME or .libsvm, features only.")
  private Path rows;

  @Option(names = "--test", description = "Encrypt the test split, to be predicted.")
  private boolean test;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FOLDER",
      description = "Where rows to predict go (with --rows or --test).")
  private Path output;

  @Override
  int run() {
    boolean predicting = rows != null || test;
    if (predicting != (output != null) || (rows != null && test)) {
      throw new SettingsException(
          "encrypt: expected --output FOLDER together with one of --rows FILE and --test");
    }
    if (isJoint()) {
      return encryptJoint(predicting);
    }
    try (DataOwner owner = owner();
        ProgressBar bar = ProgressBar.start(out(), "encrypt: groups")) {
      owner.withListener(progress(bar)).withDataset(datasetFolder());
      if (predicting) {
        encryptRows(owner, bar);
      } else {
        encryptDataset(owner, bar);
      }
    }
    return ExitCode.OK.status();
  }

  private int encryptJoint(boolean predicting) {
    if (predicting) {
      throw new SettingsException(
          "encrypt --rows, --test: expected a plan for one owner, actual one for several; their key"
              + " holder gives them the model, which predicts in the clear");
    }
    try (JointOwner owner = jointOwner();
        ProgressBar bar = ProgressBar.start(out(), "encrypt: groups")) {
      WrittenDataset written = owner.withListener(progress(bar)).encrypt(data(), datasetFolder());
      bar.close();
      tell(written);
    }
    return ExitCode.OK.status();
  }

  private void encryptDataset(DataOwner owner, ProgressBar bar) {
    WrittenDataset written = owner.encrypt(data(), datasetFolder(), keyFolder());
    bar.close();
    tell(written);
  }

  private void tell(WrittenDataset written) {
    if (written.alreadyThere()) {
      say("done already: data set %s is in %s", written.id(), written.folder());
      return;
    }
    say(
        "%s in %s and %s, %s, in %s; its record is data set %s in %s",
        Units.count(written.rows(), "row"),
        Units.count(written.minibatches(), "minibatch", "minibatches"),
        Units.count(written.evaluationGroups(), "validation group"),
        Units.bytes(written.bytes()),
        written.folder(),
        written.id(),
        OwnerFiles.of(settings()).privateFolder());
  }

  private void encryptRows(DataOwner owner, ProgressBar bar) {
    WrittenDataset written =
        test
            ? owner.encryptTestRows(data(), output.toString())
            : owner.encryptRows(UnlabeledRows.read(settings(), rows), output.toString());
    bar.close();
    if (written.alreadyThere()) {
      String source = test ? "data.test" : rows.toString();
      say("done already: the rows of %s are in %s", source, written.folder());
      return;
    }
    say(
        "%s in %s, %s, in %s; prepared as data set %s",
        Units.count(written.rows(), "row"),
        Units.count(written.evaluationGroups(), "group"),
        Units.bytes(written.bytes()),
        written.folder(),
        written.datasetId());
  }
}
