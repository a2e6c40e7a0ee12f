package org.hetal.owner.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.hetal.command.ExitCode;
import org.hetal.command.ProgressBar;
import org.hetal.command.Units;
import org.hetal.config.SettingsException;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.DatasetWriter;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.LocalStorage;
import org.hetal.he.KeyBundleManifest;
import org.hetal.he.owner.Client;
import org.hetal.owner.data.DataException;
import org.hetal.owner.data.DatasetEncryptor;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.data.Table;
import org.hetal.owner.data.TableReader;
import org.hetal.owner.record.DatasetRecord;
import org.hetal.owner.record.RowsRecord;
import org.hetal.plan.TrainingPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Encrypts the owner's data for the cluster. */
@Command(
    name = "encrypt",
    description = {
      "Reads and checks your data, scales it, and encrypts minibatches and validation features into"
          + " the folder that the cluster is given. Labels to validate with stay with you.",
      "With --rows FILE it encrypts rows to be predicted instead, prepared as those of the data set"
          + " in paths.dataset.",
      "What it used is kept in paths.private, a record for each data set; the later commands work by"
          + " it. After it was killed, or the disk was full, the same command begins again; a"
          + " finished data set is never replaced."
    })
final class EncryptCommand extends OwnerCommand {
  @Option(
      names = "--rows",
      paramLabel = "FILE",
      description = "Rows to predict: .csv, .csv.gz, .npy, .npz#NAME or .libsvm, features only.")
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
    try (OwnerLock lock = lockOwner()) {
      if (predicting) {
        encryptRows(new LocalStorage(output));
      } else {
        encryptDataset(datasetStorage());
      }
    }
    return ExitCode.OK.status();
  }

  private void encryptDataset(LocalStorage storage) {
    if (EncryptedDataset.isPresent(storage)) {
      requireSameDataset(storage);
      return;
    }
    PreparedData data = readData();
    TrainingPlan plan = plan(data);
    try (Client client = loadClient();
        ProgressBar bar = ProgressBar.start(out(), "encrypt: groups")) {
      Long seed = settings().insecureSeed();
      String id =
          seed == null
              ? EncryptedDataset.newId()
              : DatasetRecord.insecureId(data, plan, client.keyId(), seed);
      DatasetEncryptor encryptor = new DatasetEncryptor(client, plan, id);
      Path keys = bundleFolder();
      if (Files.exists(keys.resolve(KeyBundleManifest.NAME))) {
        requireFittingKeys(keys, client, plan);
      }
      removeUnfinished(storage);
      EncryptedDataset written =
          encryptor.encryptTraining(
              data,
              storage,
              manifest ->
                  records()
                      .write(
                          DatasetRecord.of(
                              data,
                              settings(),
                              encryptor.origin(),
                              now(),
                              storage.describe(),
                              manifest),
                          plan),
              bar::accept);
      bar.close();
      say(
          "%d rows in %d minibatches and %d groups to validate with, %s, in %s; its record is"
              + " data set %s in %s",
          written.trainingRows(),
          written.batches().size(),
          written.unlabelledGroups().size(),
          Units.bytes(written.bytes()),
          storage.describe(),
          id,
          privateFolder());
    }
  }

  /** The command was repeated: it has nothing to do if it would encrypt the same again. */
  private void requireSameDataset(LocalStorage storage) {
    EncryptedDataset there = EncryptedDataset.open(storage);
    try (Client client = loadClient()) {
      DatasetRecord record = records().dataset(there.id(), storage.describe());
      record.requireClient(client);
      readDataOf(record);
    } catch (DatasetException e) {
      throw new CommitException(
          storage.describe()
              + ": expected no data set yet, actual one of other data, settings or keys; kept. "
              + e.getMessage());
    }
    say("done already: data set %s is in %s", there.id(), storage.describe());
  }

  private void encryptRows(LocalStorage storage) {
    DatasetRecord record = recordInUse();
    record.requireSettingsOfRows(settings());
    Table table = rowsToPredict(record);
    String source = test ? "data.test" : rows.toString();
    if (EncryptedDataset.isPresent(storage)) {
      requireSameRows(storage, record, table, source);
      return;
    }
    double[][] prepared =
        test ? record.preparation().apply(table) : record.preparation().applyToNew(table);
    TrainingPlan plan = planOf(record);
    try (Client client = loadClient();
        ProgressBar bar = ProgressBar.start(out(), "encrypt: groups")) {
      record.requireClient(client);
      Long seed = settings().insecureSeed();
      String id =
          seed == null ? EncryptedDataset.newId() : RowsRecord.insecureId(table, record.id(), seed);
      RowsRecord ofRows = RowsRecord.of(table, id, record.id(), source, now(), storage.describe());
      removeUnfinished(storage);
      EncryptedDataset written =
          new DatasetEncryptor(client, plan, record.id())
              .encryptRows(prepared, id, storage, () -> records().write(ofRows), bar::accept);
      bar.close();
      say(
          "%d rows in %d groups to predict, %s, in %s; prepared as %s",
          table.rows(),
          written.unlabelledGroups().size(),
          Units.bytes(written.bytes()),
          storage.describe(),
          record.describe());
    }
  }

  private Table rowsToPredict(DatasetRecord record) {
    if (!test) {
      return TableReader.unlabelled(rows, settings().data());
    }
    PreparedData data = readDataOf(record);
    if (data.test() == null) {
      throw new DataException("data.test: expected a test split, actual none");
    }
    return data.splits().test();
  }

  private void requireSameRows(
      LocalStorage storage, DatasetRecord record, Table table, String source) {
    EncryptedDataset there = EncryptedDataset.open(storage);
    try {
      if (!there.origin().equals(record.origin())) {
        throw new DatasetException("expected " + record.origin() + ", actual " + there.origin());
      }
      records().rows(there.id(), storage.describe()).require(source, table);
    } catch (DatasetException e) {
      throw new CommitException(
          storage.describe()
              + ": expected no rows to predict yet, actual others; kept. "
              + e.getMessage());
    }
    say("done already: the %d rows of %s are in %s", table.rows(), source, storage.describe());
  }

  private void removeUnfinished(LocalStorage storage) {
    int removed = Unfinished.remove(storage.root(), DatasetWriter::wrote);
    if (removed > 0) {
      say("%d files of an unfinished encryption removed from %s", removed, storage.describe());
    }
  }

  private static String now() {
    return Instant.now().toString();
  }
}
