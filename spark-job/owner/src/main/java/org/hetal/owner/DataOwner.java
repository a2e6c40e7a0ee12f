package org.hetal.owner;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.hetal.config.LocalPath;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.Storage;
import org.hetal.dataset.Storages;
import org.hetal.dataset.StoredModel;
import org.hetal.dataset.StoredPredictions;
import org.hetal.he.DeviceSpec;
import org.hetal.he.Evaluator;
import org.hetal.he.KeyPlan;
import org.hetal.he.owner.Client;
import org.hetal.oracle.OracleEndpoint;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.encryption.DecryptedLogits;
import org.hetal.owner.encryption.DecryptedModel;
import org.hetal.owner.evaluation.Evaluation;
import org.hetal.owner.evaluation.SoftmaxProbe;
import org.hetal.owner.keys.Clients;
import org.hetal.owner.keys.Passphrase;
import org.hetal.owner.record.DatasetRecord;
import org.hetal.owner.record.OwnerLock;
import org.hetal.owner.record.RowsRecord;
import org.hetal.owner.table.DataException;
import org.hetal.plan.TrainingPlan;
import org.hetal.training.PlainTrainer;

/**
 * The party that holds the secret key: makes keys, encrypts, answers the cluster's question after
 * each epoch, and decrypts. Never give an instance, its files or this jar to the cluster.
 *
 * <pre>{@code
 * Settings settings = SettingsLoader.load(List.of(), Map.of("data.classes", "10"));
 * LabeledData data = LabeledData.of(settings, features, labels);
 * try (DataOwner owner = DataOwner.generate(Plan.of(settings, data), Path.of("owner"))) {
 *   owner.writeEvaluationKeys("cluster/keys");
 *   owner.encrypt(data, "cluster/dataset");
 *   try (RunningOracle oracle = owner.startOracle(endpoint)) {
 *     // the cluster trains
 *   }
 *   PlainModel model = owner.decrypt("cluster/run/model");
 * }
 * }</pre>
 *
 * <p>Every method can be repeated after the process was killed: it continues, or finds that there
 * is nothing to do. Nothing that is finished is replaced. Folders are local paths or {@code file:}
 * URIs. Not thread-safe, except that a {@link RunningOracle} answers on threads of its own.
 *
 * <p>Errors, all unchecked: {@link DataException} for bad plaintext data, {@link DatasetException}
 * for ciphertexts, records or settings that do not belong together, {@link SettingsException} for
 * bad settings, {@link CommitException} when a result cannot be put where it belongs.
 */
public final class DataOwner implements AutoCloseable {
  private final OwnerContext context;
  private final List<String> shared = new ArrayList<>();
  private Storage dataset; // null: that which was encrypted last
  private LabeledData encrypted; // null: none by this object

  private DataOwner(OwnerContext context) {
    this.context = context;
  }

  /**
   * Makes a key pair and saves the secret key as {@code secret.key} and the plan as {@code
   * plan.json} in a folder. Cost: less than a second at N = 2^16.
   *
   * @param plan of the training
   * @param folder made with mode 0700
   * @return the owner; close it
   * @throws CommitException when the folder has a secret key
   */
  public static DataOwner generate(Plan plan, Path folder) {
    OwnerFiles files = OwnerFiles.in(folder);
    DataOwner owner =
        new DataOwner(
            new OwnerContext(plan.settings(), files, Clients.of(plan.settings()), plan.training()));
    return owner.generated(owner.context::writePlan);
  }

  /**
   * Makes a key pair and saves the secret key. The plan is that of the plan's file, or is made from
   * the data and written there when a method first needs it. With {@code parameters = auto} the
   * plan's file must be there, since it says of which parameter set the key is.
   *
   * @param settings backend, client, parameter set and schedule
   * @param files where secrets and records are
   * @return the owner; close it
   * @throws CommitException when the file of the secret key is there
   * @throws DatasetException with {@code parameters = auto} when there is no plan
   */
  public static DataOwner generate(Settings settings, OwnerFiles files) {
    return open(settings, files).generated(() -> {});
  }

