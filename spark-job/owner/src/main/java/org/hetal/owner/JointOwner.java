package org.hetal.owner;

import java.nio.file.Files;
import java.nio.file.Path;
import org.hetal.config.Settings;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.Storage;
import org.hetal.dataset.Storages;
import org.hetal.he.owner.PublicEncryptor;
import org.hetal.owner.contribution.Contribution;
import org.hetal.owner.data.FarValues;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.data.Splits;
import org.hetal.owner.evaluation.JointEvaluation;
import org.hetal.owner.keys.Clients;
import org.hetal.owner.record.DatasetRecord;
import org.hetal.owner.record.OwnerLock;
import org.hetal.owner.table.DataException;

/**
 * One of several owners of data that a model is trained on together. It encrypts its rows with the
 * public key of the {@link KeyHolder}, by the plan and the preparation that the key holder
 * published, and holds no secret key.
 *
 * <p>Every method can be repeated after the process was killed. Not thread-safe. Errors as of
 * {@link DataOwner}.
 */
public final class JointOwner implements AutoCloseable {
  private final OwnerContext context;
  private Storage dataset; // null: that which was encrypted last

  private JointOwner(Settings settings, OwnerFiles files) {
    context = new OwnerContext(settings, files, Clients.of(settings), null);
  }

  /**
   * An owner whose plan and public key are read when a method first needs them.
   *
   * @param settings how the data are read, and the schedule of the plan
   * @param files where the published files and the records are
   * @return close it
   */
  public static JointOwner open(Settings settings, OwnerFiles files) {
    return new JointOwner(settings, files);
  }

  /**
   * Has progress and notices told to a listener.
   *
   * @param listener told from now on
   * @return this
   */
  public JointOwner withListener(OwnerListener listener) {
    context.listen(listener);
    return this;
  }

  /**
   * Encrypts the sums of the columns of the training rows with the public key of the key holder,
   * for a preparation that fits the rows of all owners. Cost: about 10 ns per value, and an
   * encryption per 454 columns at N = 2^16.
   *
   * @param data whose training rows are summed
   * @param previous file of the owners before, to whose sums these are added; null: the first
   * @param file where none is yet; the next owner gets it, from the last one the key holder
   * @return what was written
   * @throws DataException when columns or classes are not those of the owners before, or a value is
   *     out of range
   * @throws DatasetException when {@code previous} is damaged, or of another key, parameter set or
   *     preparation
   * @throws CommitException when the file is there
   */
  public WrittenContribution contribute(LabeledData data, Path previous, Path file) {
    try (OwnerLock lock = context.lock()) {
      return contributeAlone(data, previous, file);
    }
  }

  private WrittenContribution contributeAlone(LabeledData data, Path previous, Path file) {
    if (Files.exists(file)) {
      throw new CommitException(
          file + ": expected no file yet, actual one; kept. Name another, or delete it");
    }
    KeyHolder.requireNamedParameterSet(context);
    PublicEncryptor encryptor = context.publicEncryptor();
    Contribution before = previous == null ? null : Contribution.read(previous);
    Splits splits = data.splits();
    context.listener().notice(splits.describe());
    Contribution sum =
        Contribution.of(
            splits, context.settings().data(), encryptor, before, String.valueOf(previous));
    sum.write(file);
    return new WrittenContribution(
        file,
        sum.keyId(),
        sum.columns(),
        sum.ciphertexts().size(),
        sum.bytes(),
        FarValues.warnings(splits.train()));
  }

  /**
   * Encrypts minibatches and validation rows with their labels, and keeps a record in the private
   * folder. Cost: about 25 ms per ciphertext and thread at N = 2^16; twice the bytes of encryption
   * with the secret key.
   *
   * @param data all rows; the test rows are only recorded
   * @param folder path or URI
   * @return also when the same rows were found encrypted
   * @throws DataException before anything is encrypted, at the first bad value, for other features
   *     or classes than the plan's, and for a row beyond {@code data.row-norm-bound}
   * @throws DatasetException when plan, preparation, public key and settings do not belong together
   * @throws CommitException when the folder has another data set or other files
   */
  public WrittenDataset encrypt(LabeledData data, String folder) {
    Storage storage = Storages.of("data set", folder);
    try (OwnerLock lock = context.lock()) {
      return new DatasetEncryption(context).encryptJoint(data, storage);
    }
  }

  /**
   * Works with the data set in a folder, or that was encrypted to there, instead of that which was
   * encrypted last.
   *
   * @param folder path or URI
   * @return this
   */
  public JointOwner withDataset(String folder) {
    dataset = Storages.of("data set", folder);
    return this;
  }

  /**
   * Tests the model that the key holder gave, beside one that is trained in the clear on these rows
   * alone.
   *
   * @param model of a training that these rows were a part of
   * @param data that were encrypted
   * @return accuracies and losses
   * @throws DataException when there are no test rows
   * @throws DatasetException when the data are others than those encrypted, or the model is for
   *     another preparation
   */
  public JointEvaluation evaluate(PlainModel model, LabeledData data) {
    DatasetRecord record = context.recordOf(dataset);
    PreparedData prepared = context.dataOf(record, data);
    return JointEvaluation.of(prepared, context.settings(), model.decrypted());
  }

  /** Frees the public key. */
  @Override
  public void close() {
    context.close();
  }
}
