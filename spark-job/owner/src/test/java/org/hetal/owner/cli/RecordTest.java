package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.hetal.dataset.LocalStorage;
import org.hetal.owner.encryption.DecryptedModel;
import org.hetal.owner.record.DatasetRecord;
import org.hetal.owner.record.RecordStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What encrypt used is bound to the data set, the run and the model. */
@Timeout(300)
class RecordTest {
  @TempDir Path root;
  private OwnerFolder owner;

  @BeforeEach
  void encrypt() throws Exception {
    owner = new OwnerFolder(root, "simulator", "insecure_simulator_n8_l12");
    run(0, "keygen");
    run(0, "encrypt");
  }

  private void run(int status, String command, String... more) {
    assertEquals(status, owner.hetal(command, more), owner.output);
  }

  private void refused(int status, String message, String command, String... more) {
    run(status, command, more);
    assertTrue(owner.output.contains(message), owner.output);
  }

  private RecordStore records() {
    return new RecordStore(root.resolve("owner"));
  }

  private DatasetRecord record() {
    return records().dataset(owner.dataset("cluster/dataset").id(), "test");
  }

  @Test
  void record_holdsWhatEncryptUsed() {
    DatasetRecord record = record();
    assertEquals(owner.dataset("cluster/dataset").origin(), record.origin());
    assertEquals("1", record.settings().get("data.shuffle-seed"));
    assertEquals("4.0", record.settings().get("training.learning-rate"));
    assertEquals("max-row-norm", record.settings().get("data.scaling"));
    assertEquals(
        List.of(102, 24, 24),
        List.of(record.train().rows(), record.validation().rows(), record.test().rows()));
    assertEquals(3, record.classes());
  }

  @Test
  void everyBoundSetting_hasItsPathAndItsValueAsInTheSettings() {
    List<String> all = new ArrayList<>();
    record().settings().forEach((path, value) -> all.addAll(List.of("--set", path + "=" + value)));
    assertTrue(all.size() >= 2 * 17, all.toString());
    run(0, "encrypt", all.toArray(String[]::new));
    assertTrue(owner.output.contains("done already"), owner.output);
  }

  @Test
  void dataWithoutATestSplit_areReadAgain() {
    String dataset = "paths.dataset=" + root.resolve("cluster/untested");
    String plan = "paths.plan=" + root.resolve("cluster/untested-plan.json");
    String[] settings = {"--set", "data.test-fraction=0", "--set", dataset, "--set", plan};
    run(0, "encrypt", settings);
    run(0, "encrypt", settings);
    assertTrue(owner.output.contains("done already"), owner.output);
  }

  @Test
  void oracleWithAnotherShuffleSeed_isRefusedAtItsStart() {
    refused(
        65, "data.shuffle-seed: encrypted with 1, now 2", "oracle", "--set", "data.shuffle-seed=2");
    refused(
        65,
        "data.shuffle-seed: encrypted with 1, now none",
        "oracle",
        "--set",
        "data.shuffle-seed=none");
  }

  @Test
  void oracleWithAnotherScheduleOrPreparation_isRefusedAtItsStart() {
    refused(
        65,
        "training.learning-rate: encrypted with 4.0, now 2.0",
        "oracle",
        "--set",
        "training.learning-rate=2");
    refused(
        65,
        "training.logit-range: encrypted with 64, now 128",
        "oracle",
        "--set",
        "training.logit-range=128");
    refused(
        65, "training.patience: encrypted with 3, now 4", "oracle", "--set", "training.patience=4");
    refused(
        65,
        "data.centering: encrypted with false, now true",
        "oracle",
        "--set",
        "data.centering=true");
    refused(
        65,
        "data.bias: encrypted with 1.0, now 0.5; data.test-fraction: encrypted with 0.1666, now 0.2",
        "oracle",
        "--set",
        "data.bias=0.5",
        "--set",
        "data.test-fraction=0.2");
  }

