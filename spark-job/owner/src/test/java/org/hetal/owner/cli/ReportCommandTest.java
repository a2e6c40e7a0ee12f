package org.hetal.owner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import org.hetal.dataset.EncryptedDataset;
import org.hetal.dataset.LocalStorage;
import org.hetal.dataset.PlanFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {
  private static final String ANSWER =
      "{\"time\":\"2026-01-02T03:04:05Z\",\"runId\":\"%s\",\"keyId\":\"k\",\"dataset\":\"%s\","
          + "\"epoch\":%d,\"sha256\":\"s\",\"loss\":0.%d25,\"accuracy\":0.875,\"largestLogit\":3.0,"
          + "\"drift\":0.0,\"stop\":%s,\"best\":true,\"reason\":\"\"}%n";

  @TempDir Path root;
  private OwnerFolder owner;
  private LocalStorage run;

  @BeforeEach
  void trainTwoEpochs() throws Exception {
    owner = new OwnerFolder(root, "simulator", "insecure_simulator_n8_l12");
    assertEquals(0, owner.hetal("keygen"), owner.output);
    assertEquals(0, owner.hetal("encrypt"), owner.output);
    owner.train("cluster/dataset", "cluster/run", "default");
    run = new LocalStorage(root.resolve("cluster/run"));
    PlanFile.write(run, owner.dataset("cluster/dataset").plan());
    run.writeAtomically(
        "metrics.jsonl",
        (step(1) + epoch(1, "continue") + step(2) + epoch(2, "stop"))
            .getBytes(StandardCharsets.UTF_8));
    log(
        "default",
        EncryptedDataset.manifestDigest(new LocalStorage(root.resolve("cluster/dataset"))));
  }

  private static String step(int epoch) {
    return String.format(
        Locale.ROOT,
        "{\"event\":\"step\",\"step\":%1$d,\"epoch\":%1$d,\"batch\":0,\"gradient_seconds\":2,"
            + "\"update_seconds\":1,\"bootstraps\":3,\"broadcast_bytes\":1000,"
            + "\"gradient_bytes\":500,\"task_seconds\":{\"read\":0,\"expand\":1,\"logits\":1,"
            + "\"softmax\":4,\"gradient\":1,\"sum\":0}}%n",
        epoch);
  }

  private static String epoch(int epoch, String decision) {
    return String.format(
        Locale.ROOT,
        "{\"event\":\"epoch\",\"epoch\":%d,\"seconds\":3,\"validation_seconds\":0.5,"
            + "\"oracle_seconds\":0.1,\"decision\":\"%s\",\"best\":true,\"reason\":\"\","
            + "\"broadcast_bytes\":100}%n",
        epoch,
        decision);
  }

  private void log(String runId, String dataset) throws Exception {
    Files.writeString(
        root.resolve("owner/oracle.jsonl"),
        String.format(Locale.ROOT, ANSWER, runId, dataset, 1, 6, false)
            + String.format(Locale.ROOT, ANSWER, runId, dataset, 2, 3, true));
  }

  private String report(int status) throws Exception {
    Path file = root.resolve("report.html");
    assertEquals(status, owner.hetal("report", "--output", file.toString()), owner.output);
    return Files.exists(file) ? Files.readString(file) : "";
  }

  @Test
  void report_hasLossComparisonAndConfusionMatrix() throws Exception {
    assertEquals(0, owner.hetal("decrypt-model"), owner.output);
    String html = report(0);
    for (String part :
        List.of(
            "\"name\":\"trained encrypted\",\"values\":[0.625,0.325]",
            "\"name\":\"trained in the clear\"",
            "{\"category\":\"2\",\"label\":\"best, stop\"}",
            "The rows came from rows.csv.",
            "test accuracy, trained encrypted",
            "label \\ predicted",
            "ended the training early, after epoch 2")) {
      assertTrue(html.contains(part), part);
    }
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("report.html"))));
    // 24 test rows, all found: the model has the sign of each class.
    assertTrue(html.contains("24 test rows, model trained encrypted"));
    assertEquals(3, html.split("100.0 %</td>", -1).length - 1);
  }

  @Test
  void report_withoutADecryptedModel_saysWhatIsMissing() throws Exception {
    String html = report(0);
    assertTrue(owner.output.contains("WARNING: The model is not decrypted yet"), owner.output);
    assertTrue(html.contains("hetal decrypt-model does it"));
    assertTrue(html.contains("0.625"));
    assertFalse(html.contains("label \\ predicted"));
  }

  /** The oracle of a loss that was computed on ciphertexts sees no accuracy. */
  @Test
  void report_ofALossOnCiphertexts_hasNoAccuracyOfTheValidation() throws Exception {
    Path log = root.resolve("owner/oracle.jsonl");
    Files.writeString(
        log,
        Files.readString(log)
            .replace("\"accuracy\":0.875", "\"accuracy\":\"NaN\"")
            .replace("\"drift\":0.0", "\"drift\":\"NaN\""));
    String html = report(0);
    assertTrue(html.contains("Brier score"));
    assertTrue(html.contains("0.625"));
    assertFalse(html.contains("Validation accuracy"));
    assertFalse(html.contains("\"values\":[\"NaN"));
  }

  @Test
  void report_ofOtherRunsOrData_isRefused() throws Exception {
    assertEquals(0, owner.hetal("decrypt-model"), owner.output);
    log("another", "");
    assertEquals("", report(65));
    assertTrue(owner.output.contains("expected run default as in the run directory"), owner.output);
    log("default", "0".repeat(64));
    assertEquals("", report(65));
    assertTrue(owner.output.contains("the oracle's log: expected data set"), owner.output);
    assertEquals(65, owner.hetal("report", root.resolve("absent").toString()));
    assertTrue(owner.output.contains("absent: expected a run directory"), owner.output);
  }
}
