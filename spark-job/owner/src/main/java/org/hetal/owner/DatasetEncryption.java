package org.hetal.owner;

import java.time.Instant;
import java.util.List;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.DatasetWriter;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.Storage;
import org.hetal.he.owner.Client;
import org.hetal.he.owner.Encryptor;
import org.hetal.owner.contribution.CommonPreparation;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.encryption.DatasetEncryptor;
import org.hetal.owner.record.DatasetRecord;
import org.hetal.owner.record.RowsRecord;
import org.hetal.owner.record.Unfinished;
import org.hetal.owner.table.DataException;
import org.hetal.owner.table.Table;
import org.hetal.plan.TrainingPlan;

/** Encrypts rows once, with a record of what was encrypted. The caller holds the owner's lock. */
final class DatasetEncryption {
  private final OwnerContext owner;

  DatasetEncryption(OwnerContext owner) {
    this.owner = owner;
  }

  /**
   * Encrypts minibatches and validation rows.
   *
   * @param keys that must fit if they are there; null: not looked at
   */
  WrittenDataset encrypt(LabeledData data, Storage storage, KeyBundle keys) {
    if (EncryptedDataset.isPresent(storage)) {
      EncryptedDataset there = EncryptedDataset.open(storage);
      owner.take(storage.describe(), there.origin().parameterSet());
      return requireSame(data, storage, there, owner.client());
    }
    PreparedData prepared = data.prepared();
    TrainingPlan plan = owner.plan(data);
    Client client = owner.client();
    if (keys != null && keys.isPresent()) {
      keys.requireFitting(client, plan.keys());
    }
    Long seed = owner.settings().insecureSeed();
    String id =
        seed == null
            ? EncryptedDataset.newId()
            : DatasetRecord.insecureId(prepared, plan, client.keyId(), seed);
    return encrypt(prepared, storage, new DatasetEncryptor(client, plan, id), plan);
  }

  /**
   * Encrypts the rows of one of several owners with the public key.
   *
   * @throws DataException when they have other features or classes than the others', or a row is
   *     longer than the bound
   */
  WrittenDataset encryptJoint(LabeledData data, Storage storage) {
    TrainingPlan plan = owner.jointPlan();
    CommonPreparation common = owner.commonPreparation();
    requireKey(common);
    if (EncryptedDataset.isPresent(storage)) {
      EncryptedDataset there = EncryptedDataset.open(storage);
      requirePlan(storage, there, plan);
      return requireSame(data, storage, there, owner.publicEncryptor());
    }
    List<String> names = data.classNames();
    // An owner may lack rows of a class.
    if (names.isEmpty() != common.classNames().isEmpty()
        || !common.classNames().containsAll(names)) {
      throw new DataException(
          data.splits().train().source()
              + ": expected the classes "
              + classes(common.classNames())
              + " of "
              + owner.files().preparation()
              + ", actual "
              + classes(names));
    }
    PreparedData prepared = data.commonlyPrepared(common);
    return encrypt(
        prepared,
        storage,
        new DatasetEncryptor(owner.publicEncryptor(), plan, EncryptedDataset.newId()),
        plan);
  }

  private void requireKey(CommonPreparation common) {
    String actual = owner.publicEncryptor().keyId();
    if (!actual.equals(common.keyId())) {
      throw new DatasetException(
          owner.files().publicKey()
              + ": expected key "
              + common.keyId()
              + " as in "
              + owner.files().preparation()
              + ", actual "
              + actual
              + "; take both from the key holder");
    }
  }

  private void requirePlan(Storage storage, EncryptedDataset there, TrainingPlan plan) {
    String actual = there.origin().planDigest();
    if (!actual.equals(plan.digest())) {
      throw new CommitException(
          storage.describe()
              + ": expected no data set yet or one of "
              + owner.files().plan()
              + " with SHA-256 "
              + plan.digest()
              + ", actual one of another plan, "
              + actual
              + "; kept. Move it away, or set paths.dataset to another folder");
    }
  }

