package org.hetal.owner.encryption;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.hetal.dataset.DatasetWriter;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.Origin;
import org.hetal.dataset.PlanFile;
import org.hetal.dataset.Storage;
import org.hetal.he.owner.Encryptor;
import org.hetal.owner.data.PreparedData;
import org.hetal.packing.Layout;
import org.hetal.packing.Packing;
import org.hetal.plan.Partition;
import org.hetal.plan.RowRange;
import org.hetal.plan.Schedule;
import org.hetal.plan.TrainingPlan;

/**
 * Encrypts prepared rows group by group, each thing at the level at which training needs it and no
 * higher. Encryption is random, so it is done once and its result kept.
 */
public final class DatasetEncryptor {
  private final Encryptor encryptor;
  private final TrainingPlan plan;
  private final Origin origin;

  /**
   * @param datasetId of the data set to train on that is encrypted, or to which rows to predict
   *     belong
   */
  public DatasetEncryptor(Encryptor encryptor, TrainingPlan plan, String datasetId) {
    this.encryptor = encryptor;
    this.plan = plan;
    PlanFile.requireParameters("encryption", plan, encryptor.parameters());
    this.origin = Origin.of(plan, encryptor.keyId(), datasetId);
  }

  /** What the ciphertexts belong to. */
  public Origin origin() {
    return origin;
  }

  /**
   * Encrypts the minibatches and the validation rows. Labels of the validation rows stay with the
   * owner, unless the plan has a validation loss on ciphertexts.
   *
   * @param beforeCommit told the SHA-256 of the manifest when all ciphertexts are written and the
   *     manifest is not
   * @param progress told the groups done, of all
   */
  public EncryptedDataset encryptTraining(
      PreparedData data, Storage storage, Consumer<String> beforeCommit, WorkProgress progress) {
    DatasetWriter writer = new DatasetWriter(storage, origin, plan);
    Layout layout = plan.layout();
    List<RowRange> validationGroups = Partition.groups(data.validation().length, layout);
    Schedule schedule =
        plan.isJoint() ? plan.schedule().withRows(data.train().length) : plan.schedule();
    List<Partition.MicrobatchRows> microbatches = Partition.microbatches(schedule, layout);
    int of =
        validationGroups.size()
            + microbatches.stream().mapToInt(microbatch -> microbatch.groups().size()).sum();
    int done = 0;
    int batch = -1;
    for (Partition.MicrobatchRows microbatch : microbatches) {
      if (microbatch.batch() != batch) {
        batch = microbatch.batch();
        writer.startBatch();
      }
      List<DatasetWriter.EncryptedGroup> groups = new ArrayList<>();
      for (RowRange rows : microbatch.groups()) {
        double[] labels = Packing.packLabels(layout, rows.of(data.trainLabels()));
        groups.add(
            encrypt(
                rows.of(data.train()), plan.levels().features(), labels, plan.levels().labels()));
        progress.accept(++done, of);
      }
      writer.addMicrobatch(groups);
    }
    if (plan.loss() == null) {
      for (RowRange rows : validationGroups) {
        writer.addUnlabelledGroup(
            encrypt(rows.of(data.validation()), plan.levels().validationFeatures()));
        progress.accept(++done, of);
      }
      return writer.commit(beforeCommit);
    }
    for (List<RowRange> microbatch :
        Partition.validationMicrobatches(
            data.validation().length, schedule.groupsPerMicrobatch(), layout)) {
      List<DatasetWriter.EncryptedGroup> groups = new ArrayList<>();
      for (RowRange rows : microbatch) {
        double[] labels = Packing.packValidationLabels(layout, rows.of(data.validationLabels()));
        groups.add(
            encrypt(
                rows.of(data.validation()), plan.loss().features(), labels, plan.loss().labels()));
        progress.accept(++done, of);
      }
      writer.addValidation(groups);
    }
    return writer.commit(beforeCommit);
  }

  /**
   * Encrypts prepared rows to be predicted: features only. The last group is filled up with rows of
   * zeros to a size for which there are keys; whoever decrypts the logits drops them.
   *
   * @param id of the rows
   * @param beforeCommit called when all ciphertexts are written and the rows are not there yet
   */
  public EncryptedDataset encryptRows(
      double[][] rows, String id, Storage storage, Runnable beforeCommit, WorkProgress progress) {
    DatasetWriter writer = new DatasetWriter(storage, origin, id, plan);
    List<RowRange> groups = Partition.groups(rows.length, plan.layout());
    int done = 0;
    for (RowRange group : groups) {
      writer.addUnlabelledGroup(
          encrypt(
              filled(group.of(rows), plan.predictionRows(group.rows())),
              plan.levels().validationFeatures()));
      progress.accept(++done, groups.size());
    }
    return writer.commit(manifest -> beforeCommit.run());
  }

  /** The rows, followed by rows of zeros. */
  private double[][] filled(double[][] rows, int wanted) {
    if (rows.length >= wanted) {
      return rows;
    }
    double[][] out = Arrays.copyOf(rows, wanted);
    for (int row = rows.length; row < wanted; row++) {
      out[row] = new double[plan.layout().features()];
    }
    return out;
  }

  private DatasetWriter.EncryptedGroup encrypt(double[][] rows, int level) {
    return new DatasetWriter.EncryptedGroup(rows.length, features(rows, level), level, null, 0);
  }

  private DatasetWriter.EncryptedGroup encrypt(
      double[][] rows, int level, double[] labels, int labelLevel) {
    return new DatasetWriter.EncryptedGroup(
        rows.length,
        features(rows, level),
        level,
        encryptor.encrypt(labels, labelLevel),
        labelLevel);
  }

  private List<byte[]> features(double[][] rows, int level) {
    List<byte[]> out = new ArrayList<>();
    int stored = plan.rowBlocks(rows.length) * plan.layout().rowsPerBlock();
    double[][] packed = plan.isJoint() ? filled(rows, stored) : rows;
    for (double[] slots : Packing.packFeatures(plan.layout(), packed)) {
      out.add(encryptor.encrypt(slots, level));
    }
    return out;
  }
}
