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
import org.hetal.he.owner.Client;
import org.hetal.owner.data.PreparedData;
import org.hetal.packing.Layout;
import org.hetal.packing.Packing;
import org.hetal.plan.Partition;
import org.hetal.plan.RowRange;
import org.hetal.plan.TrainingPlan;

/**
 * Encrypts prepared rows group by group, each thing at the level at which training needs it and no
 * higher. Encryption is random, so it is done once and its result kept.
 */
public final class DatasetEncryptor {
  private final Client client;
  private final TrainingPlan plan;
  private final Origin origin;

  /**
   * @param datasetId of the data set to train on that is encrypted, or to which rows to predict
   *     belong
   */
  public DatasetEncryptor(Client client, TrainingPlan plan, String datasetId) {
    this.client = client;
    this.plan = plan;
    PlanFile.requireParameters("encryption", plan, client.parameters());
    this.origin = Origin.of(plan, client.keyId(), datasetId);
  }

  /** What the ciphertexts belong to. */
  public Origin origin() {
    return origin;
  }

  /**
   * Encrypts the minibatches and the validation features. Labels of the validation rows stay with
   * the owner.
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
    List<Partition.MicrobatchRows> microbatches = Partition.microbatches(plan.schedule(), layout);
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
        groups.add(
            encrypt(rows.of(data.train()), rows.of(data.trainLabels()), plan.levels().features()));
        progress.accept(++done, of);
      }
      writer.addMicrobatch(groups);
    }
    for (RowRange rows : validationGroups) {
      writer.addUnlabelledGroup(
          encrypt(rows.of(data.validation()), null, plan.levels().validationFeatures()));
      progress.accept(++done, of);
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
          encrypt(filled(group.of(rows)), null, plan.levels().validationFeatures()));
      progress.accept(++done, groups.size());
    }
    return writer.commit(manifest -> beforeCommit.run());
  }

  private double[][] filled(double[][] rows) {
    int wanted = Math.max(rows.length, plan.predictionRows(rows.length));
    double[][] out = Arrays.copyOf(rows, wanted);
    for (int row = rows.length; row < wanted; row++) {
      out[row] = new double[plan.layout().features()];
    }
    return out;
  }

  private DatasetWriter.EncryptedGroup encrypt(double[][] rows, int[] labels, int level) {
    List<byte[]> features = new ArrayList<>();
    for (double[] slots : Packing.packFeatures(plan.layout(), rows)) {
      features.add(client.encrypt(slots, level));
    }
    int labelLevel = plan.levels().labels();
    byte[] encryptedLabels =
        labels == null
            ? null
            : client.encrypt(Packing.packLabels(plan.layout(), labels), labelLevel);
    return new DatasetWriter.EncryptedGroup(
        rows.length, features, level, encryptedLabels, labels == null ? 0 : labelLevel);
  }
}
