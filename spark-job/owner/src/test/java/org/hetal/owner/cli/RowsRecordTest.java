package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.hetal.dataset.EncryptedLogits;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.Origin;
import org.hetal.owner.record.DatasetRecord;
import org.hetal.owner.record.RecordStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted rows and their predictions are bound to the rows in the clear. */
class RowsRecordTest {
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

  private String mode(String path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve(path)));
  }

  private void encryptRows(String rows) throws Exception {
    Files.writeString(root.resolve("new.csv"), rows);
    run(
        0,
        "encrypt",
        "--rows",
        root.resolve("new.csv").toString(),
        "--output",
        root.resolve("new").toString());
    owner.predict("new", "logits");
  }

  private String[] predictions(String rows, String to) {
    return new String[] {
      "--logits",
      root.resolve("logits").toString(),
      "--rows",
      root.resolve(rows).toString(),
      "--output",
      root.resolve(to).toString()
    };
  }

  @Test
  void predictions_areBoundToTheRowsThatWereEncrypted() throws Exception {
    encryptRows("1,0,0,0\n0,1,0,0\n0,0,1,0\n");
    Files.writeString(root.resolve("longer.csv"), "1,0,0,0\n0,1,0,0\n0,0,1,0\n0,0,1,1\n");
    Files.writeString(root.resolve("swapped.csv"), "0,1,0,0\n1,0,0,0\n0,0,1,0\n");
    refused(
        65,
        "longer.csv: rows: encrypted 3 (of " + root.resolve("new.csv") + "), now 4",
        "decrypt-predictions",
        predictions("longer.csv", "out.csv"));
    refused(
        65,
        "swapped.csv: SHA-256 of the rows: encrypted",
        "decrypt-predictions",
        predictions("swapped.csv", "out.csv"));
    assertFalse(Files.exists(root.resolve("out.csv")));
    run(0, "decrypt-predictions", predictions("new.csv", "out.csv"));
    List<String> lines = owner.lines("out.csv");
    assertEquals("row,class,probability_0,probability_1,probability_2", lines.get(0));
    assertEquals(4, lines.size());
    for (int row = 1; row <= 3; row++) {
      assertTrue(lines.get(row).startsWith(row + "," + row % 3 + ","), lines.toString());
    }
    assertEquals("rw-------", mode("out.csv"));
    run(
        0,
        "decrypt-predictions",
        "--logits",
        root.resolve("logits").toString(),
        "--output",
        root.resolve("without.csv").toString());
    assertEquals(lines, owner.lines("without.csv"));
  }

  /** The layout and the scale are those of the owner's record, whatever the cluster writes. */
  @Test
  void predictions_ofAnotherPlan_areRefused() throws Exception {
    encryptRows("1,0,0,0\n0,1,0,0\n");
    LocalStorage logits = new LocalStorage(root.resolve("logits"));
    EncryptedLogits there = EncryptedLogits.open(logits);
    Origin origin = there.origin();
    String another = "0".repeat(64);
    EncryptedLogits.write(
        logits,
        new Origin(
            origin.parameterSet(),
            origin.parameterHash(),
            origin.keyId(),
            another,
            origin.datasetId()),
        there.rowsId(),
        there.rows(),
        there.logits().stream().map(file -> file.read(logits)).toList(),
        there.logits().get(0).level());
    refused(
        65,
        "plan: expected SHA-256 " + another,
        "decrypt-predictions",
        predictions("new.csv", "out.csv"));
    assertFalse(Files.exists(root.resolve("out.csv")));
  }

  @Test
  void predictions_haveTheRowNumbersOfTheirFile() throws Exception {
    Files.writeString(root.resolve("new.csv"), "a,b,c,d\n1,0,0,0\n0,1,0,0\n");
    run(
        0,
        "encrypt",
        "--set",
        "data.header=true",
        "--rows",
        root.resolve("new.csv").toString(),
        "--output",
        root.resolve("new").toString());
    owner.predict("new", "logits");
    run(
        0,
        "decrypt-predictions",
        "--logits",
        root.resolve("logits").toString(),
        "--output",
        root.resolve("out.csv").toString());
    assertTrue(owner.lines("out.csv").get(1).startsWith("2,1,"), owner.lines("out.csv").toString());
  }

  @Test
  void decryptPredictions_overwritesNothing() throws Exception {
    encryptRows("1,0,0,0\n0,1,0,0\n");
    byte[] input = Files.readAllBytes(root.resolve("new.csv"));
    refused(
        73,
        "expected another file than --rows",
        "decrypt-predictions",
        predictions("new.csv", "new.csv"));
    Files.createSymbolicLink(root.resolve("link.csv"), root.resolve("new.csv"));
    refused(
        73,
        "expected another file than --rows",
        "decrypt-predictions",
        predictions("new.csv", "link.csv"));
    assertArrayEquals(input, Files.readAllBytes(root.resolve("new.csv")));
    Files.writeString(root.resolve("mine.csv"), "mine\n");
    refused(
        73,
        "mine.csv: expected no file or one with these predictions",
        "decrypt-predictions",
        predictions("new.csv", "mine.csv"));
    assertEquals(List.of("mine"), owner.lines("mine.csv"));
    run(0, "decrypt-predictions", predictions("new.csv", "out.csv"));
    run(0, "decrypt-predictions", predictions("new.csv", "out.csv"));
  }

  @Test
  void rowsOfTheTestSplit_areComparedWithTheirOwnPredictions() throws Exception {
    owner.train("cluster/dataset", "cluster/run", "first");
    run(0, "decrypt-model");
    run(0, "encrypt", "--test", "--output", root.resolve("new").toString());
    owner.predict("new", "logits");
    run(0, "evaluate", "--logits", root.resolve("logits").toString());
    assertTrue(owner.output.contains("accuracy of encrypted predictions"), owner.output);
    run(
        0,
        "decrypt-predictions",
        "--logits",
        root.resolve("logits").toString(),
        "--output",
        root.resolve("out.csv").toString());
    assertEquals(25, owner.lines("out.csv").size());
    run(
        0,
        "encrypt",
        "--rows",
        Files.writeString(root.resolve("new.csv"), "1,0,0,0\n").toString(),
        "--output",
        root.resolve("one").toString());
    owner.predict("one", "logits-1");
    refused(
        65,
        "data.test: rows: encrypted 1",
        "evaluate",
        "--logits",
        root.resolve("logits-1").toString());
  }

  @Test
  void rowsForAnotherSchedule_areRefused() throws Exception {
    String rows = Files.writeString(root.resolve("new.csv"), "1,0,0,0\n").toString();
    refused(
        65,
        "training.logit-range: encrypted with 64, now 128",
        "encrypt",
        "--rows",
        rows,
        "--output",
        root.resolve("new").toString(),
        "--set",
        "training.logit-range=128");
    refused(
        65,
        "data.test-fraction: encrypted with 0.1666, now 0.3",
        "encrypt",
        "--test",
        "--output",
        root.resolve("new").toString(),
        "--set",
        "data.test-fraction=0.3");
    assertFalse(Files.exists(root.resolve("new")));
  }

  @Test
  void rows_arePreparedByTheRecordEvenWhenTheDataAreGone() throws Exception {
    Files.delete(root.resolve("rows.csv"));
    encryptRows("1,0,0,0\n");
    assertEquals(record().id(), owner.dataset("new").origin().datasetId());
  }
}
