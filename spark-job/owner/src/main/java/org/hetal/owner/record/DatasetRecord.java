package org.hetal.owner.record;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hetal.config.Settings;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedModel;
import org.hetal.dataset.Origin;
import org.hetal.format.Digests;
import org.hetal.he.owner.Encryptor;
import org.hetal.owner.data.Preparation;
import org.hetal.owner.data.PreparedData;
import org.hetal.owner.table.Table;
import org.hetal.plan.TrainingPlan;

/**
 * What {@code encrypt} used for one data set. Every later command of the owner works by this record
 * and refuses data, settings and ciphertexts that it does not describe.
 *
 * @param id of the data set
 * @param written when, ISO 8601
 * @param folder to which it was written
 * @param manifest SHA-256 of the data set's manifest, which holds the digest of every ciphertext
 * @param origin parameters, key, plan; {@link RecordStore#plan} has a copy of the plan
 * @param settings those that decided the rows and the schedule, by their paths
 * @param classes of labels, 0 to classes - 1
 * @param classNames the word of each class in the owner's files; empty when labels are numbers
 * @param preparation how raw rows became the encrypted ones
 * @param train rows in the order of encryption
 * @param test null when there was no test split
 */
public record DatasetRecord(
    String id,
    String written,
    String folder,
    String manifest,
    Origin origin,
    Map<String, String> settings,
    int classes,
    List<String> classNames,
    Preparation preparation,
    Part train,
    Part validation,
    @JsonSetter(nulls = Nulls.SET) Part test) {

  /**
   * One split.
   *
   * @param labels SHA-256 of the labels in order
   * @param prepared SHA-256 of the prepared rows in order
   */
  public record Part(int rows, String labels, String prepared) {
    static Part of(Table table, double[][] prepared) {
      return table == null
          ? null
          : new Part(
              table.rows(), RecordDigests.labels(table.labels()), RecordDigests.rows(prepared));
    }
  }

  /** The record of a data set that is about to be encrypted. */
  public static DatasetRecord of(
      PreparedData data,
      Settings settings,
      Origin origin,
      String written,
      String folder,
      String manifest) {
    return new DatasetRecord(
        origin.datasetId(),
        written,
        folder,
        manifest,
        origin,
        BoundSettings.of(settings),
        settings.data().classes(),
        data.splits().train().classNames(),
        data.preparation(),
        Part.of(data.splits().train(), data.train()),
        Part.of(data.splits().validation(), data.validation()),
        Part.of(data.splits().test(), data.test()));
  }

  /**
   * The identity of a data set under a fixed seed, so that the same command writes the same bytes.
   */
  public static String insecureId(PreparedData data, TrainingPlan plan, String keyId, long seed) {
    String canonical =
        String.join(
            "\n",
            "hetal insecure data set",
            String.valueOf(seed),
            keyId,
            plan.digest(),
            RecordDigests.rows(data.train()),
            RecordDigests.labels(data.trainLabels()),
            RecordDigests.rows(data.validation()));
    return Digests.sha256(canonical).substring(0, 32);
  }

  /** "data set ID in FOLDER", for messages. */
  public String describe() {
    return "data set " + id + " in " + folder;
  }

  /**
   * Before the data are read again.
   *
   * @throws DatasetException naming every setting that differs, with both values
   */
  public void requireSettings(Settings now) {
    requireSettings(now, settings.keySet());
  }

  /** As {@link #requireSettings} for new rows: how their file is read may differ. */
  public void requireSettingsOfRows(Settings now) {
    requireSettings(now, BoundSettings.OF_ROWS);
  }

  private void requireSettings(Settings now, Set<String> paths) {
    Map<String, String> actual = BoundSettings.of(now);
    List<String> differences = new ArrayList<>();
    settings.forEach(
        (path, value) -> {
          String other = actual.get(path);
          if (paths.contains(path) && other != null && !other.equals(value)) {
            differences.add(path + ": encrypted with " + value + ", now " + other);
          }
        });
    if (!differences.isEmpty()) {
      throw new DatasetException(
          String.join("; ", differences)
              + " ("
              + describe()
              + "); set what encrypt used, or encrypt again");
    }
  }

  /**
   * @param data read again and prepared by {@link #preparation}
   * @throws DatasetException naming the first split that differs, with both digests
   */
  public void requireData(PreparedData data) {
    differs("names of the classes", classNames, data.splits().train().classNames());
    require("train", train, Part.of(data.splits().train(), data.train()));
    require("validation", validation, Part.of(data.splits().validation(), data.validation()));
    require("test", test, Part.of(data.splits().test(), data.test()));
  }

  private void require(String split, Part then, Part now) {
    differs(split + " split", then == null ? "none" : "one", now == null ? "none" : "one");
    if (then == null) {
      return;
    }
    differs("rows of " + split, then.rows(), now.rows());
    differs("labels of " + split + " in order", then.labels(), now.labels());
    differs("prepared rows of " + split, then.prepared(), now.prepared());
  }

  private void differs(String what, Object then, Object now) {
    if (!then.equals(now)) {
      throw new DatasetException(
          what
              + ": encrypted with "
              + then
              + ", now "
              + now
              + " ("
              + describe()
              + "); use what encrypt used, or encrypt again");
    }
  }

  /**
   * @param where the data set is, for the message
   * @param actual SHA-256 of its manifest
   * @throws DatasetException unless it is the manifest that encrypt wrote
   */
  public void requireManifest(String where, String actual) {
    if (!actual.equals(manifest)) {
      throw new DatasetException(
          where
              + ": manifest.json: encrypted with SHA-256 "
              + manifest
              + ", now "
              + actual
              + "; the data set was changed after it was encrypted");
    }
  }

  /**
   * @throws DatasetException unless it is the key under which the data set was encrypted
   */
  public void requireKey(Encryptor key) {
    origin.require(describe(), key.parameters().hash(), key.keyId());
  }

  /**
   * @param where for the message
   * @throws DatasetException unless the model is one of this data set
   */
  public void requireModel(String where, EncryptedModel model) {
    if (!model.origin().equals(origin)) {
      throw new DatasetException(
          where
              + ": expected a model of the "
              + describe()
              + ", "
              + origin
              + "; actual "
              + model.origin());
    }
  }
}