  @Test
  void oracleWithOtherLabelsOrRows_isRefusedAtItsStart() throws Exception {
    Path rows = root.resolve("rows.csv");
    String before = Files.readString(rows);
    String labels =
        before
            .lines()
            .map(line -> line.endsWith(",0") ? line.replaceAll(",0$", ",1") : line)
            .reduce("", (a, b) -> a + b + "\n");
    Files.writeString(rows, labels);
    refused(65, "labels of train in order: encrypted with " + record().train().labels(), "oracle");
    Files.writeString(rows, before.replaceFirst("^-?[0-9.]+", "0.5"));
    refused(65, "prepared rows of ", "oracle");
    assertTrue(
        owner.output.contains("encrypted with") && owner.output.contains("now"), owner.output);
    Files.writeString(rows, before + "1,0,0,0,0\n");
    refused(65, "rows of train: encrypted with 102, now 101", "oracle");
  }

  @Test
  void rowsOfOneClassInAnotherOrder_areRefused() throws Exception {
    Path rows = root.resolve("rows.csv");
    List<String> lines = new ArrayList<>(Files.readAllLines(rows));
    Collections.swap(lines, 0, 3);
    Files.write(rows, lines);
    refused(65, "prepared rows of ", "oracle");
  }

  @Test
  void oracleWithAnotherSecretKey_isRefusedAtItsStart() {
    run(
        0,
        "keygen",
        "--set",
        "paths.secret-key=" + root.resolve("other/secret.key"),
        "--set",
        "paths.key-bundle=" + root.resolve("other/keys"));
    refused(
        65,
        "key id: expected",
        "oracle",
        "--set",
        "paths.secret-key=" + root.resolve("other/secret.key"));
  }

  @Test
  void secondEncrypt_leavesTheFirstRecordAndItsModelAsTheyWere() throws Exception {
    owner.train("cluster/dataset", "cluster/run", "first");
    run(0, "decrypt-model");
    byte[] first = Files.readAllBytes(root.resolve("owner/model/model.json"));
    Files.writeString(root.resolve("other.csv"), OwnerFolder.rows(77, 120).replace("1.", "31."));
    String[] second = {
      "--set", "data.train.features=" + root.resolve("other.csv"),
      "--set", "paths.dataset=" + root.resolve("cluster/dataset-2"),
      "--set", "paths.plan=" + root.resolve("cluster/plan-2.json"),
      "--set", "paths.run=" + root.resolve("cluster/run-2"),
      "--set", "paths.model=" + root.resolve("owner/model-2")
    };
    run(0, "encrypt", second);
    owner.train("cluster/dataset-2", "cluster/run-2", "second");
    run(0, "decrypt-model", "--set", "paths.model=" + root.resolve("owner/model-again"));
    assertArrayEquals(first, Files.readAllBytes(root.resolve("owner/model-again/model.json")));
    run(0, "decrypt-model", second);
    DecryptedModel one = DecryptedModel.read(new LocalStorage(root.resolve("owner/model-again")));
    DecryptedModel two = DecryptedModel.read(new LocalStorage(root.resolve("owner/model-2")));
    assertNotEquals(one.datasetId(), two.datasetId());
    assertNotEquals(one.preparation().factor(), two.preparation().factor());
    assertEquals(record().preparation().factor(), one.preparation().factor());
    run(0, "evaluate");
    run(0, "evaluate", second);
    refused(
        65,
        "rows of train: encrypted with",
        "evaluate",
        "--set",
        "paths.model=" + root.resolve("owner/model-2"));
  }

  @Test
  void modelOfAnotherRun_isNotReplaced() {
    owner.train("cluster/dataset", "cluster/run", "first");
    run(0, "decrypt-model");
    run(0, "decrypt-model");
    owner.train("cluster/dataset", "cluster/run-2", "second");
    refused(
        73,
        "expected no model or that of run second",
        "decrypt-model",
        "--set",
        "paths.run=" + root.resolve("cluster/run-2"));
  }

  @Test
  void evaluate_usesTheRecordAndRefusesOtherData() throws Exception {
    owner.train("cluster/dataset", "cluster/run", "first");
    run(0, "decrypt-model");
    run(0, "evaluate", "--softmax");
    // Whoever may write the folder of the keys can put others there, with a manifest that fits
    // them.
    Path known = root.resolve("owner/evaluation-keys");
    try (Stream<Path> files = Files.list(known)) {
      known = files.findFirst().orElseThrow();
    }
    Files.writeString(known, "0".repeat(64) + "\n");
    refused(78, "expected evaluation keys as hetal keygen wrote them", "evaluate", "--softmax");
    run(0, "keygen");
    refused(78, "expected evaluation keys as hetal keygen wrote them", "evaluate", "--softmax");
    Files.delete(known); // as a keygen leaves it that was killed after the keys
    run(0, "keygen");
    run(0, "evaluate", "--softmax");
    String[] other = {
      "--set", "paths.secret-key=" + root.resolve("other/secret.key"),
      "--set", "paths.key-bundle=" + root.resolve("other/keys")
    };
    run(0, "keygen", other);
    refused(78, "expected the evaluation keys of", "evaluate", "--softmax", other[2], other[3]);
    refused(
        65,
        "data.shuffle-seed: encrypted with 1, now 5",
        "evaluate",
        "--set",
        "data.shuffle-seed=5");
    Files.writeString(root.resolve("rows.csv"), OwnerFolder.rows(4, 150));
    refused(
        65, "prepared rows of train: encrypted with " + record().train().prepared(), "evaluate");
  }