  private static String classes(List<String> names) {
    return names.isEmpty() ? "0, 1, ... as numbers" : names.toString();
  }

  private WrittenDataset encrypt(
      PreparedData prepared, Storage storage, DatasetEncryptor encryptor, TrainingPlan plan) {
    removeUnfinished(storage);
    EncryptedDataset written =
        encryptor.encryptTraining(
            prepared,
            storage,
            manifest ->
                owner
                    .records()
                    .write(
                        DatasetRecord.of(
                            prepared,
                            owner.settings(),
                            encryptor.origin(),
                            now(),
                            storage.describe(),
                            manifest),
                        plan),
            owner.listener()::groupEncrypted);
    return written(written, written.trainingRows(), storage, false);
  }

  /** The call was repeated: it has nothing to do if it would encrypt the same again. */
  private WrittenDataset requireSame(
      LabeledData data, Storage storage, EncryptedDataset there, Encryptor key) {
    try {
      DatasetRecord record = owner.records().dataset(there.id(), storage.describe());
      record.requireKey(key);
      owner.dataOf(record, data);
    } catch (DatasetException e) {
      throw new CommitException(
          storage.describe()
              + ": expected no data set yet, actual one of other data, settings or keys; kept. "
              + e.getMessage());
    }
    return written(there, there.trainingRows(), storage, true);
  }

  /**
   * Encrypts rows to predict.
   *
   * @param record of the data set by which they are scaled
   */
  WrittenDataset encryptRows(UnlabeledRows rows, DatasetRecord record, Storage storage) {
    Table table = rows.table();
    if (EncryptedDataset.isPresent(storage)) {
      return requireSameRows(rows, record, storage);
    }
    double[][] prepared =
        rows.seenInPreparation()
            ? record.preparation().apply(table)
            : record.preparation().applyToNew(table);
    TrainingPlan plan = owner.planOf(record);
    Client client = owner.client();
    record.requireKey(client);
    Long seed = owner.settings().insecureSeed();
    String id =
        seed == null ? EncryptedDataset.newId() : RowsRecord.insecureId(table, record.id(), seed);
    RowsRecord ofRows =
        RowsRecord.of(table, id, record.id(), rows.source(), now(), storage.describe());
    removeUnfinished(storage);
    EncryptedDataset written =
        new DatasetEncryptor(client, plan, record.id())
            .encryptRows(
                prepared,
                id,
                storage,
                () -> owner.records().write(ofRows),
                owner.listener()::groupEncrypted);
    return written(written, table.rows(), storage, false);
  }

  private WrittenDataset requireSameRows(
      UnlabeledRows rows, DatasetRecord record, Storage storage) {
    EncryptedDataset there = EncryptedDataset.open(storage);
    try {
      if (!there.origin().equals(record.origin())) {
        throw new DatasetException("expected " + record.origin() + ", actual " + there.origin());
      }
      owner.records().rows(there.id(), storage.describe()).require(rows.source(), rows.table());
    } catch (DatasetException e) {
      throw new CommitException(
          storage.describe()
              + ": expected no rows to predict yet, actual others; kept. "
              + e.getMessage());
    }
    return written(there, rows.table().rows(), storage, true);
  }

  private static WrittenDataset written(
      EncryptedDataset dataset, int rows, Storage storage, boolean alreadyThere) {
    return new WrittenDataset(
        dataset.id(),
        dataset.origin().datasetId(),
        storage.describe(),
        rows,
        dataset.batches().size(),
        dataset.evaluationGroups().size(),
        dataset.bytes(),
        alreadyThere);
  }

  private void removeUnfinished(Storage storage) {
    int removed = Unfinished.remove(storage, DatasetWriter::wrote);
    if (removed > 0) {
      owner
          .listener()
          .notice(
              removed + " files of an unfinished encryption removed from " + storage.describe());
    }
  }

  private static String now() {
    return Instant.now().toString();
  }
}
