package org.hetal.owner;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.hetal.config.Settings;
import org.hetal.config.SettingsException;
import org.hetal.dataset.CommitException;
import org.hetal.dataset.DatasetException;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.Storage;
import org.hetal.dataset.Storages;
import org.hetal.oracle.OracleEndpoint;
import org.hetal.owner.table.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calls of the data owner, on the simulator. */
class DataOwnerTest {
  @TempDir Path folder;
  private final Settings settings = Clusters.simulated();
  private final LabeledData data = Clusters.data(settings);
  private final Plan plan = Plan.of(settings, data);

  private Path owned() {
    return folder.resolve("owner");
  }

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void secretKey_isMadeOnceAndOpenedAgain() throws Exception {
    String keyId;
    try (DataOwner owner = DataOwner.generate(plan, owned())) {
      keyId = owner.keyId();
    }
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(owned().resolve("secret.key"))));
    CommitException e =
        assertThrows(CommitException.class, () -> DataOwner.generate(plan, owned()));
    assertTrue(e.getMessage().endsWith("expected no secret key yet, actual one; kept"));
    try (DataOwner owner = DataOwner.open(settings, owned())) {
      assertEquals(keyId, owner.keyId());
    }
    assertThrows(DataException.class, () -> DataOwner.open(settings, folder.resolve("nobody")));
    DatasetException e2 =
        assertThrows(
            DatasetException.class,
            () -> DataOwner.open(Clusters.simulated("training.epochs", "4"), owned()));
    assertTrue(e2.getMessage().contains("training.epochs: planned with 3, now 4"), e2.getMessage());
  }

  @Test
  void callsThatAreRepeated_findThatThereIsNothingToDo() {
    try (DataOwner owner = DataOwner.generate(plan, owned())) {
      List<Integer> groups = new ArrayList<>();
      owner.withListener(
          new OwnerListener() {
            @Override
            public void groupEncrypted(int done, int of) {
              groups.add(done);
            }
          });
      assertFalse(owner.writeEvaluationKeys(at("keys")).alreadyThere());
      assertTrue(owner.writeEvaluationKeys(at("keys")).alreadyThere());
      WrittenDataset first = owner.encrypt(data, at("dataset"), at("keys"));
      assertFalse(first.alreadyThere());
      assertEquals(122, first.rows());
      assertEquals(3, first.minibatches());
      int encrypted = groups.size();
      assertTrue(encrypted > 0);
      WrittenDataset second = owner.encrypt(data, at("dataset"), at("keys"));
      assertTrue(second.alreadyThere());
      assertEquals(first.id(), second.id());
      assertEquals(encrypted, groups.size());
      CommitException e =
          assertThrows(
              CommitException.class,
              () -> owner.encrypt(Clusters.data(settings, 4), at("dataset")));
      assertTrue(e.getMessage().contains("actual one of other data, settings or keys; kept"));
    }
  }

  @Test
  void foldersOfAnotherFileSystem_areWrittenByItsProvider() {
    String uri = "memory:/" + folder;
    Storage keys = Storages.of("evaluation keys", uri + "/keys");
    Storage dataset = Storages.of("data set", uri + "/dataset");
    keys.writeAtomically("relinearization.key", new byte[] {1}); // of a keygen that was killed
    dataset.writeAtomically("other.txt", new byte[] {1});
    List<String> notices = new ArrayList<>();
    try (DataOwner owner = DataOwner.generate(plan, owned())) {
      owner.withListener(
          new OwnerListener() {
            @Override
            public void notice(String line) {
              notices.add(line);
            }
          });
      assertEquals(uri + "/keys", owner.writeEvaluationKeys(uri + "/keys").folder());
      assertEquals(
          List.of("1 files of unfinished evaluation keys removed from " + uri + "/keys"), notices);
      assertTrue(owner.writeEvaluationKeys(uri + "/keys").alreadyThere());
      owner.writeEvaluationKeys(at("keys"));
      assertEquals(new LocalStorage(folder.resolve("keys")).walk(), keys.walk());
      CommitException e =
          assertThrows(
              CommitException.class, () -> owner.encrypt(data, uri + "/dataset", uri + "/keys"));
      assertEquals(
          uri
              + "/dataset: expected an empty folder or one that this command did not finish, actual"
              + " other.txt; kept",
          e.getMessage());
      dataset.delete("other.txt");
      WrittenDataset written = owner.encrypt(data, uri + "/dataset", uri + "/keys");
      assertEquals(uri + "/dataset", written.folder());
      assertTrue(owner.encrypt(data, uri + "/dataset", uri + "/keys").alreadyThere());
      assertEquals(written.id(), EncryptedDataset.open(dataset).id());
    }
    SettingsException none =
        assertThrows(SettingsException.class, () -> Storages.of("data set", "none:/x"));
    assertTrue(none.getMessage().startsWith("data set: expected a path of this machine"));
  }

  @Test
  void oracle_answersOverHttpsAndInThisProcess_andRefusesAnotherDataSet() {
    OracleEndpoint endpoint = OracleEndpoint.in(folder.resolve("shared"), "localhost", 0);
    try (DataOwner owner = DataOwner.generate(plan, owned())) {
      assertThrows(IllegalStateException.class, () -> owner.startOracle(endpoint));
      owner.encrypt(data, at("dataset"));
      try (RunningOracle oracle = owner.startOracle(endpoint)) {
        assertTrue(oracle.endpoint().port() > 0);
        assertTrue(Files.exists(endpoint.certificate()) && Files.exists(endpoint.tokenFile()));
        assertEquals(3, oracle.answersLeft(), "the epochs of the plan");
        oracle.greet(0);
        assertThrows(DatasetException.class, () -> oracle.greet(1));
        CommitException held =
            assertThrows(CommitException.class, () -> owner.startOracle(endpoint));
        assertTrue(held.getMessage().contains("oracle-default.jsonl"), held.getMessage());
      }
      LabeledData other = Clusters.data(settings, 4);
      DatasetException e =
          assertThrows(DatasetException.class, () -> owner.startOracle(new OracleOptions(), other));
      assertTrue(e.getMessage().startsWith("prepared rows of train: encrypted with"));
    }
  }

  @Test
  void rowsToPredict_wantADataSet() {
    try (DataOwner owner = DataOwner.generate(plan, owned())) {
      UnlabeledRows rows = UnlabeledRows.of(Clusters.features(5, 7));
      assertThrows(DatasetException.class, () -> owner.encryptRows(rows, at("rows")));
      owner.encrypt(data, at("dataset"));
      WrittenDataset written = owner.encryptRows(rows, at("rows"));
      assertEquals(7, written.rows());
      assertEquals(0, written.minibatches());
      assertTrue(owner.encryptRows(rows, at("rows")).alreadyThere());
      assertThrows(
          CommitException.class,
          () -> owner.encryptRows(UnlabeledRows.of(Clusters.features(6, 7)), at("rows")));
    }
  }

  @Test
  void foldersOfAnotherFileSystem_areRefused() {
    try (DataOwner owner = DataOwner.generate(plan, owned())) {
      assertThrows(SettingsException.class, () -> owner.encrypt(data, "hdfs://namenode/dataset"));
    }
  }

  @Test
  void model_isSavedAndLoadedAgain_andNotOverAnother() throws Exception {
    PlainModel model = EncryptedTraining.inOneJvm(settings, data).run().model();
    Path saved = folder.resolve("model");
    model.save(saved);
    model.save(saved);
    PlainModel loaded = PlainModel.load(saved);
    assertEquals(model.bestEpoch(), loaded.bestEpoch());
    assertArrayEquals(model.intercepts(), loaded.intercepts());
    double[] row = Clusters.features(8, 1)[0];
    assertArrayEquals(model.probabilities(row), loaded.probabilities(row));
    assertThrows(IllegalArgumentException.class, () -> loaded.predict(new double[3]));
    // Spark ML's own dependencies are not on the class path of this test.
    MissingArtifactException missing =
        assertThrows(MissingArtifactException.class, loaded::toSparkMl);
    assertTrue(
        missing
            .getMessage()
            .contains("expected org.apache.spark:spark-mllib_2.13 on the class path"),
        missing.getMessage());
    PlainModel other = EncryptedTraining.inOneJvm(settings, data).run().model();
    assertThrows(CommitException.class, () -> other.save(saved));
  }
}