  private DataOwner generated(Runnable after) {
    try (OwnerLock lock = context.lock()) {
      context.generate();
      after.run();
      return this;
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Opens the secret key and the plan that {@link #generate(Plan, Path)} saved.
   *
   * @param settings backend, client, parameter set and schedule
   * @param folder of the local file system
   * @return the owner; close it
   * @throws DataException when there is no secret key
   * @throws DatasetException when key or plan are not those of the settings
   * @throws SettingsException when others than the owner may read the key
   */
  public static DataOwner open(Settings settings, Path folder) {
    DataOwner owner = open(settings, OwnerFiles.in(folder));
    try {
      owner.context.client();
      owner.context.plan();
      return owner;
    } catch (RuntimeException e) {
      owner.close();
      throw e;
    }
  }

  /**
   * The owner of a secret key and a plan that are read when a method first needs them; errors as
   * {@link #open(Settings, Path)}, by that method.
   *
   * @param settings backend, client, parameter set and schedule
   * @param files where secrets and records are
   * @return the owner; close it
   */
  public static DataOwner open(Settings settings, OwnerFiles files) {
    return new DataOwner(new OwnerContext(settings, files, Clients.of(settings), null));
  }

  /**
   * Whether a file of a secret key is there.
   *
   * @param files where secrets and records are
   * @return true if it is
   */
  public static boolean hasSecretKey(OwnerFiles files) {
    return new SecretKeyFile(files.secretKey()).isPresent();
  }

  /**
   * Has progress and notices told to a listener.
   *
   * @param listener told from now on
   * @return this
   */
  public DataOwner withListener(OwnerListener listener) {
    context.listen(listener);
    return this;
  }

  /**
   * Works with the data set in a folder instead of that which was encrypted last.
   *
   * @param folder path or URI
   * @return this
   */
  public DataOwner withDataset(String folder) {
    dataset = storage("data set", folder);
    return this;
  }

  /**
   * Replaces the file of the secret key by one with the same key under another passphrase, or under
   * none. The old passphrase is the one that {@code paths.passphrase} names. The file is replaced
   * at once or not at all; copies of the old file elsewhere keep the old passphrase.
   *
   * @param source where the new passphrase comes from, as {@code paths.passphrase}; empty for none
   * @return the key's id
   * @throws DataException when there is no secret key
   * @throws org.hetal.he.HeSecurityException when the old passphrase is another one
   * @throws CommitException when another command writes for this owner
   */
  public String changePassphrase(String source) {
    try (OwnerLock lock = context.lock()) {
      return context
          .keyFile()
          .changePassphrase(context.backend(), context.settings(), Passphrase.from(source));
    }
  }

  /** {@return identifies the key pair: 32 hexadecimal digits, which ciphertexts and keys carry} */
  public String keyId() {
    return context.client().keyId();
  }

  /**
   * The plan that was given or is in the plan's file; planned with the data and written there when
   * there is none.
   *
   * @param data rows of the training
   * @return the plan, which every other method works by
   * @throws DatasetException when the plan is not that of settings and data
   * @throws SettingsException when there is no such training with the parameter set
   */
  public TrainingPlan plan(LabeledData data) {
    return context.plan(data);
  }

  /**
   * Writes the evaluation keys of the plan for the cluster. Cost: gigabytes and about a minute at N
   * = 2^16. Keys for another file system are made in the temporary folder first.
   *
   * @param folder path or URI
   * @return also when a finished bundle with these keys was found
   * @throws CommitException when the folder has other keys or other files
   * @throws DatasetException when there is no plan: use {@link #writeEvaluationKeys(String,
   *     LabeledData)}
   */
  public WrittenKeys writeEvaluationKeys(String folder) {
    return writeEvaluationKeys(folder, context.plan().keys());
  }

  /**
   * As {@link #writeEvaluationKeys(String)}; plans with the data when there is no plan.
   *
   * @param folder path or URI
   * @param data rows of the data set
   * @return what was written
   */
  public WrittenKeys writeEvaluationKeys(String folder, LabeledData data) {
    return writeEvaluationKeys(folder, context.plan(data).keys());
  }

  private WrittenKeys writeEvaluationKeys(String folder, KeyPlan keys) {
    shared.add(folder);
    try (OwnerLock lock = context.lock()) {
      return new KeyBundle(storage("evaluation keys", folder)).made(context, keys);
    }
  }

  /**
   * Encrypts the minibatches with their labels, and the validation rows without theirs. Keeps a
   * record in the private folder, by which later calls refuse other data, settings or keys. Cost:
   * about 15 ms per ciphertext and thread at N = 2^16.
   *
   * @param data all rows; the test rows are only recorded
   * @param folder path or URI
   * @return also when the same rows were found encrypted
   * @throws DataException at the first bad value, before anything is encrypted
   * @throws CommitException when the folder has another data set or other files
   */
  public WrittenDataset encrypt(LabeledData data, String folder) {
    return encrypt(data, folder, null);
  }

  /**
   * As {@link #encrypt(LabeledData, String)}, after a check of evaluation keys if they are there.
   *
   * @param data rows of the data set
   * @param folder path or URI
   * @param keys folder of the evaluation keys; null: not looked at
   * @return what was written
   * @throws SettingsException when the keys are of another secret key or lack keys of the plan
   */
  public WrittenDataset encrypt(LabeledData data, String folder, String keys) {
    Storage storage = storage("data set", folder);
    shared.add(folder);
    try (OwnerLock lock = context.lock()) {
      WrittenDataset written =
          new DatasetEncryption(context)
              .encrypt(
                  data,
                  storage,
                  keys == null ? null : new KeyBundle(storage("evaluation keys", keys)));
      dataset = storage;
      encrypted = data;
      return written;
    }
  }

  /**
   * Encrypts rows to predict, scaled as those of the data set.
   *
   * @param rows rows to predict
   * @param folder path or URI
   * @return also when the same rows were found encrypted
   * @throws DataException when a row is far longer than those of the data set
   * @throws DatasetException when settings or keys are others than those of the data set
   * @throws CommitException when the folder has other encrypted rows or other files
   */
  public WrittenDataset encryptRows(UnlabeledRows rows, String folder) {
    return encryptRows(record -> rows, folder);
  }

  /**
   * Encrypts the test rows of the data set's data; errors as {@link #encryptRows}.
   *
   * @param data rows of the data set
   * @param folder path or URI
   * @return what was written
   */
  public WrittenDataset encryptTestRows(LabeledData data, String folder) {
    return encryptRows(
        record -> UnlabeledRows.ofTest(context.dataOf(record, data).splits()), folder);
  }

  private WrittenDataset encryptRows(
      java.util.function.Function<DatasetRecord, UnlabeledRows> rows, String folder) {
    Storage storage = storage("rows to predict", folder);
    shared.add(folder);
    try (OwnerLock lock = context.lock()) {
      DatasetRecord record = context.recordOf(dataset);
      record.requireSettingsOfRows(context.settings());
      return new DatasetEncryption(context).encryptRows(rows.apply(record), record, storage);
    }
  }

  /**
   * Starts the oracle for run {@code default} of the data that this object encrypted.
   *
   * @param endpoint null: only this process asks
   * @return the oracle; close it before this owner
   * @throws IllegalStateException when this object encrypted none: use {@link
   *     #startOracle(OracleOptions, LabeledData)}
   */
  public RunningOracle startOracle(OracleEndpoint endpoint) {
    if (encrypted == null) {
      throw new IllegalStateException(
          "oracle: expected data that this object encrypted, actual none; use"
              + " startOracle(OracleOptions, LabeledData)");
    }
    return startOracle(new OracleOptions().setEndpoint(endpoint), encrypted);
  }

  /**
   * Starts an oracle. It answers one run, within its budget, and records each answer; started again
   * it goes on from the record with the same certificate and token.
   *
   * @param options endpoint, run and budget
   * @param data of the data set
   * @return the oracle; close it before this owner
   * @throws DatasetException when the data are others than those encrypted
   * @throws CommitException when another oracle has the log
   * @throws SettingsException when it cannot listen, or the log is of another run
   */
  public RunningOracle startOracle(OracleOptions options, LabeledData data) {
    DatasetRecord record = context.recordOf(dataset);
    PreparedData prepared = context.dataOf(record, data);
    return RunningOracle.start(context, options, record, prepared, shared);
  }

  /**
   * Names folders that the cluster gets: the oracle refuses to keep its private key in one.
   *
   * @param folders paths or URIs
   * @return this
   */
  public DataOwner withSharedFolders(List<String> folders) {
    shared.addAll(folders);
    return this;
  }

  /**
   * Decrypts a model, with all digits: {@link PlainModel#rounded} is what may be given to others.
   *
   * @param folder where the cluster left it, path or URI
   * @return the model in the clear
   * @throws DatasetException when it is damaged, or of other keys, settings or data than recorded
   */
  public PlainModel decrypt(String folder) {
    return decrypt(StoredModel.in(storage("model", folder)));
  }

  /**
   * As {@link #decrypt(String)} for a model of the cluster's API.
   *
   * @param model a model that was decrypted
   * @return the model in the clear
   */
  public PlainModel decrypt(StoredModel model) {
    String where = "model in " + model.storage().describe();
    DatasetRecord record = context.records().dataset(model.manifest().origin().datasetId(), where);
    record.requireModel(where, model.manifest());
    TrainingPlan plan = context.planOf(record);
    Client client = context.client();
    DecryptedModel.Measured measured =
        DecryptedModel.decrypt(
            client,
            model.manifest(),
            model.storage(),
            record.classNames(),
            record.preparation(),
            plan);
    return new PlainModel(measured.model(), measured.precision());
  }

  /**
   * Decrypts a model and saves it rounded, as the one process that writes for this owner.
   *
   * @param folder where the cluster left it
   * @param target folder for {@link PlainModel#save}
   * @return the model in the clear
   * @throws CommitException when the target has the model of another run or data set
   */
  public PlainModel decrypt(String folder, Path target) {
    return decrypt(folder, target, EnumSet.of(ModelFormat.JSON, ModelFormat.NPZ));
  }

  /**
   * As {@link #decrypt(String, Path)}, in some formats.
   *
   * @param folder where the cluster left it
   * @param target folder for {@link PlainModel#save(Path, Set)}
   * @param formats in which it is saved; {@link ModelFormat#JSON} in any case
   * @return the model in the clear, with all digits
   * @throws CommitException when the target has the model of another run or data set
   */
  public PlainModel decrypt(String folder, Path target, Set<ModelFormat> formats) {
    return decrypt(folder, target, formats, Digits.PUBLISHABLE);
  }

  /**
   * As {@link #decrypt(String, Path, Set)}, on request with all digits.
   *
   * @param folder where the cluster left it
   * @param target folder for {@link PlainModel#save(Path, Set)}
   * @param formats in which it is saved; {@link ModelFormat#JSON} in any case
   * @param digits of the weights that are saved
   * @return the model in the clear, with all digits
   * @throws CommitException when the target has the model of another run or data set
   */
  public PlainModel decrypt(String folder, Path target, Set<ModelFormat> formats, Digits digits) {
    try (OwnerLock lock = context.lock()) {
      PlainModel model = decrypt(folder);
      model.save(target, formats, digits);
      return model;
    }
  }

  /**
   * Decrypts predictions.
   *
   * @param folder where the cluster left them, path or URI
   * @return the predictions in the clear
   * @throws DatasetException when they are damaged, or of rows that this owner did not encrypt
   */
  public Predictions decryptPredictions(String folder) {
    return decryptPredictions(StoredPredictions.in(storage("predictions", folder)), null);
  }

  /**
   * Decrypts predictions and writes them, as the one process that writes for this owner.
   *
   * @param folder path or URI
   * @param rows that were encrypted; null: not compared
   * @param target file for {@link Predictions#write}
   * @return the predictions in the clear
   * @throws DatasetException also when the predictions are of other rows
   * @throws CommitException when the target has another content
   */
  public Predictions decryptPredictions(String folder, UnlabeledRows rows, Path target) {
    return decryptPredictions(folder, rows, target, Digits.PUBLISHABLE);
  }

  /**
   * As {@link #decryptPredictions(String, UnlabeledRows, Path)}, on request with all digits.
   *
   * @param folder path or URI
   * @param rows that were encrypted; null: not compared
   * @param target file for {@link Predictions#write(Path, Digits)}
   * @param digits of the probabilities that are written
   * @return the predictions in the clear
   * @throws DatasetException also when the predictions are of other rows
   * @throws CommitException when the target has another content
   */
  public Predictions decryptPredictions(
      String folder, UnlabeledRows rows, Path target, Digits digits) {
    try (OwnerLock lock = context.lock()) {
      Predictions predictions =
          decryptPredictions(StoredPredictions.in(storage("predictions", folder)), rows);
      predictions.write(target, digits);
      return predictions;
    }
  }

  /**
   * As {@link #decryptPredictions(String)}.
   *
   * @param predictions what the cluster predicted
   * @param rows that were encrypted; null: not compared
   * @return the predictions in the clear
   * @throws DatasetException also when they are of other rows
   */
  public Predictions decryptPredictions(StoredPredictions predictions, UnlabeledRows rows) {
    String where = predictions.storage().describe();
    RowsRecord record =
        context.records().rows(predictions.manifest().rowsId(), "predictions in " + where);
    String datasetId = predictions.manifest().origin().datasetId();
    if (!record.datasetId().equals(datasetId)) {
      throw new DatasetException(
          where
              + ": expected predictions of data set "
              + record.datasetId()
              + ", for which the rows were prepared; actual of "
              + datasetId);
    }
    if (rows != null) {
      record.require(rows.source(), rows.table());
    }
    DatasetRecord dataset = context.records().dataset(datasetId, "predictions in " + where);
    TrainingPlan plan = context.planOf(dataset);
    Client client = context.client();
    DecryptedLogits.Measured measured =
        DecryptedLogits.decrypt(
            client, predictions.manifest(), predictions.storage(), plan, record.rows());
    return new Predictions(
        record.numbers(), dataset.classNames(), measured.logits(), measured.precision());
  }

  /**
   * Tests a model on the test rows, beside the same training in the clear.
   *
   * @param model a model that was decrypted
   * @param data of the data set that the model was trained on
   * @return accuracies and differences
   * @throws DataException when there are no test rows
   * @throws DatasetException when the data are others than those encrypted
   */
  public Evaluation evaluate(PlainModel model, LabeledData data) {
    return Evaluation.of(dataOf(model, data), context.settings(), model.decrypted());
  }

  /**
   * The accuracy of encrypted predictions of the test rows, 0 to 1.
   *
   * @param predictions what the cluster predicted
   * @param model a model that was decrypted
   * @param data of the data set that the model was trained on
   * @return share of right classes, 0 to 1
   * @throws DatasetException when the predictions are of other rows or another data set
   */
  public double accuracy(StoredPredictions predictions, PlainModel model, LabeledData data) {
    DatasetRecord record = recordOf(model);
    if (!predictions.manifest().origin().equals(record.origin())) {
      throw new DatasetException(
          predictions.storage().describe()
              + ": expected predictions of the "
              + record.describe()
              + ", "
              + record.origin()
              + "; actual "
              + predictions.manifest().origin());
    }
    PreparedData prepared = context.dataOf(record, data);
    UnlabeledRows rows = UnlabeledRows.ofTest(prepared.splits());
    return decryptPredictions(predictions, rows).accuracy(prepared.testLabels());
  }

  /**
   * The largest error of the encrypted softmax on the logits of the training rows, measured with
   * the cluster's evaluation keys in this process.
   *
   * @param model a model that was decrypted
   * @param data rows of the data set
   * @param keys folder of the evaluation keys on this machine
   * @return largest magnitude of the difference of a probability
   * @throws SettingsException when the keys do not fit, or are not those that this owner wrote
   */
  public double softmaxError(PlainModel model, LabeledData data, String keys) {
    DatasetRecord record = recordOf(model);
    PreparedData prepared = context.dataOf(record, data);
    TrainingPlan plan = context.planOf(record);
    KeyBundle bundle = new KeyBundle(storage("evaluation keys", keys));
    Client client = context.client();
    bundle.requireFitting(client, plan.keys());
    String digest = bundle.requireRecorded(context.records(), client.keyId());
    double[][] rows = PlainTrainer.logits(prepared.train(), model.decrypted().weights());
    Settings settings = context.settings();
    try (Evaluator evaluator =
        context
            .backend()
            .evaluator(
                path("evaluation keys", keys),
                digest,
                settings.parameterSet(),
                DeviceSpec.cpu(settings.threads()))) {
      return SoftmaxProbe.largestError(client, evaluator, plan, rows);
    }
  }

  private PreparedData dataOf(PlainModel model, LabeledData data) {
    return context.dataOf(recordOf(model), data);
  }

  private DatasetRecord recordOf(PlainModel model) {
    return context.records().dataset(model.datasetId(), "model of run " + model.runId());
  }

  private static Path path(String what, String folder) {
    return LocalPath.of(what, folder);
  }

  private static Storage storage(String what, String folder) {
    return Storages.of(what, folder);
  }

  /** Overwrites the secret key in memory with zeros. */
  @Override
  public void close() {
    context.close();
  }
}