  @Test
  void datasetAtTheCluster_isFoundByWhereItWasWritten() throws Exception {
    String id = owner.dataset("cluster/dataset").id();
    Files.move(root.resolve("cluster/dataset"), root.resolve("sent"));
    refused(
        65,
        "data.bias: encrypted with 1.0, now 0.5 (data set " + id,
        "oracle",
        "--set",
        "data.bias=0.5");
    refused(
        65,
        "or in " + root.resolve("owner") + "/datasets the record of one",
        "oracle",
        "--set",
        "paths.dataset=" + root.resolve("nowhere"));
  }

  @Test
  void changedDataSet_isRefused() throws Exception {
    Path manifest = root.resolve("cluster/dataset/manifest.json");
    Files.writeString(manifest, Files.readString(manifest) + "\n");
    refused(65, "manifest.json: encrypted with SHA-256 " + record().manifest(), "oracle");
  }

  @Test
  void fileThatIsNoModel_isKept() throws Exception {
    owner.train("cluster/dataset", "cluster/run", "first");
    Path model = Files.createDirectories(root.resolve("owner/model")).resolve("model.json");
    Files.writeString(model, "{}");
    refused(73, "actual another file; kept. Move it away", "decrypt-model");
    assertEquals("{}", Files.readString(model));
  }

  @Test
  void missingDamagedOrEarlierRecord_isRefusedWithWhatToDo() throws Exception {
    Path file = root.resolve("owner/datasets").resolve(record().id() + ".json");
    byte[] whole = Files.readAllBytes(file);
    String text = Files.readString(file);
    Files.writeString(
        file, text.replace("\"data.shuffle-seed\" : \"1\"", "\"data.shuffle-seed\" : \"2\""));
    refused(65, "sha256: expected", "oracle", "--set", "data.shuffle-seed=2");
    Files.writeString(file, text.replaceFirst("\"version\" : 3", "\"version\" : 9"));
    refused(
        65,
        "version: expected 3, actual 9; another release wrote it; run hetal encrypt again",
        "oracle");
    Files.delete(file);
    refused(65, "expected its record in " + file.toString() + ", actual none", "oracle");
    assertTrue(owner.output.contains("run hetal encrypt again"), owner.output);
    Files.writeString(root.resolve("owner/model.json"), "{}");
    refused(
        65,
        "model.json is of an earlier release, which kept no record: run hetal encrypt again",
        "oracle");
    Files.write(file, whole);
    Path manifest = root.resolve("cluster/dataset/manifest.json");
    Files.writeString(
        manifest, Files.readString(manifest).replaceFirst("\"version\" : 3", "\"version\" : 1"));
    refused(
        65, "version: expected 3, actual 1; another release wrote it; run hetal encrypt", "oracle");
  }

  @Test
  void publicPart_tellsNothingOfLabelsAndRows() throws Exception {
    DatasetRecord record = record();
    try (Stream<Path> files = Files.walk(root.resolve("cluster"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        for (DatasetRecord.Part part :
            List.of(record.train(), record.validation(), record.test())) {
          assertFalse(
              bytes.contains(part.labels()) || bytes.contains(part.prepared()), file.toString());
        }
        assertFalse(bytes.contains("preparation") || bytes.contains("shuffle"), file.toString());
      }
    }
  }

  @Test
  void twoEncryptionsOfTheSame_haveIdentitiesOfTheirOwn() {
    run(0, "encrypt", "--set", "paths.dataset=" + root.resolve("cluster/again"));
    assertNotEquals(owner.dataset("cluster/dataset").id(), owner.dataset("cluster/again").id());
  }
}
